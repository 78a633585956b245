# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pictures of a clip FoleyCrafter sees, and what its detector and its CLIP make of their pixels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.pictures import middle_square

#: Pictures of a clip, however long it is.
FRAMES = 150
#: Sides of the detector's picture before and after the middle is cut out, and CLIP's.
RESIZED, CROPPED, CLIP_SIZE = 128, 112, 224
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))


def frame_indices(count: int, frames: int = FRAMES) -> NDArray[np.int64]:
    """Numbers of the pictures seen of a clip of `count`: evenly spread, fractions cut; short clips repeat some."""
    return np.linspace(0, count - 1, frames).astype(np.int64)


def _normalised(pictures: Tensor, statistics: tuple[tuple[float, ...], tuple[float, ...]]) -> Tensor:
    mean, deviation = (torch.tensor(values, device=pictures.device)[:, None, None] for values in statistics)
    return (pictures - mean) / deviation


def detector_square(frames: Tensor) -> Tensor:
    """The middle (T, 3, 112, 112) of pictures (T, 3, height, width) that were squashed to 128 x 128, same values."""
    small = F.interpolate(frames.float(), (RESIZED, RESIZED), mode="bilinear", antialias=True, align_corners=False)
    edge = (RESIZED - CROPPED) // 2
    return small[..., edge : edge + CROPPED, edge : edge + CROPPED]


def detector_input(pictures: Tensor, *, unit: bool = False) -> Tensor:
    """The detector's clip (1, 3, T, height, width) of pictures (T, 3, height, width) with values of 0..255.

    As published the statistics of 0..1 meet values up to 255; `unit` brings the values to 0..1 first, as the detector
    was trained.
    """
    scaled = pictures.float() / 255 if unit else pictures.float()
    return _normalised(scaled, _IMAGENET).transpose(0, 1)[None]


def clip_pixels(frame: NDArray[np.uint8], size: int = CLIP_SIZE) -> Tensor:
    """CLIP's (3, size, size) of an RGB picture (height, width, 3), with its mean and deviation."""
    square = torch.from_numpy(middle_square(frame, size, int).copy())
    return _normalised(square.permute(2, 0, 1).float() / 255, _CLIP)
