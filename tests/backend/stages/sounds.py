# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds with known onsets."""

import numpy as np


def bursts(times, seconds, rate=48_000, seed=0, noise=0.0):
    """Noise bursts that start within a millisecond and decay, (n,) float32, over a steady noise floor."""
    rng = np.random.default_rng(seed)
    out = noise * rng.standard_normal(round(seconds * rate))
    for time in times:
        start = round(time * rate)
        length = min(round(0.12 * rate), len(out) - start)
        envelope = np.exp(-np.arange(length) / (0.025 * rate)) * np.minimum(1, np.arange(length) / (0.0005 * rate))
        out[start : start + length] += 0.5 * envelope * rng.uniform(-1, 1, length)
    return out.astype(np.float32)


def voice(times, seconds, rate=48_000):
    """Vowels that swell within 30 ms: harmonics of a gliding pitch, all of them below 2 kHz."""
    out = np.zeros(round(seconds * rate))
    for time in times:
        t = np.arange(round(0.25 * rate)) / rate
        pitch = 2 * np.pi * np.cumsum(140 - 30 * t) / rate
        wave = sum(np.sin(h * pitch) / h for h in range(1, 11))
        start = round(time * rate)
        out[start : start + len(t)] += 0.2 * wave * np.minimum(1, t / 0.03) * np.minimum(1, (0.25 - t) / 0.08)
    return out.astype(np.float32)
