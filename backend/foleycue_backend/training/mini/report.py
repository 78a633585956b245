# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation command: all figures of a weights folder, each beside the score of true mixtures."""

from __future__ import annotations

from pathlib import Path

import torch

from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.class_judge import ClassJudge, train_judge
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.data import Pool, start_writer
from foleycue_backend.training.mini.evaluate import held_out_bank, jobs, model_maker, run, true_mixture

# Not the seed of any training: the judge hears other one-shots than the model did.
JUDGE = TrainConfig(seed=77_001, first_shards=12, total_shards=12)


def load_judge(folder: Path, codec_folder: Path, log: Log, steps: int = 700) -> ClassJudge:
    """The class judge, trained on first use and kept in `folder`."""
    path = folder / "judge.pt"
    if path.is_file():
        judge = ClassJudge()
        judge.load_state_dict(torch.load(path, weights_only=True))
        return judge.eval()
    log("training the class judge")
    pool = Pool.open(folder / "data", JUDGE)
    writer = start_writer(folder / "data", JUDGE, codec_folder)
    try:
        pool.grow(0, writer)
    finally:
        if writer is not None:
            writer.terminate()
            writer.join()
    judge = train_judge(pool, PatchCodec.from_pretrained(codec_folder), steps)
    torch.save(judge.state_dict(), path)
    return judge


def report(weights: Path, out: Path, clips: int, log: Log) -> None:
    """Print obedience, silence and class accuracy for `clips` clips a row."""
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    judge = load_judge(out, weights / "codec", log)
    maker = model_maker(MiniPipeline.from_pretrained(weights))
    rows = (
        ("true mixtures", true_mixture(held_out_bank()), False),
        ("trained phrases", maker, False),
        ("held-out phrases", maker, True),
    )
    for name, make, held_out in rows:
        score = run(make, jobs(clips, held_out=held_out), judge)
        log(f"{name}: {score.summary()}")
        log(f"  F1/class: {score.table()}")
