# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots that have a pitch: bells and animals."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.synthesis import (
    SAMPLE_RATE,
    Audio,
    Rng,
    band,
    finish,
    modes,
    noise,
    seconds,
    span,
    tick,
)

# Partials of a tuned church bell over its prime: hum, prime, tierce (a minor third), quint, nominal, and above.
CHURCH = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.67, 3.0, 4.0, 5.33])
CHURCH_LEVELS = np.array([0.7, 0.7, 0.9, 0.4, 1.0, 0.35, 0.4, 0.5, 0.4, 0.25])
# A handbell is tuned to its fundamental and the twelfth; what lies above is free.
HANDBELL = np.array([1.0, 3.0, 5.4, 8.4])
HANDBELL_LEVELS = np.array([1.0, 0.6, 0.35, 0.2])


def bell(rng: Rng) -> Audio:
    """A church bell or a handbell: every partial is a pair that beats, the low ones last longest."""
    church = rng.random() < 0.65
    ratios, levels = (CHURCH, CHURCH_LEVELS) if church else (HANDBELL, HANDBELL_LEVELS)
    n = seconds(span(rng, 1.3, 1.8))
    f = span(rng, 260, 620) if church else span(rng, 700, 1700)
    f = f * ratios * rng.uniform(0.995, 1.005, len(ratios))
    pair = np.concatenate([f, f + rng.uniform(0.6, 4.0, len(f))])
    t60 = np.tile(span(rng, 1.3, 2.2) * (ratios / ratios[0]) ** -0.55, 2)
    amps = np.concatenate([levels, levels * rng.uniform(0.2, 0.6, len(f))]) * rng.uniform(0.7, 1.1, 2 * len(f))
    strike = tick(rng, n, 0.012, 2500, 9000)
    return finish(modes(rng, n, pair, t60, amps) / 2 + 0.35 * strike, 0.8, fade=0.25)


def _syllable(rng: Rng, m: int, centre: float) -> Audio:
    """One whistle of `m` samples: a fast glide, now and then with a trill on it."""
    t = np.linspace(0, 1, m)
    glide = span(rng, 1.15, 1.8) ** (1 if rng.random() < 0.5 else -1)
    arch = rng.uniform(-0.2, 0.3) * np.sin(np.pi * t)
    trill = 0.06 * np.sin(2 * np.pi * span(rng, 45, 90) * t * m / SAMPLE_RATE) if rng.random() < 0.4 else 0.0
    phase = 2 * np.pi * np.cumsum(centre * glide ** (t - 0.5) * (1 + arch + trill)) / SAMPLE_RATE
    rise = np.minimum(1, t * m / seconds(0.006))
    shape = rise * np.cos(0.5 * np.pi * t) ** 0.7
    return ((np.sin(phase) + rng.uniform(0.03, 0.12) * np.sin(2 * phase)) * shape).astype(np.float32)


def bird(rng: Rng) -> Audio:
    """A chirp of one to three syllables of one bird."""
    n = seconds(0.35)
    out = np.zeros(n, np.float32)
    centre, count, at = span(rng, 2600, 5200), int(rng.integers(1, 4)), 0
    for _ in range(count):
        m = min(seconds(span(rng, 0.05, 0.1) * (1.6 if count == 1 else 1.0)), n - at)
        if m < seconds(0.02):
            break
        out[at : at + m] += _syllable(rng, m, centre * span(rng, 0.85, 1.18)) * (1.0 if at == 0 else span(rng, 0.6, 1))
        at += m + seconds(span(rng, 0.012, 0.03))
    return finish(out[: min(n, at + seconds(0.02))], 0.6)


def bark(rng: Rng) -> Audio:
    """A dog: a rough glottal pulse train through two formants that open and close, with breath."""
    n = seconds(span(rng, 0.2, 0.3))
    t = np.linspace(0, 1, n)
    size = rng.random()  # 0 is a large dog, 1 a small one
    pitch = 140 * 2.6**size * (0.8 + 0.5 * np.sin(np.pi * np.clip(t * 1.1 + 0.1, 0, 1)))
    jitter = np.interp(t, np.linspace(0, 1, 60), rng.normal(1, 0.04, 60))
    phase = np.cumsum(pitch * jitter) / SAMPLE_RATE
    pulses = (np.maximum(0, np.cos(2 * np.pi * phase)) ** 6 - 0.2).astype(np.float32)
    source = pulses + 0.12 * noise(rng, n, 300, 9000) * (0.4 + 0.6 * np.maximum(0, np.cos(2 * np.pi * phase)))
    first, second = 520 * 1.5**size, 1300 * 1.4**size
    mouth = (np.sin(np.pi * np.clip(0.15 + t * 1.8, 0, 1)) ** 0.7).astype(np.float32)
    source, out = source.astype(np.float32), np.zeros(n, np.float32)
    for scale, gate in ((1.0, 1 - mouth), (1.55, mouth)):
        a, b = first * scale * span(rng, 0.94, 1.06), second * scale * span(rng, 0.94, 1.06)
        formants = band(source, a * 0.8, a * 1.25) + 0.8 * band(source, b * 0.85, b * 1.18)
        out += (formants + 0.15 * band(source, 2500, 7000)) * gate
    rise = np.minimum(1, t * n / seconds(0.008))
    return finish(out * rise * (1 - t) ** 0.6 * np.exp(-2.5 * t), 0.85, fade=0.03)
