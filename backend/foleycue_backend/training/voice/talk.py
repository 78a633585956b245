# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech-like sound by a formant synthesiser: no language, but what makes a voice a voice to a detector of onsets.

Syllables of stops (closure, burst, aspiration), fricatives, nasals and glides around vowels; a pitch that falls over a
phrase and rises on stressed syllables; pauses. Vowel formants after Peterson and Barney (1952), the cascade of
resonators after Klatt (1980).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

SAMPLE_RATE = 16_000
Audio = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]
Rng = np.random.Generator

#: Values a second of all that is steered: formants, pitch, levels.
RATE = 200
#: First three formants in Hz of vowels, then of nasals and glides.
VOWELS = (
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440), (570, 840, 2410),
    (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
)  # fmt: skip
NASALS = ((280, 1000, 2200), (280, 1700, 2600))
GLIDES = ((300, 2200, 3000), (300, 700, 2200), (350, 1100, 2500), (400, 1250, 1700))
#: Noise bands in Hz of fricatives and of the bursts of stops.
FRICATIVES = ((4200, 7800), (2200, 5500), (1200, 7000), (700, 2500))
BURSTS = ((300, 1400), (2800, 7500), (1300, 3000))


@dataclass(frozen=True)
class Speaker:
    """What stays the same while one person talks."""

    pitch: float
    size: float
    breath: float
    tilt: float
    pace: float
    hiss: float

    @classmethod
    def drawn(cls, rng: Rng) -> Speaker:
        """Anyone from a bass to a child."""
        pitch = 75 * 4.5 ** rng.random()
        size = float(np.clip(0.88 + 0.28 * np.log2(pitch / 75) / 2 + rng.normal(0, 0.04), 0.8, 1.35))
        return cls(
            pitch,
            size,
            breath=0.03 * 8 ** rng.random(),
            tilt=float(rng.uniform(0.3, 0.95)),
            pace=float(rng.uniform(0.75, 1.35)),
            hiss=float(rng.uniform(0.1, 0.5)),
        )


@dataclass
class _Score:
    """Steering values, one entry every 1 / RATE s: formants, levels of voice, breath and hiss, the hiss's band."""

    formants: list[tuple[float, ...]] = field(default_factory=list)
    voice: list[float] = field(default_factory=list)
    breath: list[float] = field(default_factory=list)
    hiss: list[float] = field(default_factory=list)
    band: list[int] = field(default_factory=list)
    accent: list[float] = field(default_factory=list)

    def add(
        self,
        seconds: float,
        formants: tuple[float, ...],
        *,
        voice: float = 0.0,
        breath: float = 0.0,
        hiss: float = 0.0,
        band: int = 0,
        accent: float = 0.0,
    ) -> None:
        """Hold these values for so long."""
        count = max(1, round(seconds * RATE))
        self.formants += [formants] * count
        for values, value in (
            (self.voice, voice), (self.breath, breath), (self.hiss, hiss), (self.accent, accent)
        ):  # fmt: skip
            values.extend([value] * count)
        self.band += [band] * count


def talk(rng: Rng, seconds: float, speaker: Speaker | None = None) -> Audio:
    """Speech-like sound (n,) at SAMPLE_RATE, peak 0.5, with pauses between phrases."""
    who = speaker or Speaker.drawn(rng)
    score = _Score()
    while len(score.voice) < seconds * RATE:
        _phrase(rng, score, who)
        score.add(0.15 * 6 ** rng.random(), score.formants[-1])
    sound = _render(rng, score, who)[: round(seconds * SAMPLE_RATE)]
    return (sound * (0.5 / max(1e-9, float(np.abs(sound).max())))).astype(np.float32)


def _phrase(rng: Rng, score: _Score, who: Speaker) -> None:
    for _ in range(int(rng.integers(2, 14))):
        stress = rng.random() < 0.35
        level = (1.0 if stress else rng.uniform(0.35, 0.8)) * rng.uniform(0.8, 1.1)
        vowel = VOWELS[rng.integers(len(VOWELS))]
        _consonant(rng, score, who, vowel, level)
        long = rng.uniform(0.09, 0.2) if stress else rng.uniform(0.04, 0.11)
        accent = rng.uniform(0.08, 0.4) if stress else 0.0
        half = long / 2 * who.pace
        other = VOWELS[rng.integers(len(VOWELS))] if rng.random() < 0.25 else vowel
        score.add(half, vowel, voice=level, breath=0.02, accent=accent)
        score.add(half, other, voice=0.8 * level, breath=0.02, accent=accent)
        if rng.random() < 0.4:
            _consonant(rng, score, who, other, 0.7 * level)


