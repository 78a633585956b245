# SPDX-License-Identifier: GPL-3.0-or-later
"""Training clips: one class (now and then over a bed), 0-8 cues with strengths, a room, an equaliser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.signal import fftconvolve, lfilter

from foleycue_backend.engines.mini.classes import CLASSES, INDEX
from foleycue_backend.training.mini.bank import BEDS, Bank
from foleycue_backend.training.mini.beds import gust
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng, decay, noise, pole, span

CLIP_SECONDS = 5.12
MIN_GAP = 0.11
BED_NAMES = tuple(BEDS)


@dataclass(frozen=True, slots=True)
class Clip:
    """A mixture: (n,) samples, cues as (seconds, strength 0..1), class index, bed index or -1."""

    audio: Audio
    cues: tuple[tuple[float, float], ...]
    label: int
    bed: int


def strength_gain(strength: float) -> float:
    """Linear gain of a strength in 0..1: 1 is 0 dB, 0 is -24 dB."""
    return float(10 ** (-24.0 * (1.0 - strength) / 20))


def place_cues(rng: Rng, length: float) -> list[tuple[float, float]]:
    """Sorted cues: 40 % rhythmic, else random, at least MIN_GAP apart; strengths 0.25..1."""
    count = int(rng.integers(0, 9))
    if count and rng.random() < 0.4:
        step = span(rng, 0.18, 0.9)
        times = np.arange(rng.uniform(0, 1.0), length - 0.05, step)[: count + 6]
        times = times + rng.normal(0, 0.01, len(times))
    else:
        times = rng.uniform(0, length - 0.05, count)
    kept: list[tuple[float, float]] = []
    for t in np.sort(np.clip(times, 0, None)):
        if not kept or t - kept[-1][0] >= MIN_GAP:
            s = 1.0 if rng.random() < 0.2 else float(rng.uniform(0.25, 1.0))
            kept.append((float(t), s))
    return kept


def colour(x: Audio, strength: float, ratio: float) -> Audio:
    """Resample by `ratio` (pitch and length) and make soft hits dull as well as quiet."""
    n = int(len(x) / ratio)
    y = np.interp(np.arange(n) * ratio, np.arange(len(x)), x).astype(np.float32)
    if strength < 0.9:
        y = pole(y, 1500.0 * 12.0**strength)
    return y * strength_gain(strength)


@lru_cache(maxsize=24)
def _room(index: int) -> Audio:
    rng = np.random.default_rng([7, index])
    n = int(SAMPLE_RATE * 0.35)
    tail = noise(rng, n, 150, span(rng, 3000, 8000)) * decay(n, span(rng, 0.12, 0.4))
    # The room answers after the direct sound, and softly, or it would blur the attack.
    tail[: int(0.004 * SAMPLE_RATE)] = 0
    return tail * (span(rng, 0.03, 0.12) / np.sqrt((tail * tail).sum()))


def mix_events(rng: Rng, bank: Bank, name: str, cues: list[tuple[float, float]], n: int) -> Audio:
    """`n` samples of one class at its cues: one or two one-shots in turn, at one pitch."""
    out = np.zeros(n + 3 * SAMPLE_RATE, np.float32)
    voices = [int(v) for v in rng.integers(0, bank.variants, 2 if rng.random() < 0.5 else 1)]
    pitch = span(rng, 0.83, 1.2)
    for i, (t, s) in enumerate(cues):
        shot = colour(bank.get(name, voices[i % len(voices)]), s, pitch * span(rng, 0.98, 1.02))
        at = round(t * SAMPLE_RATE)
        out[at : at + len(shot)] += shot
    return out[:n]


def _bed(rng: Rng, name: str, cues: list[tuple[float, float]], n: int) -> Audio:
    gain = np.full(n, 0.3 if cues else 0.7, np.float32)
    for t, s in cues:
        curve = gust(rng)[: max(0, n - round(t * SAMPLE_RATE))]
        at = round(t * SAMPLE_RATE)
        np.maximum(gain[at : at + len(curve)], 0.3 + 0.9 * s * curve, out=gain[at : at + len(curve)])
    return BEDS[name](rng, n) * gain


def _finish(rng: Rng, x: Audio) -> Audio:
    if rng.random() < 0.35:
        x = x + fftconvolve(x, _room(int(rng.integers(24))))[: len(x)].astype(np.float32)
    tilt = rng.uniform(-0.3, 0.3)
    x = np.asarray(lfilter([1.0, -tilt], [1.0], x), np.float32) / (1 + abs(tilt)) * span(rng, 0.6, 1.0)
    if rng.random() < 0.5:
        x = (x + noise(rng, len(x)) * span(rng, 1e-5, 1e-4)).astype(np.float32)
    peak = float(np.abs(x).max())
    return x / max(1.0, peak)


def make_clip(index: int, seed: int, bank: Bank, seconds: float = CLIP_SECONDS) -> Clip:
    """Clip number `index`: a pure function of (index, seed, bank seed)."""
    rng = np.random.default_rng([seed, index])
    n = round(seconds * SAMPLE_RATE)
    # Walks through the classes so that any stretch of clips is balanced; an event class counts twice a bed.
    order = [i for i, c in enumerate(CLASSES) for _ in range(2 if c.kind != "bed" else 1)]
    label = order[index % len(order)]
    cues, bed = place_cues(rng, seconds), -1
    if CLASSES[label].kind == "bed":
        cues = cues[:: int(rng.integers(1, 4))][:4]
        x = _bed(rng, CLASSES[label].name, cues, n)
    else:
        x = mix_events(rng, bank, CLASSES[label].name, cues, n)
        if rng.random() < 0.05:
            name = BED_NAMES[int(rng.integers(len(BED_NAMES)))]
            bed = INDEX[name]
            x = (x + BEDS[name](rng, n) * span(rng, 0.05, 0.25)).astype(np.float32)
    return Clip(_finish(rng, x), tuple(cues), label, bed)
