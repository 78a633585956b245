# SPDX-License-Identifier: GPL-3.0-or-later
"""Onsets: where a sound starts, from spectral flux, and then to the millisecond from the waveform itself.

Peaks must be the largest within 30 ms and stand out of their 100 ms mean; each is traced back to the minimum before
it (the rules of shared evaluation practice: Böck, Krebs and Schedl, ISMIR 2012).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from foleycue_backend.stages.mel_flux import FRAME_RATE, SAMPLE_RATE, Blocks, flux
from foleycue_backend.stages.raw_audio import Audio, RawAudio
from foleycue_shared.timing import CUE_RATE

#: How far a peak stands out of its surroundings; the largest of the sound is 1.
SALIENT = 0.30
#: The same for an onset that somebody expects there.
SOFT = 0.07

_QUIET = 10 ** (-60 / 20)
_EDGE = 10
_START_WEIGHT = 0.3
_WAIT = 5
_MAX = 3
_MEAN = 10

_NEAR = 0.05
_REFINE_BEFORE, _REFINE_AFTER = 0.025, 0.05
_ATTACK = 0.005


@dataclass(frozen=True)
class Onsets:
    """Frames at which sound starts (10 ms each), how far each stands out (0 … 1), and the flux curve (100 a second)."""

    frames: NDArray[np.int64]
    strength: NDArray[np.float32]
    curve: NDArray[np.float32]

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Times of the onsets."""
        return self.frames / FRAME_RATE


def detect(blocks: Blocks, delta: float = SALIENT, from_silence: bool = False) -> Onsets:
    """Onsets of a mono 16 kHz sound, which blocks gives anew with each call.

    A stretch cut out of some longer sound starts with a step that is no event, so the first 100 ms are left out;
    from_silence says that the sound really starts there. A sound that peaks below -60 dBFS has no onsets.
    """
    return _picked(_curve(blocks, from_silence), delta)


def _curve(blocks: Blocks, from_silence: bool) -> NDArray[np.float32]:
    """Spectral flux, its largest value 1; all 0 for silence."""
    curve, peak = flux(blocks)
    if not from_silence:
        curve[:_EDGE] = 0
    # What begins with the sound rises out of nothing: it must not make all that follows look small.
    top = max(float(curve[_EDGE:].max(initial=0)), _START_WEIGHT * float(curve[:_EDGE].max(initial=0)))
    if peak < _QUIET or top <= 0:
        return np.zeros_like(curve)
    low = float(curve.min())
    return np.clip((curve - low) / max(top - low, 1e-9), 0, 1).astype(np.float32)


def _picked(curve: NDArray[np.float32], delta: float) -> Onsets:
    if not curve.any():
        return Onsets(np.zeros(0, np.int64), np.zeros(0, np.float32), curve)
    mean = _local_mean(curve)
    peaks = _peaks(curve, mean + delta)
    frames, first = np.unique(_trace_back(peaks, curve), return_index=True)
    return Onsets(frames, (curve - mean)[peaks][first].astype(np.float32), curve)


def _peaks(curve: NDArray[np.float32], least: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indexes of the peaks of a curve at 100 a second that reach least, at least 60 ms apart, earliest first."""
    largest = maximum_filter1d(curve, 2 * _MAX + 1, mode="constant", cval=0.0)
    picked: list[int] = []
    for k in np.flatnonzero((curve == largest) & (curve >= least)):
        if not picked or k > picked[-1] + _WAIT:
            picked.append(int(k))
    return np.array(picked, np.int64)


def _local_mean(curve: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean from 100 ms before to 100 ms after each value; shorter at the ends."""
    total = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    index = np.arange(len(curve))
    low, high = np.maximum(0, index - _MEAN), np.minimum(len(curve), index + _MEAN + 1)
    return (total[high] - total[low]) / (high - low)


def _trace_back(peaks: NDArray[np.int64], curve: NDArray[np.float32]) -> NDArray[np.int64]:
    """The local minimum at or before each peak."""
    inner = curve[1:-1]
    minima = np.flatnonzero((inner <= curve[:-2]) & (inner < curve[2:])) + 1
    minima = np.concatenate([[0], minima])
    return minima[np.searchsorted(minima, peaks, side="right") - 1].astype(np.int64)


def refine(read: Callable[[int, int], Audio], rate: int, seconds: float) -> int:
    """The sample at the steepest rise of energy around a coarse onset, from -25 to +50 ms.

    read(start, stop) gives samples and silence outside. The energy of the 5 ms after a sample is held against that of
    the 5 ms before it, with a floor 50 dB below the loudest 5 ms, so that a rise out of nothing does not win always.
    """
    width = max(1, round(_ATTACK * rate))
    start = round((seconds - _REFINE_BEFORE) * rate)
    stop = round((seconds + _REFINE_AFTER) * rate)
    power = read(start - width, stop + width).astype(np.float64) ** 2
    total = np.concatenate([[0.0], np.cumsum(power)])
    energy = total[width:] - total[:-width]
    floor = float(energy.max()) * 1e-5 + 1e-12
    rise = (energy[width:] + floor) / (energy[:-width] + floor)
    # Loud rises count: a step from nothing to next to nothing is none.
    score = np.log(rise) * np.sqrt(energy[width:])
    return start + int(np.argmax(score))


def onset_samples(audio: RawAudio, expected: Sequence[int] = ()) -> list[int]:
    """Salient onsets of a whole sound, refined, in samples at its own rate, in order and each once.

    Where an event is expected (samples) and no salient onset lies, a soft one counts too: a cue of little strength
    asks for a sound that does not stand out.
    """
    curve = _curve(lambda: audio.resampled(SAMPLE_RATE), from_silence=True)
    salient, soft = _picked(curve, SALIENT).seconds, _picked(curve, SOFT).seconds
    found = set(salient)
    for place in expected:
        time = place / audio.sample_rate
        if not len(_near(salient, time)) and len(near := _near(soft, time)):
            found.add(near[np.argmin(np.abs(near - time))])
    refined = (refine(audio.read, audio.sample_rate, float(s)) for s in sorted(found))
    return sorted({min(max(0, k), max(0, audio.samples - 1)) for k in refined})


def _near(times: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    return times[np.searchsorted(times, time - _NEAR) : np.searchsorted(times, time + _NEAR, side="right")]


def to_cue_rate(samples: int, rate: int) -> int:
    """A position at any sample rate in samples at CUE_RATE."""
    return round(samples * CUE_RATE / rate)
