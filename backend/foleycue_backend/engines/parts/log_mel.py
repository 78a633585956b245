# SPDX-License-Identifier: GPL-3.0-or-later
"""AudioLDM's picture of sound: natural-log mel magnitude, 64 bands, 100 frames a second at 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from transformers.audio_utils import mel_filter_bank


@dataclass(frozen=True)
class MelConfig:
    """Lengths in samples, frequencies in Hz; the defaults are those of AudioLDM, Tango and STA-V2A."""

    sample_rate: int = 16000
    n_fft: int = 1024
    hop: int = 160
    window: int = 1024
    bands: int = 64
    f_min: float = 0.0
    f_max: float = 8000.0
    floor: float = 1e-5
    #: What continues the sound at both ends: "reflect", or "constant" for silence.
    ends: str = "reflect"


AUDIOLDM = MelConfig()


@lru_cache(maxsize=4)
def mel_basis(config: MelConfig = AUDIOLDM) -> Tensor:
    """Slaney's triangular filters with Slaney's area norm (Auditory Toolbox, 1998), (bands, n_fft // 2 + 1)."""
    bank = mel_filter_bank(
        config.n_fft // 2 + 1,
        config.bands,
        config.f_min,
        config.f_max,
        config.sample_rate,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.from_numpy(bank).T.float().contiguous()


def magnitudes(wave: Tensor, config: MelConfig = AUDIOLDM) -> Tensor:
    """Magnitude spectrum (batch, n_fft // 2 + 1, n // hop + 1) of (batch, n) samples; Hann window."""
    window = torch.hann_window(config.window, dtype=wave.dtype, device=wave.device)
    spectrum = torch.stft(
        wave, config.n_fft, config.hop, config.window, window, center=True, pad_mode=config.ends, return_complex=True
    )
    return spectrum.abs()


def log_mel(wave: Tensor, config: MelConfig = AUDIOLDM) -> Tensor:
    """Log-mel (batch, bands, n // hop + 1) of (batch, n) samples in -1..1, n > n_fft // 2; never below log(floor)."""
    basis = mel_basis(config).to(wave.device)
    return torch.log((basis @ magnitudes(wave, config)).clamp_min(config.floor))


def training_mel(wave: Tensor, frames: int = 1024) -> Tensor:
    """Log-mel (batch, frames, bands) as the autoencoder is fed: cut, or filled up with zeros (not the floor)."""
    mel = log_mel(wave).transpose(1, 2)[:, :frames]
    return torch.nn.functional.pad(mel, (0, 0, 0, frames - mel.shape[1]))
