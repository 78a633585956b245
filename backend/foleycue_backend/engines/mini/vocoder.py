# SPDX-License-Identifier: GPL-3.0-or-later
"""From log-mel to samples: fast Griffin-Lim that starts from noise gated at the cues.

Griffin-Lim from random phase spreads an attack over its whole window. Two measures keep it sharp: the phases
start from a noise whose level jumps at each cue, and what still leaks before a cue is turned down to the level
that the picture has there. Nothing is left below the lowest band.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.signal import butter, sosfilt
from torch import Tensor

from foleycue_backend.engines.mini import mel as m

CHUNK = 1500
OVERLAP = 64
#: Half of the lowest band's frequency.
_ABOVE_RUMBLE = butter(2, m.F_MIN / 2, "highpass", fs=m.SAMPLE_RATE, output="sos")


def _seeded_noise(length: int, seed: int) -> Tensor:
    gen = torch.Generator().manual_seed(seed & 0x7FFFFFFFFFFFFFFF)
    return torch.randn(length, generator=gen)


def gated_noise(length: int, cues: Sequence[tuple[float, float]], seed: int) -> Tensor:
    """White noise of `length` samples with a click and a level jump at each (seconds, strength) cue."""
    noise = _seeded_noise(length, seed)
    gate = torch.full((length,), 0.3)
    quiet = int(0.03 * m.SAMPLE_RATE)
    fall = int(0.25 * m.SAMPLE_RATE)
    shape = 1.0 + 3.0 * torch.exp(-torch.arange(fall) / (0.06 * m.SAMPLE_RATE))
    for time, _ in cues:
        at = round(time * m.SAMPLE_RATE)
        if 0 <= at < length:
            gate[max(0, at - quiet) : at] = 0.003
            end = min(length, at + fall)
            gate[at:end] = shape[: end - at]
    noise = noise * gate
    for time, _ in cues:
        at = round(time * m.SAMPLE_RATE)
        if 0 <= at < length:
            noise[at] += 12.0
    return noise


def _phase(spec: Tensor) -> Tensor:
    return spec / spec.abs().clamp_min(1e-9)


def griffin_lim(magnitude: Tensor, start: Tensor, n_iter: int, momentum: float = 0.99) -> Tensor:
    """Samples whose spectrum magnitude is close to (bins, frames) `magnitude`.

    `start` (n,) samples give the first phases. Fast Griffin-Lim of Perraudin, Balazs and Sondergaard, 2013.
    """
    frames, length = magnitude.shape[-1], magnitude.shape[-1] * m.HOP
    angles = _phase(m.stft(start, frames))
    previous = torch.zeros_like(angles)
    for _ in range(n_iter):
        rebuilt = m.stft(m.istft(magnitude * angles, length), frames)
        angles = _phase(rebuilt - momentum / (1 + momentum) * previous)
        previous = rebuilt
    return m.istft(magnitude * angles, length)


def suppress_pre_echo(audio: Tensor, cues: Sequence[tuple[float, float]]) -> Tensor:
    """Turn the 18 ms before each cue down to the level of the 20 ms before them; louder context is kept."""
    out = audio.clone()
    lead, ramp = int(0.018 * m.SAMPLE_RATE), int(0.003 * m.SAMPLE_RATE)
    for time, _ in cues:
        at = round(time * m.SAMPLE_RATE)
        begin = at - lead
        before = audio[max(0, begin - int(0.02 * m.SAMPLE_RATE)) : max(0, begin)]
        if begin <= ramp or at >= len(audio) or not len(before):
            continue
        gain = float((before.square().mean().sqrt() / (audio[begin:at].square().mean().sqrt() + 1e-9)).clamp(0.02, 1))
        curve = torch.full((lead,), gain)
        curve[:ramp] = torch.linspace(1, gain, ramp)
        curve[-48:] = torch.linspace(gain, 1, 48)
        out[begin:at] *= curve
    return out


def without_rumble(audio: Tensor) -> Tensor:
    """The samples without what lies below the lowest band: nobody asked for it, and it is heard as an offset."""
    kept = sosfilt(_ABOVE_RUMBLE, audio.numpy())
    return torch.from_numpy(np.asarray(kept, np.float32))


def _shifted(cues: Sequence[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    return [(time - by, strength) for time, strength in cues]


def _long(mel: Tensor, cues: Sequence[tuple[float, float]], seed: int, n_iter: int) -> Tensor:
    """Chunk after chunk; each starts from the samples of the one before, so that their phases agree in the seam."""
    frames = mel.shape[-1]
    out = torch.zeros(frames * m.HOP)
    fade = torch.linspace(0, 1, OVERLAP * m.HOP // 2)
    for index, first in enumerate(range(0, frames, CHUNK)):
        begin, end = max(0, first - OVERLAP), min(frames, first + CHUNK)
        if end - first < OVERLAP and first:
            begin = max(0, begin - OVERLAP)
        start = gated_noise((end - begin) * m.HOP, _shifted(cues, begin * m.HOP / m.SAMPLE_RATE), seed + index)
        done = (first - begin) * m.HOP
        if first:
            known = out[begin * m.HOP : first * m.HOP]
            start[:done] = known / known.abs().max().clamp_min(1e-6)
        part = griffin_lim(m.linear_power(mel[:, begin:end]).sqrt(), start, n_iter)
        if first:
            # The last half of the overlap is faded; what is before it stays as it was.
            kept = done - len(fade)
            part[kept:done] = torch.lerp(out[first * m.HOP - len(fade) : first * m.HOP], part[kept:done], fade)
            part[:kept] = out[begin * m.HOP : begin * m.HOP + kept]
        out[begin * m.HOP : end * m.HOP] = part
    return out


@torch.no_grad()
def vocode(mel: Tensor, *, seed: int, cues: Sequence[tuple[float, float]] | None = None, n_iter: int = 32) -> Tensor:
    """(frames * HOP,) samples from (BANDS, frames) log-mel.

    `cues` are (seconds, strength) pairs from the start of the picture; the same arguments give the same samples.
    Pictures longer than CHUNK + OVERLAP frames are done in chunks, in bounded memory.
    """
    cues = list(cues or ())
    if mel.shape[-1] > CHUNK + OVERLAP:
        audio = _long(mel, cues, seed, n_iter)
    else:
        start = gated_noise(mel.shape[-1] * m.HOP, cues, seed)
        audio = griffin_lim(m.linear_power(mel).sqrt(), start, n_iter)
    return without_rumble(suppress_pre_echo(audio, cues))
