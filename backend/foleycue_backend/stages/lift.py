# SPDX-License-Identifier: GPL-3.0-or-later
"""Lift over chance: a score less its mean over circular shifts of the same onsets.

Dense onsets score high wherever they lie. A shifted copy is as dense and as regular but has nothing to do with the
picture, so what the true position gains over it is alignment; 0 is chance. (A permutation test in the spirit of
surrogate data by circular shift, as is common in event synchrony.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.cues import match_cues

#: Sorted seconds.
Times = NDArray[np.float64]

#: Shifts run from here to here before the end, in such steps, in seconds.
SHIFT_FROM = 0.25
SHIFT_STEP = 0.05

#: Matching counts in whole nanoseconds, so that a distance equal to the tolerance is within it.
_UNIT = 1_000_000_000
_SLACK = 1e-9


@dataclass(frozen=True)
class EventScore:
    """Onsets matched one to one: F1 and its lift (None where neither side has onsets), signed errors in seconds."""

    f1: float | None
    lift: float | None
    errors: NDArray[np.float64]


def event_score(
    generated: Times, truth: Times, tolerance: float, length: float, most_shifts: int | None = None
) -> EventScore:
    """F1 of onsets in seconds within `tolerance`, as many pairs as can be and the closest of those, and its lift.

    length: seconds of the true sound. Errors are generated minus true. `most_shifts` bounds the time for long sounds.
    """
    pairs = match_cues(_whole(truth), _whole(generated), round(tolerance * _UNIT))
    errors = np.array([generated[j] - truth[i] for i, j in pairs], np.float64)
    both = len(generated) + len(truth)
    if not both:
        return EventScore(None, None, errors)
    f1 = 2 * len(pairs) / both
    chance = [2 * matched(shifted, truth, tolerance) / both for shifted in shifts(generated, length, most_shifts)]
    return EventScore(f1, f1 - float(np.mean(chance)) if chance else None, errors)


def shifts(times: Times, length: float, most: int | None = None) -> Iterator[Times]:
    """The onsets before `length` seconds, moved round in a circle of that length, sorted; at most so many of them."""
    inside = times[times < length]
    step = SHIFT_STEP if most is None else max(SHIFT_STEP, length / most)
    for shift in np.arange(SHIFT_FROM, length - SHIFT_FROM + _SLACK, step):
        yield np.sort((inside + shift) % length)


def matched(first: Sequence[float] | Times, second: Sequence[float] | Times, tolerance: float) -> int:
    """The most pairs within tolerance that can be made one to one of two sorted lists.

    Taking each earliest pair is optimal on a line, and much quicker than the closest pairing.
    """
    i = j = count = 0
    while i < len(first) and j < len(second):
        apart = first[i] - second[j]
        if abs(apart) <= tolerance + _SLACK:
            i, j, count = i + 1, j + 1, count + 1
        elif apart < 0:
            i += 1
        else:
            j += 1
    return count


def _whole(times: Times) -> list[int]:
    return [round(time * _UNIT) for time in times]
