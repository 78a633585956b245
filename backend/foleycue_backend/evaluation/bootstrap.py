# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures with 95 % percentile intervals by the bootstrap over clips (Efron and Tibshirani, 1993)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
_SEED = 0
_LEVELS = (2.5, 97.5)


@dataclass(frozen=True)
class Figure:
    """A value, its 95 % interval (None where none can be given), and how many clips it stands on."""

    value: float | None
    interval: tuple[float, float] | None
    n: int


def mean_figure(values: Sequence[float | None]) -> Figure:
    """The mean over clips that have a value."""
    data = np.array([np.nan if value is None else value for value in values], np.float64)
    there = np.isfinite(data)

    def mean(rows: NDArray[np.int64]) -> float | None:
        kept = data[rows][there[rows]]
        return float(kept.mean()) if len(kept) else None

    return figure(mean, len(data), int(there.sum()))


def ratio_figure(above: Sequence[float], below: Sequence[float]) -> Figure:
    """A ratio of sums over clips; None where the lower sum is 0."""
    top, bottom = np.asarray(above, np.float64), np.asarray(below, np.float64)

    def ratio(rows: NDArray[np.int64]) -> float | None:
        return float(top[rows].sum() / total) if (total := bottom[rows].sum()) else None

    return figure(ratio, len(top), len(top))


def pooled_median_figure(values: Sequence[NDArray[np.float64]]) -> Figure:
    """The median of all values of all clips together, clips drawn whole."""

    def median(rows: NDArray[np.int64]) -> float | None:
        pooled = np.concatenate([np.zeros(0), *(values[row] for row in rows)])
        return float(np.median(pooled)) if len(pooled) else None

    return figure(median, len(values), len(values))


def figure(statistic: Callable[[NDArray[np.int64]], float | None], clips: int, n: int) -> Figure:
    """A statistic of clip indexes (with repeats) over all clips and its interval. Repeatable: the seed is fixed.

    n: how many of the clips take part.
    """
    value = statistic(np.arange(clips)) if clips else None
    if value is None:
        return Figure(None, None, n)
    rng = np.random.default_rng(_SEED)
    drawn = [statistic(rng.integers(0, clips, clips)) for _ in range(DRAWS)]
    found = [draw for draw in drawn if draw is not None]
    low, high = np.percentile(found, _LEVELS) if found else (value, value)
    return Figure(value, (float(low), float(high)), n)
