# SPDX-License-Identifier: GPL-3.0-or-later
"""AV-Align and AA-Align as they were published, faithful to the last onset.

AV-Align: Yariv et al., Diverse and Aligned Audio-to-Video Generation via Text-to-Video Model Adaptation, AAAI 2024.
AA-Align: Ren et al., STA-V2A: Video-to-Audio Generation with Semantic and Temporal Alignment, ICASSP 2025.

Both call themselves intersection over union, but hits are counted on one side only and one target may serve many
onsets: the value is not symmetric and may exceed 1. That is kept, since published figures are made that way.
"""

import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Rate at which both metrics listen, and the distance of two onset frames: times lie on a grid of 23.2 ms.
ONSET_RATE = 22_050
ONSET_HOP = 512
#: How near a generated onset must lie to a true one, in seconds; the bound itself does not count.
AA_WINDOW = 0.1

Times = NDArray[np.float64]


def audio_onset_times(wave: NDArray[np.floating], rate: int) -> Times:
    """Onsets of a mono sound (samples,) at `rate` Hz, in seconds, in order.

    librosa's detector with all its defaults at 22.05 kHz: 128 mel bands in dB (FFT 2048, hop 512), mean positive
    difference of adjacent frames, scaled to 0 … 1, peaks 0.07 above their local mean, no backtracking. Silence has no
    onsets. Raises BAD_INPUT when the sound holds anything but finite numbers, or when librosa is not installed.
    """
    if wave.ndim != 1 or not np.isfinite(wave).all():
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "The sound is not a row of finite samples: decode it to one channel without faults."
        )
    librosa = _librosa()
    if not len(wave):
        return np.zeros(0)
    with warnings.catch_warnings():
        # A sound shorter than one FFT window is padded with a warning.
        warnings.simplefilter("ignore")
        heard = np.asarray(wave, np.float32)
        if rate != ONSET_RATE:
            heard = librosa.resample(heard, orig_sr=rate, target_sr=ONSET_RATE)
        strength = librosa.onset.onset_strength(y=heard, sr=ONSET_RATE, hop_length=ONSET_HOP)
        frames = librosa.onset.onset_detect(onset_envelope=strength, sr=ONSET_RATE, hop_length=ONSET_HOP)
        return np.asarray(librosa.frames_to_time(frames, sr=ONSET_RATE, hop_length=ONSET_HOP), np.float64)


def aa_align(
    generated: Sequence[float] | Times, truth: Sequence[float] | Times, window: float = AA_WINDOW
) -> float | None:
    """AA-Align of two lists of onset times in seconds; None where neither holds any.

    The reference divides by zero there. No figure says that silence met silence, so such a clip is left out of the
    mean and named.
    """
    return hit_ratio(generated, truth, window)


def av_align(audio: Sequence[float] | Times, video_peaks: Sequence[float] | Times, rate: float) -> float | None:
    """AV-Align of audio onsets and video peaks (seconds) at `rate` pictures a second; None where neither holds any.

    An onset counts when a peak lies less than one picture away.
    """
    return hit_ratio(audio, video_peaks, 1 / rate)


def hit_ratio(times: Sequence[float] | Times, targets: Sequence[float] | Times, window: float) -> float | None:
    """Hits / (times + targets - hits), a hit being a time strictly within `window` of any target; None without both."""
    # The bounds are formed around the target, as in the reference: at a distance of exactly `window`, rounding decides.
    hits = sum(any(target - window < time < target + window for target in targets) for time in times)
    union = len(times) + len(targets) - hits
    return hits / union if union else None


def _librosa() -> ModuleType:
    """librosa, which only evaluation and its labels need."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import librosa
            import librosa.onset
    except ImportError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "Alignment metrics need librosa: install it with pip install foleycue[evaluation]."
        ) from error
    return librosa
