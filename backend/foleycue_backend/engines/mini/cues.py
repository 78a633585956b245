# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues and intensity as the denoiser sees them: seven rows at the rate of the latents."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

FRAME_RATE = 100
PATCH = 4
#: Impulses folded four to one, "cues are given", intensity, "intensity is given".
ROWS = PATCH + 3
#: A bed sounds this strongly where nobody says otherwise.
REST = 0.7

Pairs = Sequence[tuple[float, float]]


def cue_rows(cues: Pairs | None, latent_frames: int) -> Tensor:
    """(5, latent_frames): the impulse curve at 100 Hz folded four to one, and a row of ones: "cues are given".

    `cues` are (seconds from the start, strength 0..1). A cue between two frames is split between them, so its position
    is finer than 10 ms. None gives zeros: timing is left to the model.
    """
    if cues is None:
        return torch.zeros(PATCH + 1, latent_frames)
    frames = latent_frames * PATCH
    curve = torch.zeros(frames)
    for time, strength in cues:
        place = time * FRAME_RATE
        first = math.floor(place)
        for at, share in ((first, first + 1 - place), (first + 1, place - first)):
            if 0 <= at < frames:
                curve[at] = torch.maximum(curve[at], torch.tensor(float(strength) * share))
    return torch.cat([curve.view(latent_frames, PATCH).T, torch.ones(1, latent_frames)])


def intensity_rows(points: Pairs | None, latent_frames: int) -> Tensor:
    """(2, latent_frames): intensity 0..1 and a row of ones: "intensity is given". None gives zeros.

    `points` are (seconds, strength) of an automation line: straight between points, level before the first and after
    the last, `REST` throughout if there is none.
    """
    if points is None:
        return torch.zeros(2, latent_frames)
    times, levels = zip(*sorted(points), strict=True) if points else ((0.0,), (REST,))
    centres = (np.arange(latent_frames) + 0.5) * PATCH / FRAME_RATE
    line = np.interp(centres, times, levels).astype(np.float32)
    return torch.stack([torch.from_numpy(line), torch.ones(latent_frames)])


def control_rows(cues: Pairs | None, points: Pairs | None, latent_frames: int) -> Tensor:
    """(ROWS, latent_frames): all that tells the denoiser when, and how strongly."""
    return torch.cat([cue_rows(cues, latent_frames), intensity_rows(points, latent_frames)])
