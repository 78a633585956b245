# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots of struck things: feet, doors, keys, materials."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.synthesis import (
    Audio,
    Rng,
    decay,
    finish,
    grains,
    modes,
    noise,
    seconds,
    span,
    tick,
)


def _heel(rng: Rng, n: int, lo: float, hi: float, t60: float) -> Audio:
    """The low thump of a foot or fist: two damped low modes."""
    f = span(rng, lo, hi)
    return modes(rng, n, [f, f * span(rng, 1.5, 2.2)], [t60, t60 * 0.6], [1.0, 0.5])


def footsteps_wood(rng: Rng) -> Audio:
    """Hollow boards: low modes, short contact, little brightness."""
    n = seconds(span(rng, 0.22, 0.35))
    f = span(rng, 110, 180) * np.array([1.0, 1.9, 2.9, 4.3, 6.1]) * rng.uniform(0.93, 1.07, 5)
    body = modes(rng, n, f, [0.16, 0.12, 0.09, 0.06, 0.04], [1, 0.8, 0.6, 0.35, 0.2])
    return finish(body + 0.25 * tick(rng, n, 0.02, 500, 3500), 0.8)


def footsteps_concrete(rng: Rng) -> Audio:
    """Hard sole: bright tap with a dry, short body."""
    n = seconds(span(rng, 0.14, 0.2))
    tap = tick(rng, n, span(rng, 0.025, 0.05), 1500, span(rng, 6000, 9000))
    return finish(tap + 0.9 * _heel(rng, n, 200, 320, 0.05) + 0.25 * tick(rng, n, 0.1, 300, 1500), 0.75)


def footsteps_gravel(rng: Rng) -> Audio:
    """Stones: many grains after a first crunch."""
    n = seconds(span(rng, 0.28, 0.4))
    stones = grains(rng, n, int(rng.integers(60, 120)), span(rng, 0.15, 0.25), 0.008, 1500, 9000)
    return finish(stones / np.abs(stones).max() + 0.12 * tick(rng, n, 0.12, 1200, 8000), 0.7)


def footsteps_grass(rng: Rng) -> Audio:
    """Soft rustle over a dull thump."""
    n = seconds(span(rng, 0.22, 0.32))
    rustle = noise(rng, n, 2500, span(rng, 7000, 11000)) * decay(n, span(rng, 0.15, 0.28))
    return finish(0.25 * rustle + 0.8 * _heel(rng, n, 55, 90, 0.1), 0.5)


def footsteps_snow(rng: Rng) -> Audio:
    """Packed snow: a mid-band crunch with a creaking flutter."""
    n = seconds(span(rng, 0.28, 0.42))
    t = np.arange(n) / n
    flutter = 0.55 + 0.45 * np.sin(2 * np.pi * np.cumsum(span(rng, 60, 130) * (1 - 0.4 * t)) / 48000)
    crunch = noise(rng, n, 350, span(rng, 1600, 2600)) * decay(n, span(rng, 0.3, 0.45))
    return finish((crunch * flutter).astype(np.float32) + 0.8 * tick(rng, n, 0.02, 500, 4000), 0.6)


def knock(rng: Rng) -> Audio:
    """Knuckles on a door panel."""
    n = seconds(span(rng, 0.18, 0.3))
    f = span(rng, 200, 380) * np.array([1.0, 1.6, 2.4, 3.3, 4.6, 6.2]) * rng.uniform(0.95, 1.05, 6)
    body = modes(rng, n, f, [0.1, 0.09, 0.07, 0.05, 0.04, 0.03], [1, 0.9, 0.6, 0.5, 0.3, 0.2])
    return finish(body + 0.35 * tick(rng, n, 0.01, 1000, 5000), 0.85)


def door_close(rng: Rng) -> Audio:
    """Heavy thud, rattle of the frame, latch click shortly after."""
    n = seconds(span(rng, 0.55, 0.8))
    f = span(rng, 55, 85) * np.array([1.0, 1.7, 2.8, 4.1])
    body = modes(rng, n, f, [0.5, 0.35, 0.25, 0.15], [1, 0.8, 0.6, 0.4])
    slam = tick(rng, n, span(rng, 0.1, 0.2), 80, 1800)
    late = seconds(span(rng, 0.02, 0.04))
    latch = np.roll(tick(rng, n, 0.03, 2500, 6000), late)
    return finish(body + 0.6 * slam + 0.25 * latch, 1.0)


