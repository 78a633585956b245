# SPDX-License-Identifier: GPL-3.0-or-later
"""The clips of the small model in memory: mel pictures, samples, pictures and labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.parts.log_mel import training_mel
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.sta_v2a.labels import onset_labels
from foleycue_backend.training.sta_v2a.small.pictures import pictures
from foleycue_backend.training.sta_v2a.small.sounds import RATE, VARIANTS, Strikes, sound, strikes

#: Clips of validation and of every measurement: other strikes, other one-shots, other looks than any training.
HELD_OUT_SEED = 9_000_001


@dataclass(frozen=True, slots=True)
class Clips:
    """`waves` (n, samples), `mels` (n, 1024, 64), `shown` (n, 40, 64, 64, 3) uint8, `labels` (n, 256)."""

    strikes: list[Strikes]
    waves: Tensor
    mels: Tensor
    shown: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.strikes)


def render(count: int, seed: int, log: Log | None = None) -> Clips:
    """The first `count` clips of a seed."""
    bank = Bank(VARIANTS, seed)
    clips = [strikes(index, seed) for index in range(count)]
    waves = np.stack([sound(clip, index, seed, bank) for index, clip in enumerate(clips)])
    shown = np.stack([pictures(clip.times, index, seed) for index, clip in enumerate(clips)])
    mels = torch.cat([training_mel(torch.from_numpy(wave)[None]) for wave in waves])
    labels = torch.stack([onset_labels(wave, RATE) for wave in waves])
    if log is not None:
        log(f"{count} clips rendered, {float(labels.sum(1).float().mean()):.1f} onsets a clip")
    return Clips(clips, torch.from_numpy(waves), mels, torch.from_numpy(shown), labels)
