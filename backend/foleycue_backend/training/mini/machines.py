# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines: bursts at the firing rate, uneven from cylinder to cylinder, through a body and an exhaust."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.beds import even, pulses, ring, unit, wander
from foleycue_backend.training.mini.synthesis import (
    SAMPLE_RATE,
    Audio,
    Rng,
    band,
    finish,
    noise,
    pole,
    seconds,
    span,
    swell,
)


def _firing(rng: Rng, rate: Audio, sharp: float) -> tuple[Audio, Audio]:
    """Bursts of four unequal cylinders at `rate` (n,) Hz, and the combustion noise that rides on them."""
    phase = np.cumsum(rate, dtype=np.float64) / SAMPLE_RATE
    cylinders = rng.uniform(0.75, 1.0, 4).astype(np.float32)
    burst = pulses(phase, sharp) * cylinders[phase.astype(np.int64) % 4]
    return band(burst, 30, 20000), burst * rng.standard_normal(len(rate), dtype=np.float32)


def engine(rng: Rng, n: int, level: Audio) -> Audio:
    """A motor that idles: separate low bursts with clatter, hardly faster when it is asked for more."""
    rate = span(rng, 20, 36) * (1 + 0.15 * level) * wander(rng, n, 3, 0.97, 1.03)
    burst, clatter = _firing(rng, rate.astype(np.float32), span(rng, 3, 6))
    body = unit(ring(burst, span(rng, 60, 110), 0.05)) + 0.6 * unit(band(burst, 150, span(rng, 500, 900)))
    tappets = unit(band(clatter, span(rng, 800, 1500), 4500)) * (0.12 + 0.15 * level)
    return even(body + tappets + 0.05 * noise(rng, n, 0, 2500), 0.14)


def engine_rev(rng: Rng, n: int, level: Audio) -> Audio:
    """A motor on the throttle: 900 to 6500 turns a minute, a rasp that opens with the speed."""
    # A flywheel follows the throttle late.
    speed = pole(np.concatenate([np.full(seconds(0.5), level[0], np.float32), level]), 2.5)[-n:]
    rate = (900 + 5600 * speed) / 30 * span(rng, 0.85, 1.15) * wander(rng, n, 6, 0.99, 1.01)
    burst, rasp = _firing(rng, rate.astype(np.float32), span(rng, 2, 4))
    low = unit(band(burst, 30, span(rng, 300, 500)))
    pipe = unit(ring(burst, span(rng, 350, 600), 0.012) + ring(burst, span(rng, 900, 1500), 0.01))
    bright = unit(band(burst, 1000, 9000)) + 0.5 * unit(band(rasp, 1500, 9000))
    return even(low * (1.1 - 0.4 * speed) + pipe * (0.4 + 0.6 * speed) + bright * (0.06 + 0.5 * speed), 0.15, 0.3)


def pass_by(rng: Rng) -> Audio:
    """A vehicle drives by: tyres and engine, loudest in the middle, the pitch falling as it passes."""
    n = seconds(span(rng, 1.4, 2.0))
    at = n * rng.uniform(0.45, 0.55)
    speed, distance = span(rng, 16, 32), span(rng, 4, 8)
    along = (np.arange(n) - at) / SAMPLE_RATE * speed
    away = np.sqrt(along**2 + distance**2)
    ratio = 1 / (1 + along / away * speed / 343)
    near = ((distance / away) ** 1.3).astype(np.float32)
    burst, _ = _firing(rng, (span(rng, 55, 110) * ratio).astype(np.float32), 3.0)
    tyres = noise(rng, n, 500, 2200) + noise(rng, n, 1800, 7000) * 0.5 * near**2
    drone = unit(band(burst, 50, 700)) + 0.8 * unit(band(burst, 500, 3500))
    # Both ends come from and go to nothing, or a passing car would begin with a step.
    return finish((drone + 0.45 * tyres) * near * swell(n, float(at / n), 0.5), 0.7)
