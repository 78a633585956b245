# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that rub and roll: scrape and roll as beds; leather, door, drawer and slide as gestures."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.beds import arrivals, even, pulses, ring, scatter, unit, wander
from foleycue_backend.training.mini.synthesis import (
    SAMPLE_RATE,
    Audio,
    Rng,
    band,
    finish,
    modes,
    noise,
    pole,
    seconds,
    span,
    swell,
    tick,
)


def _stick_slip(rng: Rng, n: int, start: float, end: float, rough: float) -> Audio:
    """Pulses of a surface that sticks and lets go, gliding from `start` to `end` Hz, uneven by `rough`."""
    rate = np.geomspace(start, end, n) * wander(rng, n, 30, 1 - rough, 1 + rough)
    phase = np.cumsum(rate) / SAMPLE_RATE
    return pulses(phase, 12.0) * wander(rng, n, 40, 0.5, 1.0)


def scrape(rng: Rng, n: int, level: Audio) -> Audio:
    """Metal over metal: teeth that pass faster with the speed excite high narrow resonances."""
    rate = (25 + 160 * level) * wander(rng, n, 8, 0.8, 1.2)
    teeth = 0.35 + pulses(np.cumsum(rate, dtype=np.float64) / SAMPLE_RATE, 5.0)
    drive = (rng.standard_normal(n, dtype=np.float32) * teeth * wander(rng, n, 25, 0.5, 1.0)).astype(np.float32)
    f = span(rng, 900, 1500) * np.array([1.0, 1.83, 2.71, 3.9, 5.3]) * rng.uniform(0.93, 1.07, 5)
    low = sum((unit(ring(drive, k, 0.06)) for k in f[:2]), np.zeros(n, np.float32))
    high = sum((unit(ring(drive, k, 0.05)) for k in f[2:]), np.zeros(n, np.float32))
    grit = unit(band(drive, 3000, 14000))
    return even(low * (0.9 - 0.4 * level) + high * (0.25 + 0.5 * level) + grit * (0.25 + 0.6 * level), 0.11)


def roll(rng: Rng, n: int, level: Audio) -> Audio:
    """A ball or wheels over a floor: a dull rumble, bumps that come faster, the turn of what rolls."""
    turn = (1.5 + 5 * level) * wander(rng, n, 2, 0.9, 1.1)
    wobble = 0.75 + 0.25 * np.sin(2 * np.pi * np.cumsum(turn, dtype=np.float64) / SAMPLE_RATE)
    m, f = seconds(0.09), span(rng, 110, 240)
    ratios, t60s, amps = np.array([1, 1.7, 2.9, 4.3]), [0.08, 0.06, 0.04, 0.02], [1, 0.7, 0.5, 0.3]
    sizes: list[Audio] = []
    for _ in range(6):
        bump = modes(rng, m, f * ratios * rng.uniform(0.95, 1.05, 4), t60s, amps)
        sizes.append((bump + 0.25 * tick(rng, m, 0.006, 800, 4000)).astype(np.float32))
    bumps = scatter(rng, n, arrivals(rng, (6 + 26 * level).astype(np.float32), 0.6), sizes)
    floor = noise(rng, n, 60, span(rng, 350, 600)) * wobble + noise(rng, n, 500, 2500) * (0.05 + 0.2 * level)
    return even(unit(bumps) * 0.9 + floor * 0.7, 0.12)


def leather(rng: Rng) -> Audio:
    """Creak of a strap or saddle: slow stick-slip with a gliding pitch through a few soft resonances."""
    n = seconds(span(rng, 0.3, 0.6))
    start = span(rng, 28, 60)
    pulse = _stick_slip(rng, n, start, start * span(rng, 0.6, 2.2), 0.25)
    f = span(rng, 550, 950)
    creak = np.zeros(n, np.float32)
    for k, t60, amp in ((1, 0.02, 1.0), (2.1, 0.012, 0.7), (3.7, 0.008, 0.4)):
        creak += np.float32(amp) * unit(ring(pulse, f * k, t60))
    rub = noise(rng, n, 600, 2500) * 0.12
    return finish((band(creak, 250, 20000) + rub) * swell(n, span(rng, 0.1, 0.35), 0.7), 0.5)


def door_open(rng: Rng) -> Audio:
    """The latch gives, then the leaf swings: air, and mostly a hinge that creaks upwards."""
    n = seconds(span(rng, 0.5, 0.9))
    f = span(rng, 1400, 2400)
    latch = modes(rng, n, [f * 0.35, f, f * 1.8], [0.05, 0.03, 0.02], [1, 0.7, 0.5]) + tick(rng, n, 0.012, 1500, 8000)
    back = np.roll(latch, seconds(span(rng, 0.035, 0.07))) * 0.5
    late = seconds(0.09)
    m = n - late
    swing = noise(rng, m, 120, span(rng, 500, 900)) * swell(m, span(rng, 0.3, 0.6), 1.2) * 0.12
    if rng.random() < 0.75:
        start = span(rng, 70, 150)
        hinge = _stick_slip(rng, m, start, start * span(rng, 1.3, 2.6), 0.1)
        body = sum((unit(ring(hinge, span(rng, *w), 0.025)) for w in ((500, 800), (1100, 1600), (2000, 3000))), 0)
        swing = swing + 0.11 * body * swell(m, span(rng, 0.3, 0.6), 0.8)
    out = (latch + back) / np.abs(latch).max()
    out[late:] += swing
    return finish(out, 0.7)


def drawer(rng: Rng) -> Audio:
    """Runners rumble ever faster until the front knocks against the frame."""
    n = seconds(span(rng, 0.5, 0.8))
    stop = int(n * span(rng, 0.62, 0.75))
    rattle = 0.55 + 0.45 * _stick_slip(rng, stop, span(rng, 14, 24), span(rng, 30, 45), 0.2)
    run = noise(rng, stop, 90, span(rng, 600, 1000)) + 0.25 * noise(rng, stop, 1000, 4500)
    out = np.zeros(n, np.float32)
    out[:stop] = run * rattle * np.linspace(0.4, 1, stop, dtype=np.float32) * np.minimum(1, np.arange(stop) / 700)
    f = span(rng, 130, 220) * np.array([1.0, 1.8, 2.9, 4.4])
    rest = n - stop
    knock = modes(rng, rest, f, [0.14, 0.1, 0.07, 0.04], [1, 0.8, 0.6, 0.4]) + 0.5 * tick(rng, rest, 0.03, 600, 4000)
    out[stop:] += 3.5 * knock / np.abs(knock).max() * np.abs(run).std()
    return finish(out * 0.3, 0.75)


def slide(rng: Rng) -> Audio:
    """A box pushed over a table: smooth friction that shudders a little, and the box humming with it."""
    n = seconds(span(rng, 0.4, 0.8))
    shudder = wander(rng, n, 45, 0.45, 1.0)
    rub = noise(rng, n, span(rng, 250, 400), span(rng, 1500, 2600)) * shudder
    f = span(rng, 110, 200)
    box = unit(ring(pole(rub, 600), f, 0.09)) + 0.6 * unit(ring(rub, f * span(rng, 2.2, 3.2), 0.05))
    # Pushed at once, let go slowly: the swell is flat on top.
    push = np.minimum(1, 2.2 * swell(n, span(rng, 0.3, 0.5), 1.0))
    return finish((rub + 0.9 * box) * push, 0.5)
