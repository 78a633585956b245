# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley's picture of sound: 128 mel bands in decibels, 62.5 columns a second at 16 kHz, from 0 to 1.

0 stands for a mel magnitude of 1e-4 and all below it, 1 for 10.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.log_mel import MelConfig, magnitudes, mel_basis

SAMPLE_RATE = 16000
HOP = 256
#: Silence beyond both ends, as of librosa 0.10; the authors' librosa 0.8 reflected, which changes two columns a side.
PICTURE = MelConfig(SAMPLE_RATE, hop=HOP, bands=128, f_min=125.0, f_max=7600.0, ends="constant")


def spectrogram(wave: Tensor, length: int, config: MelConfig = PICTURE) -> Tensor:
    """Spectrograms (batch, 128, (length - 1) // 256 + 1) in 0..1 from (batch, n) samples in -1..1 at 16 kHz.

    The sound is cut, or filled up with silence, to `length` samples, and loses the last of them, as published.
    """
    wave = F.pad(wave, (0, length - wave.shape[-1]))[:, :-1].double()
    mel = basis(config.sample_rate).double() @ magnitudes(wave, config)
    decibels = 20 * torch.log10(mel.clamp_min(config.floor))
    return ((decibels - 20 + 100) / 100).clamp(0, 1).float()


def mel_magnitudes(spectrograms: Tensor) -> Tensor:
    """Mel magnitudes from spectrograms of any shape: the decibels undone, no value clipped."""
    return 10 ** ((100 * spectrograms - 100 + 20) / 20)


def basis(sample_rate: int = SAMPLE_RATE) -> Tensor:
    """The mel filters (128, 513) as for sound of a sample rate."""
    return mel_basis(dataclasses.replace(PICTURE, sample_rate=sample_rate))
