# SPDX-License-Identifier: GPL-3.0-or-later
"""One-shots of water, bodies, drums, shots and gestures."""

from __future__ import annotations

import numpy as np

from foleycue_backend.training.mini.synthesis import (
    Audio,
    Rng,
    band,
    bubble,
    decay,
    finish,
    grains,
    modes,
    noise,
    seconds,
    span,
    swell,
    tick,
)


def drip(rng: Rng) -> Audio:
    """A drop: one bubble with the tick of the surface."""
    n = seconds(span(rng, 0.14, 0.22))
    drop = bubble(span(rng, 700, 1800), span(rng, 3.0, 8.0), span(rng, 0.08, 0.16), n)
    return finish(drop + 0.25 * tick(rng, n, 0.005, 2000, 12000), 0.6)


def splash(rng: Rng) -> Audio:
    """A slap of water, then spray that darkens."""
    n = seconds(span(rng, 0.6, 0.9))
    spray = noise(rng, n, 700, 5500) * decay(n, span(rng, 0.5, 0.8))
    fine = noise(rng, n, 4000, 13000) * decay(n, span(rng, 0.25, 0.4))
    drops = grains(rng, n, 40, 0.5, 0.02, 900, 3000)
    slap = tick(rng, n, 0.06, 150, 3000)
    return finish(spray * 0.5 + fine * 0.35 + 0.5 * drops / np.abs(drops).max() + 1.2 * slap, 0.85)


def punch(rng: Rng) -> Audio:
    """Cinema punch: falling low thump with a meaty smack."""
    n = seconds(span(rng, 0.2, 0.3))
    t = np.arange(n) / 48000
    f = span(rng, 90, 140)
    thump = np.sin(2 * np.pi * (f * t - 0.5 * f * t * t * 1.5)) * decay(n, span(rng, 0.18, 0.26))
    smack = tick(rng, n, span(rng, 0.06, 0.1), 400, 2200)
    return finish(thump.astype(np.float32) * 1.2 + 0.5 * smack, 0.95)


def clap(rng: Rng) -> Audio:
    """Two palms: a resonant noise burst near 1-2 kHz."""
    n = seconds(span(rng, 0.12, 0.2))
    f = span(rng, 900, 1700)
    burst = noise(rng, n, f * 0.75, f * 1.5) * decay(n, span(rng, 0.07, 0.12))
    return finish(burst + 0.4 * tick(rng, n, 0.03, 3000, 12000), 0.8)


def slap(rng: Rng) -> Audio:
    """A palm on skin: a flat, very short and bright smack over a fleshy thud."""
    n = seconds(span(rng, 0.12, 0.18))
    smack = tick(rng, n, span(rng, 0.025, 0.045), 1800, 13000)
    flesh = modes(rng, n, [span(rng, 180, 300)], [0.07], [1.0]) + 0.5 * tick(rng, n, 0.05, 250, 900)
    return finish(1.2 * smack + 0.7 * flesh, 0.85)


def drum(rng: Rng) -> Audio:
    """A membrane: Bessel partials with a pitch drop; some have a snare."""
    n = seconds(span(rng, 0.45, 0.7))
    t = np.arange(n) / 48000
    f = span(rng, 75, 150)
    glide = np.cumsum(1 + 0.5 * np.exp(-t * 30)) / 48000
    out = np.zeros(n)
    for ratio, amp, t60 in ((1, 1, 0.6), (1.59, 0.6, 0.35), (2.14, 0.4, 0.25), (2.65, 0.3, 0.2)):
        out += amp * np.sin(2 * np.pi * f * ratio * glide + rng.uniform(0, 1)) * decay(n, t60 * span(rng, 0.8, 1.2))
    if rng.random() < 0.4:
        out += 0.35 * noise(rng, n, 1800, 9000) * decay(n, span(rng, 0.18, 0.3))
    return finish(out.astype(np.float32) + 0.5 * tick(rng, n, 0.01, 1000, 6000), 0.95, fade=0.08)


def gunshot(rng: Rng) -> Audio:
    """A crack over the whole spectrum and a tail of echoes."""
    n = seconds(span(rng, 0.65, 0.95))
    crack = tick(rng, n, span(rng, 0.06, 0.11), 0, 20000)
    tail = band(noise(rng, n), 150, span(rng, 1200, 2400)) * decay(n, span(rng, 0.5, 0.8))
    return finish(1.5 * crack + 0.9 * tail / np.abs(tail).max() + tick(rng, n, 0.2, 200, 4000), 1.0, fade=0.1)


def explosion(rng: Rng) -> Audio:
    """A boom: a dull blast, a low tone that falls, a long rumble, debris. No bright crack, unlike a gun."""
    n = seconds(span(rng, 1.4, 1.8))
    t = np.arange(n) / 48000
    f = span(rng, 42, 65)
    tone = np.sin(2 * np.pi * np.cumsum(f * (0.6 + 0.9 * np.exp(-t * 9))) / 48000) * decay(n, span(rng, 0.9, 1.3))
    out = 0.9 * tone.astype(np.float32)
    wide = noise(rng, n)
    for hi, t60, level in ((130, 2.0, 0.5), (450, 1.3, 0.4), (1400, 0.6, 0.35), (4500, 0.18, 0.2)):
        layer = band(wide, 0, hi * span(rng, 0.85, 1.2)) * decay(n, t60 * span(rng, 0.8, 1.15))
        out += level * layer / np.abs(layer[:4800]).max()
    debris = grains(rng, n, int(rng.integers(15, 40)), 1.1, 0.012, 500, 4000)
    debris[: seconds(0.15)] = 0
    return finish(out + 0.05 * debris / (np.abs(debris).max() + 1e-9), 1.0, fade=0.2)


def cloth(rng: Rng) -> Audio:
    """A rustle: filtered noise with rough, quick modulation."""
    n = seconds(span(rng, 0.25, 0.45))
    rough = np.interp(np.arange(n), np.linspace(0, n, 40), rng.uniform(0.15, 1.0, 40)).astype(np.float32)
    hiss = noise(rng, n, span(rng, 900, 1600), span(rng, 5000, 9000))
    return finish(hiss * rough * swell(n, span(rng, 0.1, 0.2), 0.8), 0.35)
