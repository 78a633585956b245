# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from the guide track: the transients of production sound, which are the truth where there is any.

People talk in production sound, and their syllables rise as steeply as anything: where somebody talks (speech.py),
onsets that belong to the voice are told apart (voice.py), and far more is asked of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.mel_flux import FRAME_RATE, SAMPLE_RATE
from foleycue_backend.stages.onsets import detect, refine
from foleycue_backend.stages.picture_cues import CURVE_RATE, Prediction
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.speech import speech_logits
from foleycue_backend.stages.voice import voices
from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.timing import CUE_RATE, FrameRange

#: Everything that stands out at all is kept; sensitivity chooses among it afterwards.
_LEAST_DELTA = 0.07
#: How many times more an onset must stand out that is surely a voice's.
_VOICE_DEMAND = 10.0


@dataclass(frozen=True)
class Guide:
    """Onset seconds, how far each stands out, how surely it is a voice's (0 … 1), and the flux curve."""

    seconds: NDArray[np.float64]
    strength: NDArray[np.float32]
    voice: NDArray[np.float32]
    curve: NDArray[np.float32]


def listen(sound: RawAudio, on_step: Callable[[], None]) -> Guide:
    """Find the onsets of a guide at 16 kHz. on_step may raise to stop."""

    def blocks() -> Iterator[NDArray[np.float32]]:
        for block in sound.blocks():
            on_step()
            yield block

    found = detect(blocks, _LEAST_DELTA)
    samples = np.array([refine(sound.read, SAMPLE_RATE, float(s)) for s in found.seconds], np.int64)
    voice = voices(sound.read, samples, speech_logits(blocks()), on_step)
    return Guide(np.maximum(0, samples / SAMPLE_RATE), found.strength, voice, found.curve)


def predict(guide: Guide, span: FrameRange, sensitivity: float) -> Prediction:
    """Cues of a range from its guide; sensitivity 0 (few) … 1 (many), 0.5 takes what is salient."""
    delta = _LEAST_DELTA + 2 * (1 - sensitivity) * (0.30 - _LEAST_DELTA)
    demand = delta * (1 + (_VOICE_DEMAND - 1) * guide.voice**2)
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


def _at_curve_rate(curve: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The flux, largest value of each step of CURVE_RATE, count values long."""
    step = FRAME_RATE // CURVE_RATE
    padded = np.zeros(count * step, np.float32)
    padded[: len(curve)] = curve[: len(padded)]
    return padded.reshape(count, step).max(1)
