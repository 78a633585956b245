# SPDX-License-Identifier: GPL-3.0-or-later
"""Training clips: one class at 0-8 cues or along an intensity line, with a size, a brightness and a room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.signal import fftconvolve, lfilter

from foleycue_backend.engines.mini.classes import CLASSES
from foleycue_backend.engines.mini.strength import RANGE_DB
from foleycue_backend.engines.mini.traits import Traits
from foleycue_backend.training.mini.bank import BEDS, Bank
from foleycue_backend.training.mini.beds import with_level
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng, decay, noise, pole, span, vary

CLIP_SECONDS = 5.76
MIN_GAP = 0.11
ROOMS = 24
#: Pitch and length of the smallest and the largest object, as ratios of the bank's.
LARGEST, SMALLEST = 0.75, 1.333

Line = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Clip:
    """A mixture: (n,) samples, a class index, traits, and (seconds, strength 0..1) pairs.

    Of the pairs, `cues` are the moments of an event class and `line` the intensity of a bed; the other is None.
    """

    audio: Audio
    label: int
    traits: Traits
    cues: Line | None
    line: Line | None


def strength_gain(strength: float) -> float:
    """Linear gain of a strength in 0..1: 1 is 0 dB, 0 is RANGE_DB less."""
    return float(10 ** (-RANGE_DB * (1.0 - strength) / 20))


def place_cues(rng: Rng, length: float) -> Line:
    """Sorted cues: 40 % rhythmic, else random, at least MIN_GAP apart; strengths 0.2..1."""
    count = int(rng.integers(0, 9))
    if count and rng.random() < 0.4:
        step = span(rng, 0.18, 0.9)
        times = np.arange(rng.uniform(0, 1.0), length - 0.05, step)[: count + 6]
        times = times + rng.normal(0, 0.01, len(times))
    else:
        times = rng.uniform(0, length - 0.05, count)
    kept: Line = []
    for t in np.sort(np.clip(times, 0, None)):
        if not kept or t - kept[-1][0] >= MIN_GAP:
            s = 1.0 if rng.random() < 0.2 else float(rng.uniform(0.2, 1.0))
            kept.append((float(t), s))
    return kept


def draw_line(rng: Rng, length: float) -> Line:
    """An intensity line: level in a third of the clips, else two to six points, now and then down to nothing."""
    if rng.random() < 0.33:
        return [(0.0, float(rng.uniform(0.2, 1.0)))]
    times = np.sort(rng.uniform(0, length, int(rng.integers(2, 7))))
    levels = rng.uniform(0.1, 1.0, len(times)) * (rng.random(len(times)) >= 0.15)
    return [(float(t), float(v)) for t, v in zip(times, levels, strict=True)]


def strike(rng: Rng, shot: Audio, strength: float, ratio: float) -> Audio:
    """One strike of an object: `ratio` in pitch and length, dull as well as quiet if soft, never twice the same."""
    n = int(len(shot) / ratio)
    y = np.interp(np.arange(n) * ratio, np.arange(len(shot)), shot).astype(np.float32)
    y = vary(rng, y)
    if strength < 0.9:
        y = pole(y, 1500.0 * 12.0**strength)
    return y * strength_gain(strength)


@lru_cache(maxsize=ROOMS)
def _room(index: int) -> Audio:
    rng = np.random.default_rng([7, index])
    size = index / (ROOMS - 1)
    t60 = 0.15 * 9.0**size
    n = int(SAMPLE_RATE * min(1.2, t60))
    tail = noise(rng, n, 150, span(rng, 3000, 8000)) * decay(n, t60)
    tail[-2000:] *= np.linspace(1, 0, 2000, dtype=np.float32)
    # The room answers after the direct sound, and softly, or it would blur the attack.
    tail[: int((0.004 + 0.016 * size) * SAMPLE_RATE)] = 0
    return tail * ((0.03 + 0.2 * size) / np.sqrt((tail * tail).sum()))


class Objects(Protocol):
    """Where the things that are struck come from."""

    def draw(self, rng: Rng, name: str) -> Audio:
        """One-shot of any object of a class; not to be written to."""
        ...


def mix_events(rng: Rng, bank: Objects, name: str, cues: Line, n: int, size: float = 0.0) -> Audio:
    """`n` samples of one class at its cues: one or two objects in turn, of `size` -1..1."""
    out = np.zeros(n + 4 * SAMPLE_RATE, np.float32)
    objects = [bank.draw(rng, name) for _ in range(2 if rng.random() < 0.5 else 1)]
    pitch = LARGEST**size if size > 0 else SMALLEST**-size
    for i, (t, s) in enumerate(cues):
        shot = strike(rng, objects[i % len(objects)], s, pitch * span(rng, 0.98, 1.02))
        at = round(t * SAMPLE_RATE)
        out[at : at + len(shot)] += shot
    return out[:n]


def bed(rng: Rng, name: str, line: Line, n: int) -> Audio:
    """`n` samples of a bed along its intensity line."""
    times, levels = zip(*line, strict=True)
    level = np.interp(np.arange(n) / SAMPLE_RATE, times, levels).astype(np.float32)
    return with_level(BEDS[name](rng, n, level), level)


def shape(rng: Rng, x: Audio, brightness: float, room: float) -> Audio:
    """Put `x` into a room, and through a tilt of +-6 dB around 1 kHz."""
    if room > 0:
        x = x + fftconvolve(x, _room(round(room * (ROOMS - 1))))[: len(x)].astype(np.float32)
    low = np.asarray(lfilter([0.0615], [1.0, -0.9385], x), np.float32)
    tilt = 10 ** (0.3 * brightness)
    x = np.asarray(low / tilt + (x - low) * tilt, np.float32)
    if rng.random() < 0.5:
        x = (x + noise(rng, len(x)) * span(rng, 1e-5, 1e-4)).astype(np.float32)
    x = x * span(rng, 0.6, 1.0)
    return x / max(1.0, float(np.abs(x).max()))


def turns(more: Sequence[tuple[str, int]] = ()) -> list[int]:
    """Class indices of one round of clips: an event class counts twice a bed, and some come so many times `more`."""
    extra = dict(more)
    often = [(2 if c.kind != "bed" else 1) + extra.get(c.name, 0) for c in CLASSES]
    return [i for i, times in enumerate(often) for _ in range(times)]


def make_clip(
    index: int, seed: int, bank: Bank, seconds: float = CLIP_SECONDS, more: Sequence[tuple[str, int]] = ()
) -> Clip:
    """Clip number `index`: a pure function of (index, seed, bank seed, more). Any stretch of clips is balanced."""
    rng = np.random.default_rng([seed, index])
    n = round(seconds * SAMPLE_RATE)
    order = turns(more)
    label = order[index % len(order)]
    name, is_bed = CLASSES[label].name, CLASSES[label].kind == "bed"
    size, brightness = rng.uniform(-1, 1, 2).tolist()
    room = float(rng.random()) if rng.random() < 0.45 else 0.0
    if is_bed:
        line = draw_line(rng, seconds)
        sound = shape(rng, bed(rng, name, line, n), brightness, room)
        return Clip(sound, label, Traits(None, brightness, room), None, line)
    cues = place_cues(rng, seconds)
    sound = shape(rng, mix_events(rng, bank, name, cues, n, size), brightness, room)
    return Clip(sound, label, Traits(size, brightness, room), cues, None)
