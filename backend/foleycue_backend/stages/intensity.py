# SPDX-License-Identifier: GPL-3.0-or-later
"""What a strength curve says to sounds without events: how strongly rain, wind or an engine should sound, and when."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Line = tuple[tuple[float, float], ...]

#: A point each fifth of a second: what lasts shorter is an event, not intensity.
_STEP = Fraction(1, 5)
#: A bed does not end where the picture stands still.
_LEAST = 0.3


def intensity_line(curve: NDArray[np.float32], rate: Fraction) -> Line:
    """(seconds, 0 … 1) points of a line through a strength curve of 0 … 1, `rate` values a second; () for none."""
    size = max(1, round(rate * _STEP))
    blocks = [float(curve[first : first + size].mean()) for first in range(0, len(curve), size)]
    return tuple(
        (float((k + Fraction(1, 2)) * size / rate), _LEAST + (1 - _LEAST) * min(1.0, max(0.0, level)))
        for k, level in enumerate(blocks)
    )


def from_second(line: Line, start: float) -> Line:
    """The same line, counted from a later start."""
    return tuple((seconds - start, level) for seconds, level in line)
