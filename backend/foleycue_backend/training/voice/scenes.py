# SPDX-License-Identifier: GPL-3.0-or-later
"""Production sound in small: people talk while things are struck, in rooms, over beds; and onsets of it with labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve, lfilter, resample_poly

from foleycue_backend.stages.onsets import detect, refine
from foleycue_backend.stages.voice import describe
from foleycue_backend.training.mini.bank import ONE_SHOTS, Bank
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE as BANK_RATE
from foleycue_backend.training.mini.synthesis import noise, span
from foleycue_backend.training.voice.spoken import Speakers
from foleycue_backend.training.voice.talk import SAMPLE_RATE, Audio, Rng

SECONDS = 6.0
#: An onset this near an event is the event's; softer than the voice by so many dB, an event is not heard.
NEAR = 0.04
MASKED_DB = 12.0
LEAST_DELTA = 0.07


@dataclass(frozen=True)
class Scene:
    """A mixture (n,), what of it is voice (n,), and when things are struck, in seconds."""

    sound: Audio
    voice: Audio
    events: tuple[float, ...]


def strikes(rng: Rng, bank: Bank, count: int, seconds: float) -> tuple[Audio, list[float]]:
    """`count` events of one or two classes at SAMPLE_RATE, at least 0.2 s apart, peak 1, and their times."""
    names = rng.choice(list(ONE_SHOTS), 1 + int(rng.random() < 0.4), replace=False)
    free = seconds - 0.6 - 0.2 * count
    times = 0.2 + np.sort(rng.uniform(0, max(free, 0.1), count)) + 0.2 * np.arange(count)
    out = np.zeros(round(seconds * SAMPLE_RATE))
    for time in times:
        shot = bank.get(str(rng.choice(names)), int(rng.integers(bank.variants)))
        shot = resample_poly(shot, SAMPLE_RATE, BANK_RATE) * rng.uniform(0.3, 1.0)
        at = round(time * SAMPLE_RATE)
        out[at : at + len(shot)] += shot[: len(out) - at]
    return (out / max(1e-9, float(np.abs(out).max()))).astype(np.float32), times.tolist()


def plucks(rng: Rng, seconds: float) -> tuple[Audio, list[float]]:
    """Notes of a plucked string (Karplus and Strong, 1983) in some scale, peak 1, and their times."""
    out = np.zeros(round(seconds * SAMPLE_RATE))
    times = np.arange(rng.uniform(0.1, 0.5), seconds - 0.3, 0.15 * 5 ** rng.random())
    root = 80 * 4 ** rng.random()
    for time in times:
        period = max(8, round(SAMPLE_RATE / (root * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 12, 14, 16]) / 12))))
        n = round(min(1.5, seconds - time) * SAMPLE_RATE)
        string = np.zeros(n)
        string[:period] = rng.uniform(-1, 1, min(period, n))
        loss = 0.5 * (1 - 0.02 * rng.random())
        note = np.asarray(lfilter([1.0], [1.0, *[0.0] * (period - 1), -loss, -loss], string))
        out[round(time * SAMPLE_RATE) :][:n] += note * rng.uniform(0.4, 1)
    return (out / max(1e-9, float(np.abs(out).max()))).astype(np.float32), times.tolist()


def make_scene(index: int, seed: int, bank: Bank, speakers: Speakers) -> Scene:
    """Scene number `index`: a pure function of (index, seed, bank seed) and what the speakers can say."""
    rng = np.random.default_rng([seed, index])
    n = round(SECONDS * SAMPLE_RATE)
    events, times = np.zeros(n, np.float32), []
    kind = rng.random()
    if kind < 0.12:
        events, times = plucks(rng, SECONDS)
    elif kind < 0.85:
        events, times = strikes(rng, bank, int(rng.integers(1, 12)), SECONDS)
    voice = np.zeros(n, np.float32)
    if rng.random() < 0.62 or not times:
        voice = speakers.stretch(rng, SECONDS) * 2
        if rng.random() < 0.15:
            voice = 0.6 * voice + 0.6 * speakers.stretch(rng, SECONDS)
    gain = 10 ** (rng.uniform(-22, 14) / 20) if voice.any() else 1.0
    bed = np.zeros(n)
    if rng.random() < 0.3:
        low = span(rng, 30, 1500)
        rough = np.interp(np.arange(n), np.linspace(0, n, 24), rng.uniform(0.5, 1, 24))
        bed = resample_poly(noise(rng, 3 * n, low, low * span(rng, 2, 20)), 1, 3) * rough * span(rng, 0.003, 0.05)
    room = _room(rng)
    near = 0.1 * rng.uniform(0, 1)
    voice, events = (sound + near * fftconvolve(sound, room)[:n] for sound in (voice, events * gain))
    sound, voice = _recorded(rng, np.stack([voice + events + bed, voice]))
    return Scene(sound, voice, tuple(times))


def examples(scene: Scene) -> tuple[list[npt.NDArray[np.float32]], list[bool]]:
    """Features of the scene's onsets, and which of them are a voice's; doubtful ones are left out."""

    def read(start: int, stop: int) -> Audio:
        inner = scene.sound[max(0, start) : max(0, stop)]
        return np.pad(inner, (max(0, -start), max(0, stop - max(0, start) - len(inner))))

    events = np.array(scene.events)
    rows, labels = [], []
    for seconds in detect(lambda: [scene.sound], LEAST_DELTA).seconds:
        sample = refine(read, SAMPLE_RATE, float(seconds))
        close = len(events) > 0 and float(np.abs(events - sample / SAMPLE_RATE).min()) <= NEAR
        share = _voice_share_db(scene, sample)
        if (close and share > MASKED_DB) or (not close and -MASKED_DB < share <= 0):
            continue
        rows.append(describe(read, sample))
        labels.append(not close and share > 0)
    return rows, labels


def _voice_share_db(scene: Scene, sample: int) -> float:
    """Level of the voice over all else in the 60 ms from an onset on, in dB."""
    part = slice(max(0, sample), sample + round(0.06 * SAMPLE_RATE))
    voice = float(np.sum(scene.voice[part].astype(float) ** 2)) + 1e-9
    rest = float(np.sum((scene.sound[part] - scene.voice[part]).astype(float) ** 2)) + 1e-9
    return 10 * float(np.log10(voice / rest))


def _room(rng: Rng) -> npt.NDArray[np.float64]:
    """A tail of noise that decays within 0.1 … 0.8 s, unit energy."""
    t60 = 0.1 * 8 ** rng.random()
    time = np.arange(round(t60 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / t60)
    tail[: round(0.003 * SAMPLE_RATE)] = 0
    return tail / np.sqrt(np.sum(tail**2)) * 4


def _recorded(rng: Rng, sounds: npt.NDArray[np.floating]) -> tuple[Audio, Audio]:
    """Mixture and voice (2, n) through one microphone: its colour, its level; the mixture with its noise."""
    tilt = rng.uniform(-0.6, 0.6)
    sounds = np.asarray(lfilter([1.0, -tilt], [1.0], sounds))
    if rng.random() < 0.25:
        a = np.exp(-2 * np.pi * rng.uniform(2500, 7000) / SAMPLE_RATE)
        sounds = np.asarray(lfilter([1 - a], [1, -a], sounds))
    sounds = sounds / max(1e-9, float(np.abs(sounds[0]).max())) * 10 ** rng.uniform(-1.5, -0.05)
    hiss = rng.standard_normal(sounds.shape[1]) * np.std(sounds[0]) * 10 ** (-rng.uniform(20, 70) / 20)
    return (sounds[0] + hiss).astype(np.float32), sounds[1].astype(np.float32)
