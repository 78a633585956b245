# SPDX-License-Identifier: GPL-3.0-or-later
"""Gestures of air."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.beds import moving_band
from foleycue_backend.training.mini.synthesis import Audio, Rng, finish, noise, seconds, span, swell


def swish(rng: Rng) -> Audio:
    """A blade: one short, bright, narrow band of air that climbs and falls; far smaller than a whoosh."""
    n = seconds(span(rng, 0.12, 0.22))
    t = np.linspace(0, 1, n, dtype=np.float32)
    peak = rng.uniform(0.4, 0.6)
    hump = np.exp(-(((t - peak) / 0.3) ** 2))
    centre = span(rng, 2600, 4200) * (1 + span(rng, 0.5, 1.1) * hump)
    blade = moving_band(rng, centre.astype(np.float32), span(rng, 500, 1000))
    edge = moving_band(rng, (centre * 2.1).astype(np.float32), 1500) * 0.25
    return finish((blade + edge) * swell(n, float(peak), 1.3), 0.5)


def whoosh(rng: Rng) -> Audio:
    """Something large goes by: a wide, low band of air that climbs and sinks slowly."""
    n = seconds(span(rng, 0.45, 0.75))
    peak = rng.uniform(0.25, 0.4)
    t = np.linspace(0, 1, n, dtype=np.float32)
    hump = np.exp(-(((t - peak) / 0.28) ** 2))
    centre = span(rng, 220, 420) * (1 + span(rng, 1.0, 2.0) * hump)
    mass = moving_band(rng, centre.astype(np.float32), span(rng, 250, 450)) * swell(n, float(peak), 1.2)
    air = moving_band(rng, (centre * 2.6).astype(np.float32), 900) * swell(n, float(peak), 2.0)
    hiss = noise(rng, n, 1800, 6000) * swell(n, float(peak), 3.5)
    return finish(mass + 0.5 * air + 0.12 * hiss, 0.6)
