# SPDX-License-Identifier: GPL-3.0-or-later
"""Teach the embedded model the sounds of a user's own library, without letting it forget what it knows."""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import torch
from accelerate import Accelerator

from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.models.manifest import file_sha256, write_manifest
from foleycue_backend.training.common.clip_list import TRAIN, VALIDATION
from foleycue_backend.training.common.devices import main_only
from foleycue_backend.training.common.pace import Log, step_generator
from foleycue_backend.training.mini.build import check_folder
from foleycue_backend.training.mini.config import POLISH, TrainConfig
from foleycue_backend.training.mini.data import Crops, Pool, Source, write_pool, writing
from foleycue_backend.training.mini.export import export
from foleycue_backend.training.mini.library import fingerprint, load, survey
from foleycue_backend.training.mini.library_clips import own_clips, own_sounds
from foleycue_backend.training.mini.prompts import PromptBook
from foleycue_backend.training.mini.trainer import Trainer, flow_loss
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: A gentle course: the base knows nearly everything already.
FINE = replace(
    POLISH, rate=3e-4, warmup=50, ema=0.998, first_shards=2, total_shards=8, grow_every=100, checkpoint_every=100
)
_OWN_SHARD = 64
_HELD_OUT_CROPS = 128


@dataclass(frozen=True, slots=True)
class Mixed:
    """Crops of one's own sounds, and a `share` of procedural ones."""

    own: Source
    procedural: Source
    share: float

    def sample(self, count: int, crop: int, gen: torch.Generator) -> Crops:
        """`count` crops, round(count * share) of them procedural."""
        known = round(count * self.share)
        sources = ((self.own, count - known), (self.procedural, known))
        parts = [source.sample(number, crop, gen) for source, number in sources if number]
        return Crops(*(torch.cat([getattr(part, f.name) for part in parts]) for f in fields(Crops)))


def fine_tune(cfg: TrainConfig, data: Path, out: Path, base: Path, share: float, log: Log) -> Path:
    """Go on training the weights of `base` on the sounds of `data`; returns the folder of the new model.

    Goes on from the last checkpoint in `out`. Raises BAD_INPUT if `base` is no model, `data` holds no sound, or `out`
    belongs to a run on other sounds or with other numbers.
    """
    torch.set_num_threads(1)
    accelerator = Accelerator(cpu=cfg.device == "cpu")
    log = main_only(accelerator, log)
    pipe = load_base(base)
    cfg = replace(cfg, **{name: pipe.denoiser.config[name] for name in ("channels", "width", "dilations", "kernel")})
    cfg = replace(cfg, dilations=tuple(cfg.dilations))
    kept = out / "sounds.jsonl"
    with accelerator.main_process_first():
        _prepare(cfg, data, out, pipe, {"share": share, "base": weights_name(base)}, log)
    heard = load(kept)
    count = {split: sum(h.split == split for h in heard) for split in (TRAIN, VALIDATION)}
    own_cfg = _own(cfg, count[TRAIN])
    own, known = Pool(out / "own", own_cfg), Pool(out / "procedural", cfg)
    sounds = own_sounds(heard)
    book = PromptBook(pipe.text, [sound.label for sound in sounds])
    trainer = Trainer(cfg, Mixed(own, known, share), book, out, start=pipe.denoiser)
    if trainer.resume():
        log(f"resumed at step {trainer.step}")
    held_out = _held_out(cfg, out, kept, count[VALIDATION]) if accelerator.is_main_process else None
    first = _loss(trainer, book, held_out)
    elsewhere = not accelerator.is_main_process
    with ExitStack() as stack:
        maker = partial(own_clips, kept=kept)
        more_own = stack.enter_context(writing(own.folder, own_cfg, out / "codec", maker, elsewhere=elsewhere))
        more_known = None
        if share > 0:
            more_known = stack.enter_context(writing(known.folder, cfg, out / "codec", elsewhere=elsewhere))

        def grow(step: int) -> None:
            own.grow(step, more_own)
            if more_known is not None:
                known.grow(step, more_known)

        trainer.run(grow, log)
    if first is not None:
        log(f"loss on held-out sounds {first:.4f}, now {_loss(trainer, book, held_out):.4f}")
    if accelerator.is_main_process:
        export(trainer.average, pipe.codec, pipe.text.with_own(sounds), out / "model")
        write_manifest(out / "model", "mini", [])
        log(f"model in {out / 'model'}; use it with  foleycue models import mini {out / 'model'}")
    return out / "model"


def load_base(folder: Path) -> MiniPipeline:
    """Weights to go on from. Raises BAD_INPUT if there are none."""
    if not (folder / "model_index.json").is_file():
        message = f"{folder} holds no model_index.json: give a folder of weights of mini."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    try:
        return MiniPipeline.from_pretrained(folder)
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder} cannot be loaded as weights of mini: {error}"
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def weights_name(base: Path) -> str:
    """Names weights by what is in them."""
    return file_sha256(next((base / "denoiser").glob("*.safetensors")))[:16]


def _own(cfg: TrainConfig, sounds: int) -> TrainConfig:
    """Shards of one's own clips: every file at least twice, and 256 clips at least."""
    size = min(_OWN_SHARD, cfg.shard_clips)
    total = max(4, math.ceil(2 * sounds / size))
    return replace(cfg, shard_clips=size, first_shards=min(4, total), total_shards=total, grow_every=10)


def _prepare(cfg: TrainConfig, data: Path, out: Path, pipe: MiniPipeline, numbers: dict[str, object], log: Log) -> None:
    """Leave in `out` what is heard in the library, the codec, and the numbers of the run."""
    if not data.is_dir():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{data} is no folder: give the one with your sounds.")
    out.mkdir(parents=True, exist_ok=True)
    heard = survey(data, pipe.text, out / "sounds.jsonl", log)
    numbers = {**cfg.to_dict(), **numbers, "library": fingerprint(heard)}
    try:
        check_folder(numbers, out)
    except ValueError as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{error}.") from None
    (out / "config.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    pipe.codec.save_pretrained(out / "codec")
    events, single = sum(h.cues is not None for h in heard), sum(h.single for h in heard)
    log(f"{len(heard)} sounds: {events} with cues ({single} of them single events), {len(heard) - events} continuous")


def _held_out(cfg: TrainConfig, out: Path, kept: Path, sounds: int) -> Crops | None:
    """Crops of the sounds that are kept from training, the same ones each time; None if there are none."""
    if not sounds:
        return None
    cfg = replace(cfg, shard_clips=min(_OWN_SHARD, 4 * sounds), first_shards=1, total_shards=1)
    folder = out / "held_out"
    folder.mkdir(exist_ok=True)
    write_pool(folder, cfg, out / "codec", partial(own_clips, kept=kept, split=VALIDATION))
    pool = Pool(folder, cfg)
    pool.grow(0, lambda: False)
    return pool.sample(_HELD_OUT_CROPS, cfg.crop, step_generator(cfg.seed, 0))


@torch.no_grad()
def _loss(trainer: Trainer, book: PromptBook, crops: Crops | None) -> float | None:
    """Loss of the averaged weights on held-out crops, all that is known of them given."""
    if crops is None:
        return None
    open_book = replace(trainer.cfg, drop_text=0.0, drop_words=0.0, drop_traits=0.0)
    gen = step_generator(trainer.cfg.seed, 1)
    text = book.batch(crops.labels, crops.traits, open_book, gen)
    device, part = trainer.accelerator.device, trainer.cfg.strike_noise
    return float(flow_loss(trainer.average, crops, text, crops.controls, gen, device, part))
