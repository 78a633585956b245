# SPDX-License-Identifier: GPL-3.0-or-later
"""The published way from a film to pictures: 2 a second of a rate cut to whole numbers, un-normalised."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.parts.pictures import middle_square

#: Pictures a second and their size.
RATE, SIZE = 2, 224


def frame_requests(count: int, rate: float) -> list[int]:
    """Frames that are asked for, by number, of a film of `count` frames at `rate` a second.

    The rate loses its fraction and the length is rounded up to whole seconds. Raises ValueError below one frame a
    second, where the published code finds none.
    """
    whole = int(rate)
    if whole < 1 or count < 1:
        raise ValueError(f"{count} frames at {rate} a second: there must be a frame, and one a second at least")
    seconds = math.ceil(count / whole)
    return [number * whole // RATE for number in range(RATE * seconds)]


def frame_indices(count: int, rate: float) -> list[int]:
    """The frames that are used: reading ends at the first one that is not there. Raises as `frame_requests`."""
    return [index for index in frame_requests(count, rate) if index < count]


def pixels(frame: NDArray[np.uint8], size: int = SIZE) -> Tensor:
    """What the picture encoder gets: (3, size, size) in [0, 1], without CLIP's mean and deviation."""
    return torch.from_numpy(middle_square(frame, size).copy()).permute(2, 0, 1).float() / 255
