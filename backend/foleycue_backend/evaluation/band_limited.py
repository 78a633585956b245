# SPDX-License-Identifier: GPL-3.0-or-later
"""Resampling by a short windowed sinc, as the published distribution metrics do it.

Smith, Digital Audio Resampling, CCRMA: a Hann-windowed sinc of six zero crossings that rolls off at 0.99 of the lower
Nyquist rate, the defaults of torchaudio. It lets more pass near the edge than the product's own resampler.
"""

import math

import torch
from torch import Tensor

_CROSSINGS = 6
_ROLL_OFF = 0.99


def resample_band_limited(wave: Tensor, source: int, target: int) -> Tensor:
    """A sound (samples,) at `source` Hz brought to `target` Hz: ceil(samples · target / source) samples."""
    if source == target:
        return wave
    common = math.gcd(source, target)
    step, phases = source // common, target // common
    kernels, reach = _kernels(step, phases)
    padded = torch.nn.functional.pad(wave[None, None], (reach, reach + step))
    out = torch.nn.functional.conv1d(padded, kernels.to(wave.dtype), stride=step)
    return out[0].T.reshape(-1)[: math.ceil(len(wave) * phases / step)]


def _kernels(step: int, phases: int) -> tuple[Tensor, int]:
    """One filter (phases, 1, taps) for each output sample of a period of `step` inputs, and how far they reach."""
    cutoff = min(step, phases) * _ROLL_OFF
    reach = math.ceil(_CROSSINGS * step / cutoff)
    inputs = torch.arange(-reach, reach + step, dtype=torch.float64) / step
    outputs = torch.arange(phases, dtype=torch.float64)[:, None] / phases
    place = ((inputs - outputs) * cutoff).clamp(-_CROSSINGS, _CROSSINGS)
    window = torch.cos(place * math.pi / _CROSSINGS / 2) ** 2
    return (torch.sinc(place) * window * cutoff / step)[:, None], reach
