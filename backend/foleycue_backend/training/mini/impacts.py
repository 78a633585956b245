# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots of struck things: doors, keys, switches, materials."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.synthesis import (
    Audio,
    Rng,
    finish,
    grains,
    modes,
    seconds,
    span,
    tick,
)


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
    """A mouse or pen: two tiny bright ticks, down and up, with hardly any body."""
    n = seconds(0.09)
    f = span(rng, 3200, 6000)
    ring = modes(rng, n, [f, f * 1.7, f * 2.6], [0.02, 0.015, 0.01], [1, 0.7, 0.5])
    second = np.roll(tick(rng, n, 0.006, 4000, 14000), seconds(span(rng, 0.012, 0.03)))
    return finish(ring + 0.6 * tick(rng, n, 0.004, 3000, 16000) + 0.6 * second, 0.6)


def switch(rng: Rng) -> Audio:
    """A wall switch: one chunky snap, and the plate and the wall behind it answer."""
    n = seconds(span(rng, 0.14, 0.2))
    plate = span(rng, 800, 1500) * np.array([1.0, 1.62, 2.3, 3.4]) * rng.uniform(0.95, 1.05, 4)
    body = modes(rng, n, plate, [0.06, 0.05, 0.035, 0.02], [1, 0.8, 0.6, 0.4])
    wall = modes(rng, n, [span(rng, 170, 280)], [0.07], [0.8])
    return finish(body + wall + 0.9 * tick(rng, n, 0.008, 1500, 9000), 0.65)


def latch(rng: Rng) -> Audio:
    """A lock: a bright metal snap, then the bolt lands with a lower clunk and rings."""
    n = seconds(span(rng, 0.3, 0.4))
    gap = seconds(span(rng, 0.05, 0.11))
    f = span(rng, 1700, 3000)
    snap = modes(rng, n, [f, f * 1.43, f * 2.2, f * 3.1], [0.05, 0.045, 0.03, 0.02], [1, 0.8, 0.7, 0.4])
    snap += 0.7 * tick(rng, n, 0.008, 2500, 12000)
    g = span(rng, 300, 520)
    clunk = modes(rng, n, [g, g * 2.3, g * 4.1, f * 0.7], [0.07, 0.06, 0.08, 0.09], [1, 0.8, 0.5, 0.4])
    clunk += 0.6 * tick(rng, n, 0.02, 700, 6000)
    out = 1.1 * snap
    out[gap:] += 0.6 * clunk[: n - gap]
    return finish(out, 0.65)


def key_press(rng: Rng) -> Audio:
    """A key bottoms out (low clack), a faint release follows."""
    n = seconds(0.17)
    f = span(rng, 500, 900)
    down = modes(rng, n, [f, f * 2.3, f * 3.9], [0.05, 0.03, 0.02], [1, 0.6, 0.5]) + tick(rng, n, 0.02, 900, 6000)
    up = np.roll(tick(rng, n, 0.012, 2000, 7000), seconds(span(rng, 0.07, 0.11)))
    return finish(down + 0.12 * up, 0.5)


def struck(rng: Rng, dur: float, f0: float, ratios: list[float], t60: float, bright: float, slope: float) -> Audio:
    """A bar or vessel: stretched partials, doubled slightly apart so that they beat."""
    n = seconds(dur)
    r = np.asarray(ratios) * rng.uniform(0.97, 1.03, len(ratios))
    f = np.concatenate([f0 * r, f0 * r * rng.uniform(1.001, 1.006, len(r))])
    t = t60 * r**-slope * rng.uniform(0.7, 1.2, len(r))
    a = r**-bright * rng.uniform(0.5, 1.0, len(r))
    return modes(rng, n, f, np.tile(t, 2), np.concatenate([a, a * 0.4]))


def wood_hit(rng: Rng) -> Audio:
    """A solid wooden block or stick: short and woody, higher than a knock."""
    body = struck(rng, span(rng, 0.15, 0.25), span(rng, 600, 1300), [1, 2.57, 4.95, 7.9], 0.12, 0.7, 0.6)
    return finish(body + 0.3 * tick(rng, len(body), 0.008, 1500, 9000), 0.85)


def metal_hit(rng: Rng) -> Audio:
    """A plate or pipe: a dense cluster of partials from low to very high; the high ones die first.

    The many partials are what tells metal from the few of glass and the tuned ones of a bell.
    """
    n = seconds(span(rng, 0.6, 0.9))
    count = 26
    # A free plate: mode density is even in frequency, so the ratios grow about linearly, with scatter.
    ratios = 1 + np.cumsum(rng.uniform(0.25, 0.95, count)) - 0.25
    f = span(rng, 330, 620) * np.concatenate([[1.0], ratios])
    t60 = span(rng, 0.45, 0.8) * (f / f[0]) ** -0.4 * rng.uniform(0.7, 1.2, count + 1)
    amps = (f / f[0]) ** -0.25 * rng.uniform(0.3, 1.0, count + 1)
    contact = tick(rng, n, 0.02, 2000, 16000)
    return finish(modes(rng, n, f, t60, amps) / 3 + 0.7 * contact, 0.85, fade=0.05)


def glass_hit(rng: Rng) -> Audio:
    """A clinked glass: few high pure partials."""
    body = struck(rng, span(rng, 0.5, 0.8), span(rng, 1700, 3000), [1, 2.32, 4.25, 6.63], span(rng, 0.5, 0.9), 0.8, 0.4)
    return finish(body + 0.3 * tick(rng, len(body), 0.004, 5000, 16000), 0.7)


def ceramic_hit(rng: Rng) -> Audio:
    """A plate or mug: glassy partials that die quickly."""
    ratios = [1, 1.73, 2.41, 3.3, 4.9, 6.1]
    body = struck(rng, span(rng, 0.2, 0.3), span(rng, 1100, 1900), ratios, span(rng, 0.12, 0.2), 0.4, 0.5)
    return finish(body + 0.5 * tick(rng, len(body), 0.008, 2500, 12000), 0.75)


def plastic_hit(rng: Rng) -> Audio:
    """A hollow plastic box: damped mid modes with a papery contact."""
    n = seconds(span(rng, 0.12, 0.18))
    f = span(rng, 420, 800) * np.array([1.0, 1.35, 1.9, 2.6, 3.7])
    body = modes(rng, n, f, [0.045, 0.04, 0.035, 0.03, 0.02], [1, 0.9, 0.8, 0.7, 0.5])
    return finish(body + 0.7 * tick(rng, n, 0.04, 2500, 7000), 0.65)


def stone_hit(rng: Rng) -> Audio:
    """Two stones: a dead, high clack, a thud underneath, a small bounce, grit."""
    n = seconds(span(rng, 0.16, 0.24))
    f = span(rng, 1100, 2200) * np.array([1.0, 1.37, 1.83, 2.6, 3.4]) * rng.uniform(0.94, 1.06, 5)
    clack = modes(rng, n, f, [0.035, 0.03, 0.03, 0.02, 0.015], [1, 0.9, 0.8, 0.6, 0.5])
    clack += 0.9 * tick(rng, n, 0.02, 900, 7000)
    thud = modes(rng, n, [span(rng, 110, 190)], [0.07], [1.0])
    grit = grains(rng, n, int(rng.integers(8, 16)), 0.12, 0.004, 2500, 9000)
    out = clack + 0.8 * thud + 0.25 * grit / np.abs(grit).max()
    late = seconds(span(rng, 0.03, 0.07))
    out[late:] += 0.25 * clack[: n - late]
    return finish(out, 0.8)
