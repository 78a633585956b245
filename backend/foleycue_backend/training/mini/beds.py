# SPDX-License-Identifier: GPL-3.0-or-later
"""Continuous sounds: weather, fire, engines. Each returns exactly `n` samples with peak near 0.5."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from foleycue_backend.training.mini.synthesis import Audio, Rng, band, decay, noise, seconds, span, swell


def _level(x: npt.NDArray[np.floating[Any]], peak: float) -> Audio:
    # A percentile: a single spark must not set the level of a whole fire.
    return (x * (peak / (np.percentile(np.abs(x[::7]), 99.5) + 1e-9))).astype(np.float32)


def _curve(rng: Rng, n: int, rate: float, lo: float, hi: float) -> Audio:
    """A smooth random curve that changes about `rate` times a second."""
    k = max(4, int(n / 48000 * rate) + 2)
    return np.interp(np.arange(n), np.linspace(0, n, k), rng.uniform(lo, hi, k)).astype(np.float32)


def _sprinkle(rng: Rng, n: int, per_second: float, shape: Audio) -> Audio:
    hits = np.zeros(n, np.float32)
    count = int(n / 48000 * per_second)
    np.add.at(hits, rng.integers(0, n, count), rng.exponential(0.5, count).astype(np.float32))
    size = n + len(shape)
    return np.fft.irfft(np.fft.rfft(hits, size) * np.fft.rfft(shape, size), size)[:n].astype(np.float32)


def rain(rng: Rng, n: int) -> Audio:
    """Hiss of many drops with nearer drops on top."""
    hiss = noise(rng, n, span(rng, 1000, 2500), 15000)
    m = seconds(0.01)
    near = _sprinkle(rng, n, span(rng, 100, 300), noise(rng, m, 2000, 9000) * decay(m, 0.008))
    return _level(hiss * 0.3 + near * span(rng, 0.2, 0.7), 0.3)


def wind(rng: Rng, n: int) -> Audio:
    """Low noise in gusts with a wandering whistle."""
    f = span(rng, 250, 500)
    gust = _curve(rng, n, 1.2, 0.3, 1.0)
    whistle = noise(rng, n, f * 0.9, f * 1.15) * _curve(rng, n, 2.0, 0.05, 0.8)
    return _level((noise(rng, n, 0, span(rng, 250, 450)) + 0.5 * whistle) * gust, 0.4)


def fire(rng: Rng, n: int) -> Audio:
    """Low roar and crackle."""
    m = seconds(0.006)
    crackle = _sprinkle(rng, n, span(rng, 15, 35), noise(rng, m, 1500, 12000) * decay(m, 0.006))
    roar = noise(rng, n, 0, span(rng, 200, 400)) * _curve(rng, n, 6, 0.5, 1.0)
    return _level(roar * 0.25 + crackle * 1.0, 0.4)


def engine(rng: Rng, n: int) -> Audio:
    """A pulse train at the firing rate through body resonances."""
    rate = span(rng, 28, 70) * _curve(rng, n, 2, 0.95, 1.05)
    phase = np.cumsum(rate) / 48000
    saw = (2 * (phase % 1) - 1 + 0.4 * np.sin(np.pi * phase)).astype(np.float32)
    body = band(saw, 0, span(rng, 300, 600)) + 0.4 * band(saw, 500, 1600)
    return _level(body + 0.05 * noise(rng, n, 0, 2500), 0.45)


def gust(rng: Rng) -> Audio:
    """Gain curve of one swell of a bed: quick rise at its cue, slow fall."""
    n = seconds(span(rng, 0.6, 1.2))
    return swell(n, seconds(0.04) / n, 1.2)
