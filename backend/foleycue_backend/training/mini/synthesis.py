# SPDX-License-Identifier: GPL-3.0-or-later
"""Building blocks of procedural sound at 48 kHz.

Every one-shot starts at sample 0 with its attack and ends in a fade: a tail cut at -60 dB would leave a
full-band click that the model would learn as an event.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, lfilter, sosfilt

SAMPLE_RATE = 48000
# Seconds.
FADE = 0.00834
Audio = npt.NDArray[np.float32]
Rng = np.random.Generator


def seconds(n: float) -> int:
    """Samples in `n` seconds."""
    return max(1, int(n * SAMPLE_RATE))


def span(rng: Rng, lo: float, hi: float) -> float:
    """A log-uniform draw: the ear hears frequencies and decays as ratios."""
    return float(lo * (hi / lo) ** rng.random())


def decay(n: int, t60: float) -> Audio:
    """Exponential decay over `n` samples that falls 60 dB in `t60` seconds."""
    return np.exp(np.arange(n, dtype=np.float32) * np.float32(-6.908 / (t60 * SAMPLE_RATE)))


@lru_cache(maxsize=4096)
def _band(lo: float, hi: float) -> npt.NDArray[np.float64]:
    top = SAMPLE_RATE * 0.49
    edges: Any = [lo, min(hi, top)]
    kind = "band"
    if lo <= 20:
        edges, kind = min(hi, top), "low"
    elif hi >= 20000:
        edges, kind = min(lo, top), "high"
    return np.asarray(butter(2, edges, kind, fs=SAMPLE_RATE, output="sos"))


def band(x: Audio, lo: float, hi: float) -> Audio:
    """Second-order band pass in Hz; `lo` <= 20 makes it a low pass, `hi` >= 20000 a high pass."""
    # Rounded so that the filter cache is hit.
    key_lo = round(lo, -1) if lo > 20 else 0.0
    return np.asarray(sosfilt(_band(float(key_lo), float(max(round(hi, -1), key_lo + 40))), x), np.float32)


def noise(rng: Rng, n: int, lo: float = 0.0, hi: float = 20000.0) -> Audio:
    """Band-limited white noise, RMS 1."""
    x = rng.standard_normal(n, dtype=np.float32)
    if lo > 20 or hi < 20000:
        x = band(x, lo, hi)
    return x / (np.sqrt(np.mean(x * x)) + 1e-9)


def modes(rng: Rng, n: int, freqs: npt.ArrayLike, t60s: npt.ArrayLike, amps: npt.ArrayLike) -> Audio:
    """Sum of decaying partials (modal synthesis) with random phase, peak not normalised."""
    f = np.asarray(freqs, np.float32)[:, None]
    t = np.arange(n, dtype=np.float32)[None, :] / SAMPLE_RATE
    k = np.float32(-6.908) / np.asarray(t60s, np.float32)[:, None]
    phase = rng.uniform(0, 2 * np.pi, f.shape).astype(np.float32)
    a = np.asarray(amps, np.float32)[:, None]
    keep = (f[:, 0] > 30) & (f[:, 0] < 20000)
    f, k, phase, a = f[keep], k[keep], phase[keep], a[keep]
    return (a * np.exp(k * t) * np.sin(2 * np.pi * f * t + phase)).sum(0).astype(np.float32)


def tick(rng: Rng, n: int, length: float, lo: float, hi: float) -> Audio:
    """A burst of noise of `length` seconds (60 dB decay) padded to `n` samples: the contact of two things."""
    m = min(n, seconds(length * 1.2))
    out = np.zeros(n, np.float32)
    out[:m] = noise(rng, m + 200, lo, hi)[200:] * decay(m, length)
    return out


def grains(rng: Rng, n: int, count: int, spread: float, t60: float, lo: float, hi: float) -> Audio:
    """`count` short noise grains whose density decays over `spread` seconds, the first one at sample 0."""
    at = np.minimum(rng.exponential(spread / 3, count), (n - 1) / SAMPLE_RATE)
    at[0] = 0.0
    level = rng.exponential(0.5, count) * np.exp(-at * 2.5 / spread)
    level[0] = level.max() * 1.3
    start, m = (at * SAMPLE_RATE).astype(int), seconds(t60)
    out = np.zeros(n, np.float32)
    # Three shapes: one alone would colour every grain alike and ring as a tone.
    for k in range(3):
        hits = np.zeros(n, np.float32)
        np.add.at(hits, start[k::3], level[k::3].astype(np.float32))
        out += np.convolve(hits, noise(rng, m + 200, lo, hi)[200:] * decay(m, t60))[:n]
    return out


def swell(n: int, peak: float, rise: float) -> Audio:
    """A hump that peaks at the fraction `peak` of its length; `rise` > 1 sharpens it."""
    t = np.arange(n, dtype=np.float32) / n
    up = np.clip(t / peak, 0, 1)
    down = np.clip((1 - t) / (1 - peak), 0, 1)
    return (np.minimum(up, down) ** rise).astype(np.float32)


def pole(x: Audio, cutoff: float) -> Audio:
    """One-pole low pass: the cheap filter that makes soft hits dull."""
    a = float(np.exp(-2 * np.pi * cutoff / SAMPLE_RATE))
    return np.asarray(lfilter([1 - a], [1, -a], x), np.float32)


def bubble(f0: float, rise: float, t60: float, n: int) -> Audio:
    """A bubble at `f0` Hz whose pitch rises by `rise` times f0 a second while it decays (van den Doel 2005)."""
    t = np.arange(n) / SAMPLE_RATE
    return (np.sin(2 * np.pi * f0 * (t + 0.5 * rise * t * t)) * decay(n, t60)).astype(np.float32)


def vary(rng: Rng, x: Audio) -> Audio:
    """`x` as the next strike of the same object: three bands by +-2.5 dB, the decay by +-10 %, the attack in place.

    The decay is read from the centroid of the energy, which for an exponential is half its time constant.
    """
    low, mid, high = (10 ** rng.uniform(-0.125, 0.125, 3)).tolist()
    y = mid * x + (low - mid) * pole(x, 350.0) + (high - mid) * (x - pole(x, 3000.0))
    step = 16
    energy = np.square(x[::step]).astype(np.float64)
    centre = float(np.arange(len(energy)) @ energy) * step / (float(energy.sum()) + 1e-12)
    # At most 4 dB at the end, or the long tail under a short attack would swell.
    bend = min(0.1 * 0.5 / (centre + 1.0), 0.46 / len(x)) * rng.uniform(-1, 1)
    return (y * np.exp(np.arange(len(x), dtype=np.float32) * np.float32(bend))).astype(np.float32)


def finish(x: npt.NDArray[np.floating[Any]], peak: float = 1.0, fade: float = FADE) -> Audio:
    """Peak-normalise, soften the first 0.2 ms, fade out the last `fade` seconds."""
    x = x - 0.0
    k = min(10, len(x))
    x[:k] *= np.linspace(0.2, 1, k, dtype=np.float32)
    m = min(seconds(fade), len(x))
    x[-m:] *= np.linspace(1, 0, m, dtype=np.float32) ** 2
    return (x * (peak / (np.abs(x).max() + 1e-9))).astype(np.float32)
