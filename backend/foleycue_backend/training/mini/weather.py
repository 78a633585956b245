# SPDX-License-Identifier: GPL-3.0-or-later
"""Beds of air: rain, wind, fire, a quiet room."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.beds import arrivals, even, moving_band, scatter, spark, unit, wander
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng, noise, span


def rain(rng: Rng, n: int, level: Audio) -> Audio:
    """Drops one by one that grow into a bright, dense hiss with a roar under it."""
    hiss = noise(rng, n, span(rng, 1500, 3000), 16000) * (0.15 + 0.6 * level)
    roar = noise(rng, n, 300, span(rng, 1200, 2200)) * (0.05 + 0.3 * level**2)
    grains = [spark(rng, span(rng, 0.005, 0.015), span(rng, 1000, 2500), span(rng, 5000, 9000)) for _ in range(10)]
    at = arrivals(rng, span(rng, 50, 120) * (0.4 + 3 * level))
    near = scatter(rng, n, at, grains)
    return even(hiss + roar + unit(near) * span(rng, 0.25, 0.5), 0.11)


def wind(rng: Rng, n: int, level: Audio) -> Audio:
    """Low noise in gusts, with a whistle that climbs as the wind grows."""
    f = span(rng, 220, 420)
    gust = wander(rng, n, 1.5, 0.5, 1.0)
    centre = (f * (0.8 + 1.1 * level) * wander(rng, n, 1.5, 0.85, 1.15)).astype(np.float32)
    whistle = moving_band(rng, centre, span(rng, 40, 110)) * gust * (0.15 + 0.75 * level)
    hiss = noise(rng, n, 800, 4000) * gust * (0.02 + 0.12 * level)
    return even(noise(rng, n, 0, span(rng, 200, 380)) * (0.4 + 0.6 * gust) + whistle + hiss, 0.14, 0.8)


def fire(rng: Rng, n: int, level: Audio) -> Audio:
    """Fluttering low roar; the crackle thickens with the flames."""
    grains = [spark(rng, span(rng, 0.002, 0.01), span(rng, 1000, 3000), span(rng, 7000, 14000)) for _ in range(10)]
    at = arrivals(rng, span(rng, 0.8, 1.3) * (8 + 45 * level))
    crackle = scatter(rng, n, at, grains)
    roar = noise(rng, n, 0, span(rng, 200, 400)) * wander(rng, n, 9, 0.5, 1.0) * (0.5 + 0.5 * level)
    hiss = noise(rng, n, 1500, 6000) * wander(rng, n, 5, 0.03, 0.12)
    return even(roar * 0.7 + hiss + unit(crackle) * span(rng, 0.6, 1.0), 0.09, 0.8)


def room_tone(rng: Rng, n: int, level: Audio) -> Audio:
    """Air of a room, steady, with the hum of the mains and its harmonics. Nothing follows `level`."""
    del level
    t = np.arange(n) / SAMPLE_RATE
    mains = (50.0, 60.0)[int(rng.integers(2))] * (1 + rng.normal(0, 1e-4))
    hum = np.zeros(n)
    for k, amp in ((1, 0.3), (2, 1.0), (3, 0.25), (4, 0.5), (6, 0.3), (8, 0.15), (12, 0.08)):
        hum += amp * rng.uniform(0.4, 1.0) * np.sin(2 * np.pi * mains * k * t + rng.uniform(0, 6.28))
    air = noise(rng, n, 60, span(rng, 400, 800)) + 0.25 * noise(rng, n, 500, span(rng, 3000, 7000))
    return even(unit(air) + span(rng, 0.3, 0.9) * unit(hum), 0.06, 1.0)
