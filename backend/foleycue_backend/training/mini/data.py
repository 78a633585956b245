# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool of training clips: rendered by a second process into shards, read by the trainer as they appear."""

from __future__ import annotations

import multiprocessing as mp
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

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


def write_shard(folder: Path, index: int, cfg: TrainConfig, codec: PatchCodec, bank: Bank) -> None:
    """Render shard `index`; it appears under its name only when it is complete."""
    latents, controls, labels, traits = [], [], [], []
    for i in range(index * cfg.shard_clips, (index + 1) * cfg.shard_clips):
        clip = make_clip(i, cfg.seed, bank, cfg.clip_seconds)
        z = codec.encode(clip_mel(clip))
        latents.append(z.half())
        controls.append(control_rows(clip.cues, clip.line, z.shape[-1]).half())
        labels.append(clip.label)
        traits.append(torch.from_numpy(clip.traits.vector()))
    part = shard_path(folder, index).with_suffix(".part")
    shard = {
        "latents": torch.stack(latents),
        "controls": torch.stack(controls),
        "labels": torch.tensor(labels),
        "traits": torch.stack(traits),
    }
    save_file(shard, part)
    part.replace(shard_path(folder, index))


def write_pool(folder: Path, cfg: TrainConfig, codec_folder: Path) -> None:
    """Render every shard that is not there yet, in order."""
    torch.set_num_threads(1)
    codec = PatchCodec.from_pretrained(codec_folder)
    bank = Bank(cfg.variants, cfg.seed, recorded_one_shots(Path(cfg.recordings)) if cfg.recordings else None)
    with torch.inference_mode():
        for index in range(cfg.total_shards):
            if not shard_path(folder, index).is_file():
                write_shard(folder, index, cfg, codec, bank)


def start_writer(folder: Path, cfg: TrainConfig, codec_folder: Path) -> BaseProcess | None:
    """Run `write_pool` in a process of its own, which dies with this one; None if nothing is left to write."""
    folder.mkdir(parents=True, exist_ok=True)
    if all(shard_path(folder, i).is_file() for i in range(cfg.total_shards)):
        return None
    worker = mp.get_context("spawn").Process(target=write_pool, args=(folder, cfg, codec_folder), daemon=True)
    worker.start()
    return worker


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


@dataclass(slots=True)
class Pool:
    """Shards of clips in memory, as they were written (float16)."""

    folder: Path
    cfg: TrainConfig
    shards: list[dict[str, Tensor]] = field(default_factory=list)

    def grow(self, step: int, writer: BaseProcess | None) -> None:
        """Take in the shards that belong to `step`, waiting for the writer.

        Raises RuntimeError if the writer has died before they were made.
        """
        cfg = self.cfg
        want = min(cfg.total_shards, cfg.first_shards + step // cfg.grow_every)
        while len(self.shards) < want:
            path = shard_path(self.folder, len(self.shards))
            if path.is_file():
                self.shards.append(load_file(path))
            elif writer is None or not writer.is_alive():
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
