# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from the guide track: the transients of production sound, which are the truth where there is any."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.mel_flux import FRAME_RATE, SAMPLE_RATE, mel_power
from foleycue_backend.stages.onsets import detect, refine
from foleycue_backend.stages.picture_cues import CURVE_RATE, Prediction
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.timing import CUE_RATE, FrameRange

#: Everything that stands out at all is kept; sensitivity chooses among it afterwards.
_LEAST_DELTA = 0.07
#: Bands from 2 kHz up: an impact reaches them at once, the onset of a voiced syllable does not.
_HIGH = 30
_SPEECH_RISE_DB = 9.0


@dataclass(frozen=True)
class Guide:
    """What was heard: onset seconds, how far each stands out, the rise of the high bands in dB, and the flux curve."""

    seconds: NDArray[np.float64]
    strength: NDArray[np.float32]
    high_rise: NDArray[np.float32]
    curve: NDArray[np.float32]


def listen(sound: RawAudio, on_step: Callable[[], None]) -> Guide:
    """Find the onsets of a guide at 16 kHz. on_step may raise to stop."""

    def blocks() -> Iterator[NDArray[np.float32]]:
        for block in sound.blocks():
            on_step()
            yield block

    found = detect(blocks, _LEAST_DELTA)
    frames = {int(frame) for frame in found.frames}
    rises = _high_rises(blocks, frames) if frames else {}
    seconds = [refine(sound.read, SAMPLE_RATE, float(s)) / SAMPLE_RATE for s in found.seconds]
    return Guide(
        np.maximum(0, np.array(seconds)),
        found.strength,
        np.array([rises[int(frame)] for frame in found.frames], np.float32),
        found.curve,
    )


def predict(guide: Guide, span: FrameRange, sensitivity: float) -> Prediction:
    """Cues of a range from its guide; sensitivity 0 (few) … 1 (many), 0.5 takes what is salient."""
    delta = _LEAST_DELTA + 2 * (1 - sensitivity) * (0.30 - _LEAST_DELTA)
    # Speech rises as steeply as impacts, but in its low bands: more is asked of what could be speech.
    demand = np.where(guide.high_rise < _SPEECH_RISE_DB, 1.5 * delta, delta)
    keep = np.flatnonzero(guide.strength >= demand)
    keep = np.sort(keep[np.argsort(-guide.strength[keep], kind="stable")][:MAX_CUES])
    last = span.samples(CUE_RATE) - 1
    cues = {
        min(round(float(guide.seconds[k]) * CUE_RATE), last): round(float(min(1.0, guide.strength[k])) ** 0.5, 4)
        for k in keep
    }
    curve = _at_curve_rate(guide.curve, max(1, int(span.seconds * CURVE_RATE)))
    confidence = float(np.mean(guide.strength[keep])) if len(keep) else 0.0
    return Prediction(
        tuple(Cue(sample, strength, CueSource.GUIDE) for sample, strength in sorted(cues.items())),
        curve,
        round(min(1.0, confidence), 4),
    )


def _high_rises(blocks: Callable[[], Iterator[NDArray[np.float32]]], frames: set[int]) -> dict[int, float]:
    """How many dB the bands above 2 kHz rise from before each frame to the loudest 60 ms after it."""
    before, after = 3, 6
    rises: dict[int, float] = {}
    levels: list[float] = []
    base = 0
    for power in mel_power(blocks()):
        levels += (10 * np.log10(power[:, _HIGH:].mean(1) + 1e-10)).tolist()
        for frame in sorted(frames - rises.keys()):
            if frame + after < base + len(levels):
                k = frame - base
                rises[frame] = max(levels[k : k + after + 1]) - levels[max(0, k - before)]
        drop = max(0, len(levels) - 2 * (before + after))
        levels, base = levels[drop:], base + drop
    for frame in frames - rises.keys():
        k = max(0, frame - base)
        rises[frame] = max(levels[k:], default=0.0) - levels[max(0, k - before)] if levels else 0.0
    return rises


def _at_curve_rate(curve: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The flux, largest value of each step of CURVE_RATE, count values long."""
    step = FRAME_RATE // CURVE_RATE
    padded = np.zeros(count * step, np.float32)
    padded[: len(curve)] = curve[: len(padded)]
    return padded.reshape(count, step).max(1)
