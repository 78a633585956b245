# SPDX-License-Identifier: GPL-3.0-or-later
"""Salient onsets of a sound, and how well they match the cues that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

RATE = 16000
HOP = 160
EDGE = 10


def salient_onsets(audio: npt.NDArray[np.float32], sample_rate: int, delta: float = 0.30) -> npt.NDArray[np.float64]:
    """Times in seconds (10 ms grid) of strong onsets: peaks of the 64-band log-mel flux, moved back to its foot.

    The first 100 ms are ignored: the start of a file is not an event.
    """
    y = librosa.resample(audio, orig_sr=sample_rate, target_sr=RATE) if sample_rate != RATE else audio
    peak = float(np.abs(y).max()) if y.size else 0.0
    if peak < 1e-3:
        return np.zeros(0)
    mel: Any = librosa.feature.melspectrogram(y=y / peak, sr=RATE, n_fft=512, hop_length=HOP, n_mels=64, fmax=RATE / 2)
    flux: Any = librosa.onset.onset_strength(
        S=librosa.power_to_db(mel, ref=np.max, top_db=60.0), sr=RATE, n_fft=512, hop_length=HOP, lag=2, max_size=1
    )
    flux[:EDGE] = 0
    frames = librosa.onset.onset_detect(
        onset_envelope=flux, sr=RATE, hop_length=HOP, backtrack=True, units="frames", delta=delta,
        wait=5, pre_max=3, post_max=4, pre_avg=10, post_avg=11,
    )  # fmt: skip
    return np.unique(np.asarray(frames, float)) * HOP / RATE


def match(found: npt.ArrayLike, wanted: npt.ArrayLike, tolerance: float) -> npt.NDArray[np.float64]:
    """Signed errors (found - wanted, seconds) of the largest one-to-one matching within `tolerance`."""
    a, b = np.asarray(found, float), np.asarray(wanted, float)
    if not a.size or not b.size:
        return np.zeros(0)
    d = a[:, None] - b[None, :]
    cost = np.where(np.abs(d) <= tolerance + 1e-9, np.abs(d), 1e3)
    i, j = linear_sum_assignment(cost)
    keep = cost[i, j] < 1e3
    return d[i[keep], j[keep]]


def onset_f1(found: npt.ArrayLike, wanted: Sequence[float], tolerance: float = 0.05) -> float:
    """F1 of the matching; 1.0 if nothing was wanted and nothing was found."""
    total = np.size(found) + len(wanted)
    return 2.0 * len(match(found, wanted, tolerance)) / total if total else 1.0
