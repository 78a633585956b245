# SPDX-License-Identifier: GPL-3.0-or-later
"""The log-mel picture of sound that the model paints: 48 kHz, 100 frames/s, 96 bands.

The window is 30 ms, not the usual 43 ms of a 2048 FFT: a longer window smears an attack over its own
length before the cue. The FFT stays at 2048 by zero padding so that low mel bands are never empty.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

SAMPLE_RATE = 48000
HOP = 480
WINDOW = 1440
N_FFT = 2048
BANDS = 96
F_MIN = 40.0
F_MAX = 20000.0
# Power below -85 dB of a full-scale band is silence: one constant value, which the model paints exactly.
FLOOR = 1e-8


def _hz_to_mel(f: Tensor) -> Tensor:
    """Slaney's scale: linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998)."""
    log_part = 15.0 + 27.0 * torch.log(f.clamp_min(1.0) / 1000.0) / torch.log(torch.tensor(6.4))
    return torch.where(f < 1000.0, f * 3.0 / 200.0, log_part)


def _mel_to_hz(m: Tensor) -> Tensor:
    log_part = 1000.0 * torch.exp((m - 15.0) * torch.log(torch.tensor(6.4)) / 27.0)
    return torch.where(m < 15.0, m * 200.0 / 3.0, log_part)


@lru_cache(maxsize=1)
def filterbank() -> Tensor:
    """Triangular filters (BANDS, N_FFT // 2 + 1), each row sums to 1: a band holds its mean bin power."""
    low, high = _hz_to_mel(torch.tensor([F_MIN, F_MAX])).tolist()
    edges = _mel_to_hz(torch.linspace(low, high, BANDS + 2))
    freqs = torch.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1)
    left, mid, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rows = torch.minimum((freqs - left) / (mid - left), (right - freqs) / (right - mid)).clamp_min(0)
    empty = rows.sum(1) == 0
    rows[empty, (mid[empty, 0] / (SAMPLE_RATE / N_FFT)).round().long()] = 1.0
    return rows / rows.sum(1, keepdim=True)


@lru_cache(maxsize=4)
def window() -> Tensor:
    """Periodic Hann window of WINDOW samples."""
    return torch.hann_window(WINDOW)


def stft(audio: Tensor, frames: int) -> Tensor:
    """Complex spectrum (..., bins, frames); frame i is centred on sample i * HOP of (..., n) audio."""
    need = (frames - 1) * HOP + N_FFT
    pad = torch.nn.functional.pad(audio, (N_FFT // 2, max(0, need - audio.shape[-1] - N_FFT // 2)))
    return torch.stft(pad[..., :need], N_FFT, HOP, WINDOW, window(), center=False, return_complex=True)


def istft(spec: Tensor, length: int) -> Tensor:
    """Least-squares inverse of `stft` (Griffin and Lim, 1984), (..., length) samples.

    The trailing half-window frame that `stft` does not have is added as silence.
    """
    extra = spec.new_zeros(*spec.shape[:-1], 1)
    return torch.istft(torch.cat([spec, extra], -1), N_FFT, HOP, WINDOW, window(), center=True, length=length)


def log_mel(audio: Tensor, frames: int) -> Tensor:
    """Natural log of mel power, (..., BANDS, frames), from (..., n) samples in -1..1; floor log(FLOOR)."""
    power = stft(audio, frames).abs().square() / (WINDOW * WINDOW / 16)
    return torch.log(filterbank() @ power + FLOOR)


def linear_power(mel: Tensor, rounds: int = 12) -> Tensor:
    """Bin power (bins, frames) whose mel bands match (BANDS, frames) log-mel.

    Multiplicative updates of non-negative least squares (Lee and Seung, 2001), from the smooth interpolation.
    """
    bank = filterbank()
    target = (torch.exp(mel.float()) - FLOOR).clamp_min(0) + 1e-12
    spread = bank.T / bank.T.sum(1, keepdim=True).clamp_min(1e-6)
    x = spread @ target + 1e-14
    for _ in range(rounds):
        x = x * ((bank.T @ (target / (bank @ x))) / bank.T.sum(1, keepdim=True).clamp_min(1e-6)).sqrt()
    outside = bank.sum(0) == 0
    x[outside] = 0
    return x * (WINDOW * WINDOW / 16)
