# SPDX-License-Identifier: GPL-3.0-or-later
"""Beds of water. Flowing water is many bubbles (van den Doel 2005) and the hiss between them."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.beds import arrivals, even, moving_band, scatter, unit, wander
from foleycue_backend.training.mini.synthesis import Audio, Rng, bubble, noise, seconds, span


def _bubbles(rng: Rng, level: Audio, rate: Audio, lo: float, hi: float, t60: float) -> Audio:
    lengths = t60 * rng.uniform(0.6, 1.4, 24)
    sizes = [bubble(span(rng, lo, hi), span(rng, 1.0, 8.0), t, seconds(t)) for t in lengths.tolist()]
    return scatter(rng, len(level), arrivals(rng, rate), sizes)


def pour(rng: Rng, n: int, level: Audio) -> Audio:
    """Water into a vessel: quick bubbles and a hollow tone that climbs as it fills."""
    at = rng.uniform(0.0, 0.5)
    fill = np.linspace(at, at + rng.uniform(0.3, 0.5), n, dtype=np.float32)
    hollow = moving_band(rng, span(rng, 350, 600) * (1 + 2.0 * fill), span(rng, 60, 140))
    glug = unit(_bubbles(rng, level, 25 + 110 * level, 500, 2400, 0.03))
    hiss = noise(rng, n, span(rng, 2000, 3500), 11000) * (0.05 + 0.5 * level)
    return even(glug + 0.7 * hollow * wander(rng, n, 12, 0.5, 1.0) + hiss, 0.11)


def bubbles(rng: Rng, n: int, level: Audio) -> Audio:
    """Air that rises under water: single low blips, muffled, never a hiss."""
    big = unit(_bubbles(rng, level, (5 + 26 * level) * wander(rng, n, 2, 0.6, 1.4), 180, 900, 0.09))
    small = unit(_bubbles(rng, level, 6 + 20 * level, 700, 1600, 0.04))
    return even(big + 0.3 * small + 0.2 * noise(rng, n, 0, 400), 0.12, 1.0)


def stream(rng: Rng, n: int, level: Audio) -> Audio:
    """A brook over stones: steady gurgle in the middle of the spectrum."""
    gurgle = unit(_bubbles(rng, level, 90 + 160 * level, 350, 1800, 0.035))
    wash = noise(rng, n, span(rng, 350, 600), span(rng, 2500, 4000)) * wander(rng, n, 4, 0.6, 1.0)
    spray = noise(rng, n, 3000, 9000) * (0.05 + 0.3 * level)
    return even(0.8 * gurgle + 0.6 * wash + spray, 0.1)


def sea(rng: Rng, n: int, level: Audio) -> Audio:
    """Surf: a deep rumble, and a wash that brightens from the body of the wave to its foam."""
    rumble = noise(rng, n, 30, span(rng, 180, 350)) * wander(rng, n, 0.8, 0.6, 1.0)
    wash = noise(rng, n, 300, span(rng, 1600, 2600)) * (0.25 + 0.5 * level) * wander(rng, n, 0.7, 0.5, 1.0)
    foam = noise(rng, n, 2000, span(rng, 9000, 14000)) * (0.03 + 0.6 * level**1.5) * wander(rng, n, 1.0, 0.4, 1.0)
    # A long window: the waves inside one intensity are part of the sound.
    return even(rumble + wash + foam, 0.13, 1.6)
