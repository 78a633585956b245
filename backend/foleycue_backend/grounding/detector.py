# SPDX-License-Identifier: GPL-3.0-or-later
"""What every finder of objects answers: for each picture and object how probable it is there, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: An RGB picture (height, width, 3); None where the range shows nothing.
Frame = NDArray[np.uint8] | None
#: Hears how many pictures are done; what it raises ends the work.
OnFrame = Callable[[int], None]


@dataclass(frozen=True)
class Sightings:
    """`probability` (frames, objects) 0 … 1, 0 where an object is not seen; `boxes` (frames, objects, 4) are its left,
    top, right and bottom in shares of the picture, NaN where it is not seen."""

    objects: tuple[str, ...]
    probability: NDArray[np.float32]
    boxes: NDArray[np.float32]


class Detector(Protocol):
    """Finds named objects in pictures, each picture by itself."""

    def find(self, frames: Iterable[Frame], objects: Sequence[str], on_frame: OnFrame) -> Sightings:
        """Sightings of all frames, in their order."""
        ...


def collect(rows: Iterable[tuple[NDArray[np.float32], NDArray[np.float32]]], objects: Sequence[str]) -> Sightings:
    """Sightings of (probability (objects,), boxes (objects, 4)) of each frame."""
    found = list(rows)
    probability = np.array([row[0] for row in found], np.float32).reshape(len(found), len(objects))
    boxes = np.array([row[1] for row in found], np.float32).reshape(len(found), len(objects), 4)
    return Sightings(tuple(objects), probability, boxes)


def nothing(count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The row of a frame that shows none of `count` objects."""
    return np.zeros(count, np.float32), np.full((count, 4), np.nan, np.float32)
