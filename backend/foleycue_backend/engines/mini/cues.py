# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues as the denoiser sees them: an impulse curve at 100 Hz, folded to latent frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

FRAME_RATE = 100
PATCH = 4
CHANNELS = PATCH + 1


def cue_curve(cues: Sequence[tuple[float, float]] | None, latent_frames: int, offset_latents: int = 0) -> Tensor:
    """(5, latent_frames): the impulse curve folded four to one, and a row of ones that says "cues are given".

    `cues` are (seconds from the range start, strength 0..1); `offset_latents` is the first latent frame of the
    window. A cue between two frames is split between them, so its position is finer than 10 ms. None gives
    zeros: timing is left to the model.
    """
    if cues is None:
        return torch.zeros(CHANNELS, latent_frames)
    frames = latent_frames * PATCH
    curve = torch.zeros(frames)
    for time, strength in cues:
        place = time * FRAME_RATE - offset_latents * PATCH
        first = math.floor(place)
        for at, share in ((first, first + 1 - place), (first + 1, place - first)):
            if 0 <= at < frames:
                curve[at] = torch.maximum(curve[at], torch.tensor(float(strength) * share))
    folded = curve.view(latent_frames, PATCH).T
    return torch.cat([folded, torch.ones(1, latent_frames)])
