# SPDX-License-Identifier: GPL-3.0-or-later
"""How probable each object is along a shot: a detector's flicker taken out, edges left where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def shot_bounds(count: int, rate: float, cuts: Sequence[float]) -> list[tuple[int, int]]:
    """(first, one behind last) picture of each shot, for pictures at k / rate and shots that start at `cuts` seconds,
    the first one at 0; shots without a picture are left out."""
    times = np.arange(count) / rate
    # Times are rounded once more than cuts are.
    bounds = [0, *np.searchsorted(times, np.asarray(sorted(cuts), float) - 1e-6).tolist(), count]
    return [(low, high) for low, high in pairwise(bounds) if high > low]


def smoothed(probability: NDArray[np.float32], shots: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """Median of three pictures in a row of (frames, objects), never across a cut: what appears or goes for good does
    so in the same picture, what is lost or seen in one picture alone is not."""
    result = probability.copy()
    for low, high in shots:
        shot = np.pad(probability[low:high], ((1, 1), (0, 0)), mode="edge")
        result[low:high] = np.median([shot[:-2], shot[1:-1], shot[2:]], axis=0)
    return result
