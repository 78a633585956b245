# SPDX-License-Identifier: GPL-3.0-or-later
"""What all continuous sounds share: their loudness law, and textures made of curves and scattered grains.

A bed is `name(rng, n, level) -> (n,) samples`. `level` (n,) is its intensity 0..1: the timbre follows it (faster,
denser, brighter), the loudness does not. The caller makes it loud or soft with `with_level`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import lfilter

from foleycue_backend.engines.mini.strength import RANGE_DB
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng, decay, noise, pole, seconds

SILENT_BELOW = 0.04


def with_level(x: Audio, level: Audio) -> Audio:
    """Make `x` as loud as `level` 0..1 says: 1 is 0 dB, 0 would be -24 dB, but fades to silence below 0.04."""
    gain = 10.0 ** ((level - 1.0) * (RANGE_DB / 20.0)) * np.clip(level / SILENT_BELOW, 0.0, 1.0)
    return (x * gain).astype(np.float32)


def even(x: npt.NDArray[np.floating[Any]], rms: float, window: float = 0.5) -> Audio:
    """`x` at the same loudness everywhere, seen through `window` seconds; the texture within stays."""
    power = uniform_filter1d(np.square(x, dtype=np.float32), min(len(x), seconds(window)), mode="nearest")
    y = x * (rms / np.sqrt(np.maximum(power, 1e-10)))
    # A single spark may not clip: the top is bent, and only there.
    return np.asarray(np.where(np.abs(y) < 0.6, y, np.sign(y) * (0.6 + 0.35 * np.tanh((np.abs(y) - 0.6) / 0.35))), "f4")


def unit(x: npt.NDArray[np.floating[Any]]) -> Audio:
    """`x` at RMS 1."""
    return (x / (np.sqrt(np.mean(np.square(x))) + 1e-9)).astype(np.float32)


def wander(rng: Rng, n: int, rate: float, lo: float, hi: float) -> Audio:
    """A random curve between `lo` and `hi` that changes about `rate` times a second."""
    k = max(4, int(n / SAMPLE_RATE * rate) + 2)
    return np.interp(np.arange(n), np.linspace(0, n, k), rng.uniform(lo, hi, k)).astype(np.float32)


def arrivals(rng: Rng, rate: Audio, regular: float = 0.0) -> npt.NDArray[np.int64]:
    """Sample positions of events at `rate` (n,) per second: Poisson, or ever more regular as `regular` nears 1."""
    passed = np.cumsum(rate, dtype=np.float64) / SAMPLE_RATE
    count = int(passed[-1])
    free = np.sort(rng.uniform(0, passed[-1], count))
    at = regular * (np.arange(count) + 0.5) + (1 - regular) * free
    return np.minimum(np.searchsorted(passed, at), len(rate) - 1)


def scatter(rng: Rng, n: int, at: npt.NDArray[np.int64], grains: Sequence[Audio]) -> Audio:
    """Grains drawn at random, at their positions, with exponentially distributed gains."""
    out = np.zeros(n + max(len(g) for g in grains), np.float32)
    gains = rng.exponential(0.5, len(at)) + 0.05
    for i, which, gain in zip(at.tolist(), rng.integers(0, len(grains), len(at)).tolist(), gains, strict=True):
        grain = grains[which]
        out[i : i + len(grain)] += grain * np.float32(gain)
    return out[:n]


def spark(rng: Rng, t60: float, lo: float, hi: float) -> Audio:
    """One grain of noise."""
    m = seconds(t60)
    return noise(rng, m + 200, lo, hi)[200:] * decay(m, t60)


def moving_band(rng: Rng, centre: Audio, width: float) -> Audio:
    """Noise `width` Hz wide around a centre (n,) in Hz that may move: slow noise carried by a tone."""
    phase = np.cumsum(centre, dtype=np.float64) * (2 * np.pi / SAMPLE_RATE)
    slow = [pole(pole(rng.standard_normal(len(centre), dtype=np.float32), width / 2), width / 2) for _ in range(2)]
    return unit(slow[0] * np.cos(phase) - slow[1] * np.sin(phase))


def pulses(phase: npt.NDArray[np.floating[Any]], sharp: float) -> Audio:
    """A pulse at each whole number of `phase` (cycles) that decays by exp(-sharp) until the next."""
    return np.exp(-sharp * (phase % 1.0)).astype(np.float32)


def ring(x: npt.NDArray[np.floating[Any]], f: float, t60: float) -> Audio:
    """A resonance at `f` Hz that rings for `t60` seconds, gain about 1 for noise in, RMS not normalised."""
    r = float(np.exp(-6.908 / (t60 * SAMPLE_RATE)))
    a = [1.0, -2 * r * float(np.cos(2 * np.pi * f / SAMPLE_RATE)), r * r]
    return np.asarray(lfilter([np.sqrt(1 - r)], a, x), np.float32)
