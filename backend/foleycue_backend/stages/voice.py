# SPDX-License-Identifier: GPL-3.0-or-later
"""Does an onset belong to a voice? A small net on the spectrum and the pitch around it.

Both rise as steeply; what tells a syllable from a knock is what follows (a pitch that holds and glides, formants) and
what surrounds it (more syllables). Trained on procedural sound and on synthesised speech by
foleycue_backend.training.voice. Where nobody talks at all (speech.py) nothing is a voice's, however much a bark or a
plucked string is like one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.special import expit

from foleycue_backend.stages.mel_flux import BANDS, HOP, SAMPLE_RATE, mel_power
from foleycue_backend.stages.raw_audio import Audio
from foleycue_backend.stages.speech import CHUNK

WEIGHTS = Path(__file__).with_name("voice.npz")

Read = Callable[[int, int], Audio]

#: Added to the net's logit where nobody talks, and where somebody surely does; in seconds, over how long that is
#: averaged and how far around an onset it counts: a word's start and end are heard late, and people pause.
_ALONE, _AMONG = -12.0, 2.0
_STEADY, _AROUND = 0.25, 0.6

#: Frames of 10 ms before and after an onset: in all, and those looked at closely.
_REACH = 80
_NEAR = slice(_REACH - 10, _REACH + 30)
_PITCHED = slice(_REACH - 15, _REACH + 35)
_RANGE_DB = 60.0
#: Window of the pitch in samples, and the lags of 400 to 70 Hz.
_PITCH_WINDOW = 1024
_SHORTEST, _LONGEST = SAMPLE_RATE // 400, SAMPLE_RATE // 70


@dataclass(frozen=True)
class VoiceNet:
    """Standardise, one hidden layer of rectifiers, a logistic output."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]

    def __call__(
        self, described: NDArray[np.float32], boldness: NDArray[np.float32] | float = 0.0
    ) -> NDArray[np.float32]:
        """0 … 1 for each row of features (n, features); boldness (n,) is added to the logit."""
        x = (described - self.mean) / self.spread
        x = np.maximum(0, x @ self.hidden + self.hidden_bias) @ self.out + self.out_bias + boldness
        return (1 / (1 + np.exp(-np.clip(x, -30, 30)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write what the product reads, at half precision."""
        np.savez(path, **{name: value.astype(np.float16) for name, value in vars(self).items()})


@cache
def voice_net() -> VoiceNet:
    """The net in the package."""
    with np.load(WEIGHTS) as stored:
        return VoiceNet(**{name: stored[name].astype(np.float32) for name in stored.files})


def voices(
    read: Read, samples: NDArray[np.int64], talking: NDArray[np.float32], on_step: Callable[[], None]
) -> NDArray[np.float32]:
    """How sure it is, 0 … 1, that each onset (samples at 16 kHz) is a voice's; read as RawAudio.read.

    `talking` (chunks,): logits of speech.speech_logits.
    """
    rows = []
    for sample in samples:
        on_step()
        rows.append(describe(read, int(sample)))
    if not rows:
        return np.zeros(0, np.float32)
    return voice_net()(np.array(rows), _ALONE + (_AMONG - _ALONE) * talk_near(talking, samples))


def talk_near(talking: NDArray[np.float32], samples: NDArray[np.int64]) -> NDArray[np.float32]:
    """How surely somebody talks around each onset, 0 … 1; a moment that is like a voice is not enough."""
    steady = uniform_filter1d(expit(talking), round(_STEADY * SAMPLE_RATE / CHUNK), mode="nearest")
    widest = maximum_filter1d(steady, 2 * round(_AROUND * SAMPLE_RATE / CHUNK) + 1, mode="nearest")
    return widest[np.clip(samples // CHUNK, 0, len(widest) - 1)].astype(np.float32)


def describe(read: Read, sample: int) -> NDArray[np.float32]:
    """Features (n,) of the onset at a sample: log-mel near it and coarsely around it, periodicity and pitch."""
    start = sample - _REACH * HOP
    sound = read(start - _PITCH_WINDOW // 2, start + 2 * _REACH * HOP + _PITCH_WINDOW // 2)
    inner = sound[_PITCH_WINDOW // 2 : len(sound) - _PITCH_WINDOW // 2]
    power = np.concatenate(list(mel_power([inner])))[: 2 * _REACH]
    level = 10 * np.log10(power + 1e-10)
    level = np.clip((level - level.max()) / _RANGE_DB + 1, 0, 1)
    near = level[_NEAR].reshape(20, 2, BANDS // 4, 4).mean((1, 3))
    around = level.reshape(20, 8, BANDS // 8, 8).mean((1, 3))
    periodic, pitch = pitches(sound[_PITCHED.start * HOP : (_PITCHED.stop - 1) * HOP + _PITCH_WINDOW])
    return np.concatenate(
        [near.ravel(), around.ravel(), periodic.reshape(-1, 2).mean(1), (periodic * pitch).reshape(-1, 2).mean(1)]
    ).astype(np.float32)


def pitches(sound: Audio) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Periodicity 0 … 1 and octaves over 70 Hz of each hop: the highest peak of the normalised autocorrelation."""
    frames = sliding_window_view(sound, _PITCH_WINDOW)[::HOP]
    hann = np.hanning(_PITCH_WINDOW).astype(np.float32)
    spectrum = np.fft.rfft((frames - frames.mean(1, keepdims=True)) * hann, 2 * _PITCH_WINDOW)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:, : _LONGEST + 1]
    own = np.fft.irfft(np.abs(np.fft.rfft(hann, 2 * _PITCH_WINDOW)) ** 2)[: _LONGEST + 1]
    normal = correlation / (correlation[:, :1] + 1e-9) * (own[0] / own)
    best = normal[:, _SHORTEST:].argmax(1) + _SHORTEST
    height = np.clip(normal[np.arange(len(best)), best], 0, 1)
    return height.astype(np.float32), np.log2(SAMPLE_RATE / best / 70).astype(np.float32)
