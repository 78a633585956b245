# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures with 95 % percentile intervals by the bootstrap over clips (Efron and Tibshirani, 1993)."""

from collections.abc import Sequence
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
    return _ratios(np.where(there, data, 0.0), there.astype(np.float64), int(there.sum()))


def ratio_figure(above: Sequence[float], below: Sequence[float]) -> Figure:
    """A ratio of sums over clips; None where the lower sum is 0."""
    return _ratios(np.asarray(above, np.float64), np.asarray(below, np.float64), len(above))


def pooled_median_figure(values: Sequence[NDArray[np.float64]]) -> Figure:
    """The median of all values of all clips together, clips drawn whole."""
    pooled = np.concatenate([np.zeros(0), *values])
    if not len(pooled):
        return Figure(None, None, len(values))
    draws = (np.concatenate([values[row] for row in rows]) for rows in _drawn(len(values)))
    return Figure(
        float(np.median(pooled)), _interval([float(np.median(draw)) for draw in draws if len(draw)]), len(values)
    )


def _ratios(above: NDArray[np.float64], below: NDArray[np.float64], n: int) -> Figure:
    """A ratio of sums with all draws at once; draws without a lower sum are left out."""
    if not below.sum():
        return Figure(None, None, n)
    rows = _drawn(len(above))
    sums, totals = above[rows].sum(1), below[rows].sum(1)
    there = totals > 0
    return Figure(float(above.sum() / below.sum()), _interval(sums[there] / totals[there]), n)


def _drawn(clips: int) -> NDArray[np.int64]:
    """Clip indexes with repeats (DRAWS, clips). Repeatable: the seed is fixed."""
    return np.random.default_rng(_SEED).integers(0, clips, (DRAWS, clips))


def _interval(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, _LEVELS)
    return float(low), float(high)
