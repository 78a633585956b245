# SPDX-License-Identifier: GPL-3.0-or-later
"""Fréchet distances with intervals: how far a set of takes lies from a set of true sounds in an embedding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foleycue_backend.evaluation.bootstrap import Figure
from foleycue_backend.evaluation.distances import frechet_distance

Vectors = Sequence[npt.NDArray[np.float32]]

_DRAWS = 100


def frechet_figure(made: Vectors, true: Vectors) -> Figure:
    """The distance of all clips, and a 95 % interval over random halves of both sets.

    Halves and not draws with repeats: a repeated clip makes a set look narrower than it is. A smaller set lies further
    away, so the halves' values are moved to have the whole's distance as their median.
    """
    a, b = np.stack(made), np.stack(true)
    value = frechet_distance(a, b)
    rng = np.random.default_rng(0)
    halves = [frechet_distance(_half(rng, a), _half(rng, b)) for _ in range(_DRAWS)]
    spread = np.percentile(halves, (2.5, 97.5)) - np.median(halves)
    return Figure(value, (value + float(spread[0]), value + float(spread[1])), len(a))


def _half(rng: np.random.Generator, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return rows[rng.permutation(len(rows))[: max(2, len(rows) // 2)]]
