# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots of things that break: a first crack, then pieces that fall and settle."""

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


def ceramic_break(rng: Rng) -> Audio:
    """A plate on a floor: a hard clack, then fewer, lower and deader shards than glass."""
    n = seconds(span(rng, 0.6, 0.9))
    f0 = span(rng, 900, 1600)
    out = modes(rng, n, f0 * np.array([1.0, 1.7, 2.4, 3.3]), [0.08, 0.07, 0.06, 0.05], [1, 0.9, 0.7, 0.5])
    out += 1.3 * tick(rng, n, span(rng, 0.05, 0.09), 900, 8000)
    m = seconds(0.09)
    for _ in range(int(rng.integers(9, 16))):
        f = span(rng, 1100, 3800)
        shard = modes(rng, m, [f, f * 1.45, f * 2.3], [0.06, 0.045, 0.03], [1, 0.7, 0.5])
        shard += tick(rng, m, 0.006, 2000, 9000)
        at = int(min(rng.exponential(0.16) * 48000 + 600, n - m - 1))
        out[at : at + m] += shard * span(rng, 0.12, 0.45) * np.exp(-at / 20000)
    return finish(out, 0.85)


def wood_break(rng: Rng) -> Audio:
    """A board gives way: a loud crack, fibres that snap one by one, splinters."""
    n = seconds(span(rng, 0.6, 0.9))
    f0 = span(rng, 140, 260)
    out = modes(rng, n, f0 * np.array([1.0, 2.1, 3.7, 5.6]), [0.14, 0.1, 0.07, 0.05], [1, 0.8, 0.6, 0.5])
    out += 1.2 * tick(rng, n, span(rng, 0.03, 0.06), 500, 9000)
    m = seconds(0.06)
    at = 0.0
    for _ in range(int(rng.integers(6, 12))):
        at += span(rng, 0.012, 0.11)
        start = round(at * 48000)
        if start + m >= n:
            break
        f = span(rng, 450, 1600)
        snap = modes(rng, m, [f, f * 2.2, f * 3.9], [0.035, 0.025, 0.015], [1, 0.8, 0.5])
        snap += tick(rng, m, 0.012, 1200, 9000)
        out[start : start + m] += snap * span(rng, 0.15, 0.6) * np.exp(-at * 2.2)
    splinters = grains(rng, n, int(rng.integers(20, 40)), 0.5, 0.005, 1500, 7000)
    return finish(out + 0.2 * splinters / np.abs(splinters).max(), 0.9)


def stone_break(rng: Rng) -> Audio:
    """Masonry crumbles: a low crunch, lumps that tumble, sand that runs after them."""
    n = seconds(span(rng, 0.9, 1.2))
    rumble = noise(rng, n, 40, span(rng, 160, 300)) * decay(n, span(rng, 0.6, 0.9))
    crunch = tick(rng, n, span(rng, 0.12, 0.2), 200, 3500)
    stones = grains(rng, n, int(rng.integers(90, 150)), span(rng, 0.6, 0.9), 0.018, 400, 3200)
    sand = noise(rng, n, 2500, 9000) * decay(n, span(rng, 0.7, 1.1))
    out = 0.5 * rumble + 0.9 * crunch + 0.9 * stones / np.abs(stones).max() + 0.08 * sand
    for _ in range(int(rng.integers(4, 8))):
        at = int(rng.uniform(0.06, 0.6) * n)
        m = min(seconds(0.12), n - at)
        f = span(rng, 110, 320)
        lump = modes(rng, m, [f, f * 1.8, f * 3.1], [0.09, 0.06, 0.04], [1, 0.7, 0.4]) + tick(rng, m, 0.02, 400, 3500)
        out[at : at + m] += lump * span(rng, 0.15, 0.5) * np.exp(-1.5 * at / n)
    return finish(out, 0.9, fade=0.05)
