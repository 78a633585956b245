# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the picture movement counts: one rectangle a shot that moves from key to key."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

#: Least width and height in pixels of the picture that is measured: fewer drown in noise and coding blocks.
LEAST_PIXELS = 8


class Regions:
    """The rectangles of a range's shots, by piece number. Keys in gaps say nothing.

    Raises BAD_INPUT for a key outside the range.
    """

    def __init__(self, keys: Sequence[RegionKey], pieces: Sequence[Piece], span: FrameRange) -> None:
        self._rate = float(span.rate)
        self._keys: dict[int, list[RegionKey]] = {}
        for key in sorted(keys, key=lambda key: key.frame):
            if key.frame >= span.frames:
                raise _bad(f"The region at frame {key.frame} lies outside the range of {span.frames} frames: move it.")
            for number, piece in enumerate(pieces):
                if piece.start <= key.frame < piece.start + piece.frames:
                    self._keys.setdefault(number, []).append(key)
        self._tracks = {number: _Track.through(keys) for number, keys in self._keys.items()}

    def window(self, piece: int, seconds: float, shape: tuple[int, int]) -> tuple[slice, slice]:
        """Rows and columns of a picture (height, width) that count at a time from the range's start.

        Raises BAD_INPUT where one of the shot's rectangles has less than LEAST_PIXELS either way.
        """
        track = self._tracks.get(piece)
        if track is None:
            return slice(None), slice(None)
        for key in self._keys[piece]:
            _check_size(key, shape)
        edges = track.at(seconds * self._rate)
        return _pixels(edges[1], edges[3], shape[0]), _pixels(edges[0], edges[2], shape[1])


class _Track(NamedTuple):
    """Frames of the keys, and their left, top, right and bottom edges (keys, 4) in shares of the picture."""

    frames: NDArray[np.float64]
    edges: NDArray[np.float64]

    @classmethod
    def through(cls, keys: Sequence[RegionKey]) -> "_Track":
        edges = [(key.x, key.y, key.x + key.width, key.y + key.height) for key in keys]
        return cls(np.array([key.frame for key in keys], float), np.array(edges, float))

    def at(self, frame: float) -> list[float]:
        return [float(np.interp(frame, self.frames, edge)) for edge in self.edges.T]


def _pixels(low: float, high: float, size: int) -> slice:
    return slice(min(size, round(low * size)), min(size, round(high * size)))


def _check_size(key: RegionKey, shape: tuple[int, int]) -> None:
    rows = _pixels(key.y, key.y + key.height, shape[0])
    columns = _pixels(key.x, key.x + key.width, shape[1])
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if min(height, width) < LEAST_PIXELS:
        raise _bad(
            f"The region at frame {key.frame} covers {width} x {height} pixels of the {shape[1]} x {shape[0]} at which "
            f"movement is measured: draw it at least {LEAST_PIXELS} x {LEAST_PIXELS} large."
        )


def _bad(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_INPUT, sentence)