def click(rng: Rng) -> Audio:
    """A switch: two very short bright ticks a few milliseconds apart."""
    n = seconds(0.07)
    f = span(rng, 2500, 4500)
    ring = modes(rng, n, [f, f * 1.7, f * 2.6], [0.02, 0.015, 0.01], [1, 0.7, 0.5])
    second = np.roll(tick(rng, n, 0.006, 3000, 12000), seconds(span(rng, 0.004, 0.012)))
    return finish(ring + 0.6 * tick(rng, n, 0.004, 3000, 16000) + 0.5 * second, 0.6)


def key_press(rng: Rng) -> Audio:
    """A key bottoms out (low clack), a faint release follows."""
    n = seconds(0.17)
    f = span(rng, 500, 900)
    down = modes(rng, n, [f, f * 2.3, f * 3.9], [0.05, 0.03, 0.02], [1, 0.6, 0.5]) + tick(rng, n, 0.02, 900, 6000)
    up = np.roll(tick(rng, n, 0.012, 2000, 7000), seconds(span(rng, 0.07, 0.11)))
    return finish(down + 0.12 * up, 0.5)


def _struck(rng: Rng, dur: float, f0: float, ratios: list[float], t60: float, bright: float, slope: float) -> Audio:
    """A bar or vessel: stretched partials, doubled slightly apart so that they beat."""
    n = seconds(dur)
    r = np.asarray(ratios) * rng.uniform(0.97, 1.03, len(ratios))
    f = np.concatenate([f0 * r, f0 * r * rng.uniform(1.001, 1.006, len(r))])
    t = t60 * r**-slope * rng.uniform(0.7, 1.2, len(r))
    a = r**-bright * rng.uniform(0.5, 1.0, len(r))
    return modes(rng, n, f, np.tile(t, 2), np.concatenate([a, a * 0.4]))


def wood_hit(rng: Rng) -> Audio:
    """A solid wooden block or stick: short and woody, higher than a knock."""
    body = _struck(rng, span(rng, 0.15, 0.25), span(rng, 600, 1300), [1, 2.57, 4.95, 7.9], 0.12, 0.7, 0.6)
    return finish(body + 0.3 * tick(rng, len(body), 0.008, 1500, 9000), 0.85)


def metal_hit(rng: Rng) -> Audio:
    """A pipe or plate: many long inharmonic partials."""
    ratios = [1, 1.51, 2.0, 2.76, 3.4, 4.07, 5.4, 6.3, 8.93, 11.2]
    body = _struck(rng, span(rng, 0.8, 1.2), span(rng, 320, 700), ratios, span(rng, 0.9, 1.5), 0.25, 0.35)
    return finish(body + 0.8 * tick(rng, len(body), 0.01, 2000, 14000), 0.85)


def glass_hit(rng: Rng) -> Audio:
    """A clinked glass: few high pure partials."""
    body = _struck(
        rng, span(rng, 0.5, 0.8), span(rng, 1700, 3000), [1, 2.32, 4.25, 6.63], span(rng, 0.5, 0.9), 0.8, 0.4
    )
    return finish(body + 0.3 * tick(rng, len(body), 0.004, 5000, 16000), 0.7)


def ceramic_hit(rng: Rng) -> Audio:
    """A plate or mug: glassy partials that die quickly."""
    ratios = [1, 1.73, 2.41, 3.3, 4.9, 6.1]
    body = _struck(rng, span(rng, 0.2, 0.3), span(rng, 1100, 1900), ratios, span(rng, 0.12, 0.2), 0.4, 0.5)
    return finish(body + 0.5 * tick(rng, len(body), 0.008, 2500, 12000), 0.75)


def plastic_hit(rng: Rng) -> Audio:
    """A hollow plastic box: damped mid modes with a papery contact."""
    n = seconds(span(rng, 0.12, 0.18))
    f = span(rng, 420, 800) * np.array([1.0, 1.35, 1.9, 2.6, 3.7])
    body = modes(rng, n, f, [0.045, 0.04, 0.035, 0.03, 0.02], [1, 0.9, 0.8, 0.7, 0.5])
    return finish(body + 0.7 * tick(rng, n, 0.04, 2500, 7000), 0.65)


def glass_break(rng: Rng) -> Audio:
    """A bright burst and falling shards."""
    n = seconds(span(rng, 0.8, 1.1))
    out = 1.2 * tick(rng, n, span(rng, 0.15, 0.25), 2500, 18000)
    count = int(rng.integers(14, 26))
    m = seconds(0.16)
    for i in range(count):
        f = span(rng, 2500, 9000)
        shard = modes(rng, m, [f, f * 1.6], [0.12, 0.08], [1, 0.6])
        at = 0 if i < 4 else int(min(rng.exponential(0.18) * 48000, n - m - 1))
        out[at : at + m] += shard * (0.9 if i < 4 else span(rng, 0.05, 0.3) * np.exp(-at / 24000))
    return finish(out.astype(np.float32), 0.9)
