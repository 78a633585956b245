# SPDX-License-Identifier: GPL-3.0-or-later
"""Salient onsets of a sound, and how well they match the cues that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.onsets import detect, refine
from foleycue_backend.stages.raw_audio import resample
from foleycue_shared.cues import match_cues

_MICROSECONDS = 1_000_000


def salient_onsets(audio: npt.NDArray[np.float32], sample_rate: int) -> npt.NDArray[np.float64]:
    """Times in seconds (10 ms grid) of strong onsets. The first 100 ms are ignored: a file's start is no event."""
    return detect(lambda: resample(iter([audio]), sample_rate, SAMPLE_RATE)).seconds


def attack_times(audio: npt.NDArray[np.float32], sample_rate: int) -> npt.NDArray[np.float64]:
    """The same onsets, each moved to the steepest rise of the waveform near it, to the sample."""

    def read(start: int, stop: int) -> npt.NDArray[np.float32]:
        part = audio[max(0, start) : max(0, stop)]
        return np.pad(part, (max(0, -start), stop - start - max(0, -start) - len(part)))

    coarse = salient_onsets(audio, sample_rate)
    return np.unique([refine(read, sample_rate, float(t)) for t in coarse]) / sample_rate if len(coarse) else coarse


def match(found: npt.ArrayLike, wanted: npt.ArrayLike, tolerance: float) -> npt.NDArray[np.float64]:
    """Signed errors (found - wanted, seconds) of the largest one-to-one matching within `tolerance`."""
    a, b = np.sort(np.asarray(found, float)), np.sort(np.asarray(wanted, float))
    whole = [np.rint(x * _MICROSECONDS).astype(int).tolist() for x in (a, b)]
    pairs = match_cues(whole[0], whole[1], round(tolerance * _MICROSECONDS))
    return np.array([a[i] - b[j] for i, j in pairs], float)


def onset_f1(found: npt.ArrayLike, wanted: Sequence[float], tolerance: float = 0.05) -> float:
    """F1 of the matching; 1.0 if nothing was wanted and nothing was found."""
    total = np.size(found) + len(wanted)
    return 2.0 * len(match(found, wanted, tolerance)) / total if total else 1.0