def _consonant(rng: Rng, score: _Score, who: Speaker, vowel: tuple[float, ...], level: float) -> None:
    kind, pace = rng.random(), who.pace
    if kind < 0.3:
        voiced = rng.random() < 0.45
        place = int(rng.integers(len(BURSTS)))
        bar = (220.0, 900.0, 2200.0)
        score.add(rng.uniform(0.03, 0.09) * pace, bar, voice=0.08 * level if voiced else 0.0)
        score.add(rng.uniform(0.005, 0.015), vowel, hiss=level * rng.uniform(0.3, 1.2), band=len(FRICATIVES) + place)
        score.add(0.01 if voiced else rng.uniform(0.01, 0.07), vowel, breath=level * rng.uniform(0.2, 0.7))
    elif kind < 0.55:
        band = int(rng.integers(len(FRICATIVES)))
        voice = 0.25 * level if rng.random() < 0.4 else 0.0
        score.add(rng.uniform(0.05, 0.15) * pace, vowel, voice=voice, hiss=level * rng.uniform(0.3, 1.3), band=band)
    elif kind < 0.72:
        score.add(rng.uniform(0.04, 0.1) * pace, NASALS[rng.integers(len(NASALS))], voice=0.45 * level)
    elif kind < 0.88:
        score.add(rng.uniform(0.03, 0.08) * pace, GLIDES[rng.integers(len(GLIDES))], voice=0.6 * level)
    elif kind < 0.94:
        score.add(rng.uniform(0.02, 0.06), vowel)  # a vowel after a stop of the glottis: it starts hard


def _render(rng: Rng, score: _Score, who: Speaker) -> Array:
    count = len(score.voice)
    n = count * SAMPLE_RATE // RATE
    place = np.arange(n) * RATE / SAMPLE_RATE

    def steered(values: list[float], smooth: float) -> Array:
        width = max(1, round(smooth * RATE))
        held = np.convolve(np.pad(values, width, mode="edge"), np.hanning(width + 2)[1:-1] / sum(np.hanning(width + 2)))
        start = width + (width - 1) // 2
        return np.interp(place, np.arange(count), held[start : start + count])

    source = _glottis(rng, _pitch(rng, score, who, n), who) * steered(score.voice, 0.02)
    white = rng.standard_normal(n)
    source += white * (steered(score.breath, 0.015) + who.breath * steered(score.voice, 0.02)) * 0.5
    spoken = _throat(source, np.array(score.formants, float) * who.size)
    return spoken + who.hiss * _hisses(rng, score, n) * np.std(spoken)


def _pitch(rng: Rng, score: _Score, who: Speaker, n: int) -> Array:
    """Fundamental in Hz at each sample: accents, a slow wander, jitter."""
    count = len(score.voice)
    width = round(0.12 * RATE)
    accents = np.convolve(np.pad(score.accent, width, mode="edge"), np.hanning(width) / np.hanning(width).sum(), "same")
    knots = max(4, count // 120)
    wander = np.interp(np.arange(count), np.linspace(0, count, knots), rng.normal(0, 0.1, knots))
    octaves = accents[width : width + count] + wander + rng.normal(0, 0.004, count)
    return np.interp(np.arange(n) * RATE / SAMPLE_RATE, np.arange(count), who.pitch * 2**octaves)


def _glottis(rng: Rng, pitch: Array, who: Speaker) -> Array:
    """Pulses whose sharp end is the closing of the glottis; the tilt dulls them."""
    phase = np.cumsum(pitch) / SAMPLE_RATE
    part = phase % 1
    shimmer = 1 + 0.06 * rng.standard_normal(int(phase[-1]) + 2)[phase.astype(int)]
    opened = np.clip(part / 0.6, 0, 1)
    flow = shimmer * (3 * opened**2 - 2 * opened**3) * (part < 0.6)
    pulses = np.diff(flow, prepend=0.0)
    return np.asarray(lfilter([1 - who.tilt], [1, -who.tilt], pulses)) * 12


def _throat(source: Array, formants: Array) -> Array:
    """A cascade of resonators; two fixed ones stand above the three that move."""
    step = SAMPLE_RATE // RATE
    smooth = np.stack([np.convolve(np.pad(f, 4, mode="edge"), np.full(9, 1 / 9), "valid") for f in formants.T])
    tracks = [*smooth, np.full(len(formants), 3500.0), np.full(len(formants), 4500.0)]
    sound = source
    for track, width in zip(tracks, (70.0, 100.0, 150.0, 220.0, 300.0), strict=True):
        state = np.zeros(2)
        out = np.empty_like(sound)
        radius = np.exp(-np.pi * width / SAMPLE_RATE)
        cosines = 2 * radius * np.cos(2 * np.pi * np.minimum(track, 7000) / SAMPLE_RATE)
        for k, c in enumerate(cosines):
            a = np.array([1.0, -c, radius**2])
            part = slice(k * step, (k + 1) * step)
            out[part], state = lfilter([a.sum()], a, sound[part], zi=state)
        sound = out
    return np.diff(sound, prepend=0.0) * 4


def _hisses(rng: Rng, score: _Score, n: int) -> Array:
    """Noise in the band that each moment asks for, unit RMS where its level is 1."""
    place = (np.arange(n) * RATE // SAMPLE_RATE).clip(0, len(score.band) - 1)
    level = np.convolve(np.array(score.hiss)[place], np.full(48, 1 / 48), "same")
    bands = np.array(score.band)[place]
    frequencies = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    out = np.zeros(n)
    for number, (low, high) in enumerate((*FRICATIVES, *BURSTS)):
        here = bands == number
        if here.any():
            spectrum = np.fft.rfft(rng.standard_normal(n))
            spectrum *= (
                1 / np.sqrt(1 + (low / np.maximum(frequencies, 1)) ** 8) / np.sqrt(1 + (frequencies / high) ** 8)
            )
            noise = np.fft.irfft(spectrum, n)
            out += np.where(here, noise / np.std(noise), 0)
    return out * level * 3
