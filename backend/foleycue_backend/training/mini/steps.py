# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots of footsteps, by what the ground is."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.synthesis import (
    Audio,
    Rng,
    bubble,
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
    stones = grains(rng, n, int(rng.integers(60, 120)), span(rng, 0.15, 0.25), 0.012, 800, 5500)
    crunch = 0.22 * tick(rng, n, 0.08, 700, 5000) + 0.3 * _heel(rng, n, 120, 200, 0.06)
    return finish(stones / np.abs(stones).max() + crunch, 0.7)


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
    return finish((crunch * flutter).astype(np.float32) + 0.8 * tick(rng, n, 0.02, 500, 4000), 0.6, fade=0.08)


def footsteps_leaves(rng: Rng) -> Audio:
    """Dry leaves: heel and toe crush in turn, each a shower of very short crackles."""
    n = seconds(span(rng, 0.34, 0.46))
    out = np.zeros(n, np.float32)
    toe = seconds(span(rng, 0.09, 0.15))
    for at, level in ((0, 1.0), (toe, span(rng, 0.35, 0.65))):
        crackle = grains(rng, n - at, int(rng.integers(30, 50)), span(rng, 0.16, 0.26), 0.0035, 5000, 17000)
        out[at:] += level * crackle / np.abs(crackle).max()
    rough = np.interp(np.arange(n), np.linspace(0, n, 60), rng.uniform(0.0, 1.0, 60) ** 2).astype(np.float32)
    out += 0.18 * noise(rng, n, 6000, 17000) * rough * decay(n, span(rng, 0.5, 0.8))
    out += 0.35 * tick(rng, n, 0.03, 4500, 16000)
    return finish(out + 0.35 * _heel(rng, n, 60, 95, 0.08), 0.55)


def footsteps_metal(rng: Rng) -> Audio:
    """A grating on metal stairs: a hollow clank that rings on, and loose bars that rattle after it."""
    n = seconds(span(rng, 0.4, 0.55))
    f = span(rng, 170, 290) * np.array([1.0, 1.58, 2.24, 3.1, 4.2, 5.5, 7.3, 9.6]) * rng.uniform(0.95, 1.05, 8)
    t60 = span(rng, 0.3, 0.45) * (f / f[0]) ** -0.25
    ring = modes(rng, n, f, t60, np.array([0.8, 0.9, 1, 0.9, 0.7, 0.6, 0.4, 0.3]) * rng.uniform(0.6, 1.2, 8))
    rattle = grains(rng, n, int(rng.integers(6, 12)), 0.2, 0.02, 2500, 8000)
    thump = _heel(rng, n, 80, 120, 0.1)
    out = ring / 2 + 0.3 * rattle / np.abs(rattle).max() + 0.8 * thump + 0.5 * tick(rng, n, 0.02, 800, 7000)
    return finish(out, 0.75, fade=0.03)


def footsteps_wet(rng: Rng) -> Audio:
    """A sole slaps a wet floor: a flat splat, small bubbles, and the suck of the lifting shoe."""
    n = seconds(span(rng, 0.28, 0.38))
    out = 0.9 * tick(rng, n, span(rng, 0.04, 0.07), 400, 5000) + 0.5 * _heel(rng, n, 130, 210, 0.05)
    out += 0.2 * noise(rng, n, 2500, 12000) * decay(n, span(rng, 0.12, 0.2))
    for _ in range(int(rng.integers(5, 10))):
        at = int(rng.integers(seconds(0.01), n - seconds(0.09)))
        drop = bubble(span(rng, 500, 1800), span(rng, 4, 12), span(rng, 0.02, 0.05), seconds(0.06))
        out[at : at + len(drop)] += span(rng, 0.12, 0.4) * drop
    lift = seconds(span(rng, 0.12, 0.17))
    m = min(n - lift, seconds(0.1))
    out[lift : lift + m] += 0.15 * noise(rng, m, 900, 3500) * np.hanning(m).astype(np.float32)
    return finish(out, 0.65)
