# SPDX-License-Identifier: GPL-3.0-or-later
"""Auffusion's picture of sound: 256 mel bands, highest on top, 100 columns a second, three equal colours in 0..1."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.log_mel import MelConfig, mel_basis

AUFFUSION = MelConfig(n_fft=2048, window=1024, bands=256)
#: Natural logarithms of mel magnitude that are black and white.
DARKEST, BRIGHTEST = math.log(1e-5), math.log(200)
#: Loudest sample of a sound before it becomes a picture.
PEAK = 0.95
_FULL_SCALE = 32768
#: Added to the power, so that silence has a gradient.
_FAINT = 1e-9


def to_log_mel(image: Tensor) -> Tensor:
    """Log-mel (..., bands, columns) of pictures (..., 3, bands, columns); only the first colour counts."""
    return image[..., 0, :, :].flip(-2) * (BRIGHTEST - DARKEST) + DARKEST


def to_image(log_mel: Tensor) -> Tensor:
    """Pictures (..., 3, bands, columns) of log-mel (..., bands, columns); what is out of range is cut."""
    shade = ((log_mel - DARKEST) / (BRIGHTEST - DARKEST)).clamp(0, 1).flip(-2)
    return torch.stack([shade] * 3, -3)


def peak_normalised(samples: Tensor) -> Tensor:
    """Sound (batch, n) with its peak at 0.95 from samples on the scale of 16 bits."""
    wave = samples / _FULL_SCALE
    return wave / wave.abs().max() * PEAK


def log_mel(wave: Tensor, config: MelConfig = AUFFUSION) -> Tensor:
    """Log-mel (batch, bands, n // hop) of (batch, n) samples in -1..1, with reflected ends."""
    edge = (config.n_fft - config.hop) // 2
    padded = F.pad(wave[:, None], (edge, edge), mode="reflect")[:, 0]
    window = torch.hann_window(config.window, device=wave.device)
    spectrum = torch.stft(padded, config.n_fft, config.hop, config.window, window, center=False, return_complex=True)
    magnitudes = (torch.view_as_real(spectrum).square().sum(-1) + _FAINT).sqrt()
    return (mel_basis(config).to(wave.device) @ magnitudes).clamp_min(config.floor).log()
