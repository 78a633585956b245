# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool of training clips: rendered by a second process into shards, read by the trainer as they appear."""

from __future__ import annotations

import multiprocessing as mp
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.cues import PATCH, control_rows
from foleycue_backend.engines.mini.mel import HOP, log_mel
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.mixing import Clip, make_clip
from foleycue_backend.training.mini.recordings import recorded_one_shots

# The judge and the tests use these seeds; training must never.
HELD_OUT_SEED = 900_001
# Latent frames of the longest tail of an event.
TAIL = 30


def clip_mel(clip: Clip) -> Tensor:
    """Log-mel (bands, frames) of a clip."""
    return log_mel(torch.from_numpy(clip.audio), len(clip.audio) // (HOP * PATCH) * PATCH)


def fit_codec(cfg: TrainConfig) -> tuple[PatchCodec, float]:
    """The codec, fitted to the first clips of another seed, and its RMS error in dB."""
    bank = Bank(min(24, cfg.variants), cfg.seed + 1)
    mels = [clip_mel(make_clip(i, cfg.seed + 1, bank, cfg.clip_seconds)) for i in range(cfg.codec_clips)]
    codec = PatchCodec(channels=cfg.channels)
    return codec, codec.fit(torch.stack(mels))


def shard_path(folder: Path, index: int) -> Path:
    """File of shard `index`."""
    return folder / f"shard-{index:04d}.safetensors"


def write_shard(path: Path, clips: Iterable[Clip], codec: PatchCodec) -> None:
    """Write clips of equal length; the shard appears under its name only when it is complete."""
    latents, controls, labels, traits = [], [], [], []
    for clip in clips:
        z = codec.encode(clip_mel(clip))
        latents.append(z.half())
        controls.append(control_rows(clip.cues, clip.line, z.shape[-1]).half())
        labels.append(clip.label)
        traits.append(torch.from_numpy(clip.traits.vector()))
    part = path.with_suffix(".part")
    shard = {
        "latents": torch.stack(latents),
        "controls": torch.stack(controls),
        "labels": torch.tensor(labels),
        "traits": torch.stack(traits),
    }
    save_file(shard, part)
    part.replace(path)


#: Clip number i of a run; the writer makes one of these from the configuration of the run.
MakeClip = Callable[[int], Clip]


def procedural(cfg: TrainConfig) -> MakeClip:
    """Clips of the bank."""
    bank = Bank(cfg.variants, cfg.seed, recorded_one_shots(Path(cfg.recordings)) if cfg.recordings else None)
    return lambda i: make_clip(i, cfg.seed, bank, cfg.clip_seconds, cfg.more)


def write_pool(folder: Path, cfg: TrainConfig, codec_folder: Path, maker: Callable[[TrainConfig], MakeClip]) -> None:
    """Render every shard that is not there yet, in order."""
    torch.set_num_threads(1)
    codec = PatchCodec.from_pretrained(codec_folder)
    make = maker(cfg)
    with torch.inference_mode():
        for index in range(cfg.total_shards):
            path = shard_path(folder, index)
            if not path.is_file():
                numbers = range(index * cfg.shard_clips, (index + 1) * cfg.shard_clips)
                write_shard(path, (make(i) for i in numbers), codec)


@contextmanager
def writing(
    folder: Path,
    cfg: TrainConfig,
    codec_folder: Path,
    maker: Callable[[TrainConfig], MakeClip] = procedural,
    *,
    elsewhere: bool = False,
) -> Iterator[Callable[[], bool]]:
    """Run `write_pool` in a process of its own while the block lasts; yields whether shards may still come.

    `elsewhere`: another process of this run does so.
    """
    if elsewhere:
        yield lambda: True
        return
    folder.mkdir(parents=True, exist_ok=True)
    if all(shard_path(folder, i).is_file() for i in range(cfg.total_shards)):
        yield lambda: False
        return
    worker = mp.get_context("spawn").Process(target=write_pool, args=(folder, cfg, codec_folder, maker), daemon=True)
    worker.start()
    try:
        yield worker.is_alive
    finally:
        worker.terminate()
        worker.join()


@dataclass(frozen=True, slots=True)
class Crops:
    """`latents` (count, channels, crop), `controls` (count, ROWS, crop), `labels` (count,), `traits` (count, TRAITS).

    `weight` (count, 1, crop) is 0 where the tail of a cue that lies before the crop may sound: taught on such frames,
    the model would start every range with tails of cues that nobody placed.
    """

    latents: Tensor
    controls: Tensor
    labels: Tensor
    traits: Tensor
    weight: Tensor


class Source(Protocol):
    """What a batch is drawn from."""

    def sample(self, count: int, crop: int, gen: torch.Generator) -> Crops:
        """`count` crops of `crop` latent frames, all of their randomness from `gen`."""
        ...


@dataclass(slots=True)
class Pool:
    """Shards of clips in memory, as they were written (float16)."""

    folder: Path
    cfg: TrainConfig
    shards: list[dict[str, Tensor]] = field(default_factory=list)

    def grow(self, step: int, coming: Callable[[], bool]) -> None:
        """Take in the shards that belong to `step`, waiting for them while more are `coming`.

        Raises RuntimeError if the writer has died before they were made.
        """
        cfg = self.cfg
        want = min(cfg.total_shards, cfg.first_shards + step // cfg.grow_every)
        while len(self.shards) < want:
            path = shard_path(self.folder, len(self.shards))
            if path.is_file():
                self.shards.append(load_file(path))
            elif not coming() and not path.is_file():
                raise RuntimeError(f"the data writer stopped before {path.name}")
            else:
                time.sleep(0.2)

    def sample(self, count: int, crop: int, gen: torch.Generator) -> Crops:
        """Random crops; a part of them (`cfg.from_start`) begins where its clip begins."""
        shard = torch.randint(len(self.shards), (count,), generator=gen).tolist()
        clip = torch.randint(self.cfg.shard_clips, (count,), generator=gen).tolist()
        last = self.shards[0]["latents"].shape[-1] - crop
        first = torch.randint(last + 1, (count,), generator=gen)
        first = (first * (torch.rand(count, generator=gen) >= self.cfg.from_start)).tolist()
        rows = list(zip(shard, clip, first, strict=True))
        weight = torch.ones(count, 1, crop)
        if crop > TAIL:
            weight[torch.tensor(first) > 0, :, :TAIL] = 0
        return Crops(
            torch.stack([self.shards[s]["latents"][c, :, f : f + crop] for s, c, f in rows]).float(),
            torch.stack([self.shards[s]["controls"][c, :, f : f + crop] for s, c, f in rows]).float(),
            torch.stack([self.shards[s]["labels"][c] for s, c, _ in rows]),
            torch.stack([self.shards[s]["traits"][c] for s, c, _ in rows]),
            weight,
        )
