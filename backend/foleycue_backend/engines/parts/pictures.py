# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures for a CLIP: the shorter side to one size, the middle square of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def middle_square(frame: NDArray[np.uint8], size: int, whole: Callable[[float], int] = round) -> NDArray[np.uint8]:
    """The middle (size, size, 3) of an RGB picture (height, width, 3) whose shorter side was made `size`, bicubic.

    `whole` makes a number of pixels of half the rest: `round` goes to the even one, `int` down.
    """
    height, width = frame.shape[:2]
    short = min(width, height)
    scaled = (int(size * width / short), int(size * height / short))
    picture = Image.fromarray(frame).resize(scaled, Image.Resampling.BICUBIC)
    left, top = (whole((side - size) / 2) for side in scaled)
    return np.asarray(picture.crop((left, top, left + size, top + size)))
