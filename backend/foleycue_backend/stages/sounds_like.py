# SPDX-License-Identifier: GPL-3.0-or-later
"""Could a take be mistaken for speech or for music? Made to be silent in doubt.

Speech: the speech detector hears somebody talk for a good part of the time. Music: most of the energy in partials that
hold still, in tune with one another on the semitones, of several pitches that come and go. So drums alone, a single
held chord and song over instruments may pass unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.ndimage import binary_opening, uniform_filter1d
from scipy.special import expit

from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.raw_audio import Audio, RawAudio, resample
from foleycue_backend.stages.speech import speech_logits

#: Seconds that are judged at once; what is shorter than LEAST is not judged.
STRETCH, LEAST = 10.0, 1.5
#: Of a long take so many stretches, evenly spread, and the share of them that must agree.
MOST_STRETCHES, AGREEING = 24, 0.1

_SILENT = 10 ** (-60 / 20)
_AUDIBLE_DB = 30.0
#: Share of a stretch in which somebody must talk.
_TALKING = 0.4

_WINDOW, _STEP = 4096, 640
#: Bins of the partials looked at: 80 Hz to 4 kHz.
_LOWEST, _HIGHEST = 80 * _WINDOW // SAMPLE_RATE, 4000 * _WINDOW // SAMPLE_RATE
#: A partial must hold for so many steps of 40 ms in a third of a semitone.
_HELD, _PER_SEMITONE = 7, 3

Floats = NDArray[np.floating]


class Partials(NamedTuple):
    """Peaks of a spectrum (n,): the frame of each, semitones over 55 Hz, amplitude, power."""

    frame: NDArray[np.intp]
    semitones: Floats
    amplitude: Floats
    power: Floats


@dataclass(frozen=True)
class Tonality:
    """Share of the energy in held partials, how well they agree on one tuning (0 … 1), and how their chroma moves.

    variety is 0 when all frames have the same chroma; pitches counts pitch classes (exponential of their entropy);
    present is the share of frames with held partials.
    """

    tonal: float
    tuned: float
    variety: float
    pitches: float
    present: float

    @property
    def musical(self) -> bool:
        """Several pitches in tune, most of the time: more than an engine's hum or a bell's partials."""
        moving = self.variety >= 0.08 and self.pitches >= 4.3 and self.present >= 0.5
        return moving and self.tonal >= 0.6 and self.tuned >= 0.65


def sounds_like(audio: RawAudio) -> tuple[str, ...]:
    """Of "speech", "music", what a finished sound could be mistaken for; memory and time are bounded."""
    spoken, musical = [], []
    for sound in _stretches(audio):
        spoken.append(is_speech(sound))
        musical.append(is_music(sound))
    heard = {"speech": spoken, "music": musical}
    return tuple(name for name, told in heard.items() if sum(told) >= max(1, AGREEING * len(told)))


def is_speech(sound: Audio) -> bool:
    """Whether a stretch (n,) at SAMPLE_RATE, peak 1, is like speech."""
    return float(expit(speech_logits([sound])).mean()) >= _TALKING


def is_music(sound: Audio) -> bool:
    """Whether a stretch (n,) at SAMPLE_RATE, peak 1, is like music."""
    return tonality(sound).musical


def _stretches(audio: RawAudio) -> Iterator[Audio]:
    """Stretches at SAMPLE_RATE, peak 1; silence and what is too short are left out."""
    length = round(STRETCH * audio.sample_rate)
    count = min(MOST_STRETCHES, -(-audio.samples // length))
    for start in np.linspace(0, max(0, audio.samples - length), count).astype(int).tolist():
        block = audio.read(start, min(start + length, audio.samples))
        sound = np.concatenate(list(resample(iter([block]), audio.sample_rate, SAMPLE_RATE)))
        peak = float(np.abs(sound).max(initial=0.0))
        if len(sound) >= LEAST * SAMPLE_RATE and peak >= _SILENT:
            yield (sound / peak).astype(np.float32)


def _audible(power: Floats) -> NDArray[np.bool_]:
    """Frames (n,) that are not far below the loud ones."""
    return power > np.percentile(power, 95) * 10 ** (-_AUDIBLE_DB / 10)


def tonality(sound: Audio) -> Tonality:
    """How tonal a stretch (n,) at SAMPLE_RATE, peak 1, is."""
    hann = np.hanning(_WINDOW).astype(np.float32)
    frames = sliding_window_view(np.pad(sound, _WINDOW // 2), _WINDOW)[::_STEP]
    spectrum: NDArray[np.complex64] = np.asarray(rfft(frames * hann, axis=1), np.complex64)
    power = np.abs(spectrum[:, : _HIGHEST + 1]) ** 2
    held = _held(_partials(power), len(power))
    if len(held.frame) < _HELD:
        return Tonality(0, 0, 0, 0, 0)
    total = power[:, _LOWEST:].sum(1)
    share = np.bincount(held.frame, held.power, len(power)) / (total + 1e-9)
    turn = np.sum(held.amplitude * np.exp(2j * np.pi * held.semitones))
    notes = np.round(held.semitones - np.angle(turn) / (2 * np.pi)).astype(int) % 12
    chroma = np.bincount(held.frame * 12 + notes, held.amplitude, len(power) * 12).reshape(-1, 12)
    present = chroma.any(1)
    chroma = chroma[present]
    classes = chroma.sum(0) / chroma.sum()
    return Tonality(
        tonal=float(np.median(share[_audible(total)])),
        tuned=float(np.abs(turn) / held.amplitude.sum()),
        variety=1 - float(np.linalg.norm((chroma / np.linalg.norm(chroma, axis=1, keepdims=True)).mean(0))),
        pitches=float(np.exp(-np.sum(classes * np.log(classes + 1e-12)))),
        present=float(present.mean()),
    )


def _partials(power: Floats) -> Partials:
    """Peaks of a power spectrum (frames, bins) that stand out, at the vertex of a parabola through three bins."""
    level = 10 * np.log10(power + 1e-9)
    around = 10 * np.log10(uniform_filter1d(power, 41, axis=1, mode="constant") + 1e-9)
    left, mid, right = level[:, :-2], level[:, 1:-1], level[:, 2:]
    loud = (mid > level.max(1, keepdims=True) - 25) & (mid > level.max() - 40) & (mid > around[:, 1:-1] + 6)
    frame, place = np.nonzero((mid > left) & (mid >= right) & loud)
    frame, place = frame[place >= _LOWEST], place[place >= _LOWEST]
    a, b, c = left[frame, place], mid[frame, place], right[frame, place]
    vertex = place + 1 + (a - c) / (2 * (a - 2 * b + c) - 1e-9)
    lobe = power[frame, place] + power[frame, place + 1] + power[frame, place + 2]
    return Partials(frame, 12 * np.log2(vertex * SAMPLE_RATE / _WINDOW / 55), 10 ** (b / 20), lobe)


def _held(partials: Partials, frames: int) -> Partials:
    """Those that stay where they are for _HELD frames."""
    row = np.round(partials.semitones * _PER_SEMITONE).astype(int) + 1
    roll = np.zeros((frames, int(row.max(initial=0)) + 2), bool)
    for near in (-1, 0, 1):
        roll[partials.frame, row + near] = True
    stays = np.asarray(binary_opening(roll, np.ones((_HELD, 1), bool)), bool)[partials.frame, row]
    return Partials(partials.frame[stays], partials.semitones[stays], partials.amplitude[stays], partials.power[stays])
