# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels of the onset pretext task: where the true sound starts, one label for each latent frame of 40 ms."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.sta_v2a.onset_predictor import FRAMES
from foleycue_backend.evaluation.alignment import audio_onset_times

FRAME_RATE = 25


def onset_labels(wave: NDArray[np.floating], rate: int, frames: int = FRAMES) -> Tensor:
    """0 or 1 (frames,) int64 from a mono sound (samples,) at `rate` Hz.

    The authors publish no label maker. Their metric hears onsets with librosa's default detector at 22.05 kHz, so the
    labels are most likely made by it; each onset marks the frame of 40 ms in which it lies. Raises BAD_INPUT if
    librosa is not installed.
    """
    labels = torch.zeros(frames, dtype=torch.int64)
    places = np.floor(audio_onset_times(wave, rate) * FRAME_RATE + 1e-9).astype(int)
    labels[torch.from_numpy(places[places < frames])] = 1
    return labels
