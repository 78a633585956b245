# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the picture the sounding object is: one movable rectangle a shot, by keyframes."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.messages import MAX_REGION_KEYS, RegionKey

if TYPE_CHECKING:
    from foleycue_shared.timeline import Piece

#: The smallest side, in shares of the picture: enough pixels for the backend to measure movement in small media too.
SMALLEST = 0.05


@dataclass(frozen=True)
class Box:
    """A rectangle in shares of the picture, 0 … 1, origin at the top left."""

    x: float
    y: float
    width: float
    height: float

    def inside(self) -> "Box":
        """The nearest box that lies in the picture and is not smaller than SMALLEST."""
        width, height = (min(max(size, SMALLEST), 1.0) for size in (self.width, self.height))
        return Box(
            round(min(max(self.x, 0.0), 1 - width), 5),
            round(min(max(self.y, 0.0), 1 - height), 5),
            round(width, 5),
            round(height, 5),
        )


class RegionModel(QObject):
    """Keys by frame, counted from the range's start. A key belongs to the shot its frame lies in.

    Between the keys of a shot the rectangle moves evenly, before the first and after the last it rests; a shot
    without keys is looked at as a whole (docs/protocol.md, RegionKey).
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[int, Box] = {}
        self._starts: tuple[int, ...] = (0,)  # first frames of the shots
        self._frames = 0

    @property
    def keys(self) -> tuple[RegionKey, ...]:
        """All keys in order, as requests carry them."""
        return tuple(
            RegionKey(frame=frame, x=box.x, y=box.y, width=box.width, height=box.height)
            for frame, box in sorted(self._boxes.items())
        )

    @property
    def key_frames(self) -> tuple[int, ...]:
        """Frames that have a key."""
        return tuple(sorted(self._boxes))

    @property
    def shot_starts(self) -> tuple[int, ...]:
        """First frames of the shots, the first at 0."""
        return self._starts

    def set_shots(self, pieces: "Iterable[Piece]", frames: int) -> None:
        """Another range is shown; keys that fell out of it are forgotten."""
        self._starts = tuple(sorted({0, *(piece.start for piece in pieces)}))
        self._frames = frames
        self._keep({frame: box for frame, box in self._boxes.items() if frame < frames})

    def load(self, keys: Iterable[RegionKey]) -> None:
        """Put in all keys anew (kept with a range)."""
        self._keep({key.frame: Box(key.x, key.y, key.width, key.height).inside() for key in keys})

    def move_range(self, shift: int | None) -> None:
        """The range was marked anew: keys move by shift frames; None forgets them (another timeline)."""
        moved = {} if shift is None else {frame + shift: box for frame, box in self._boxes.items()}
        self._keep({frame: box for frame, box in moved.items() if frame >= 0})

    def at(self, frame: int) -> Box | None:
        """The rectangle on screen at a frame; None where the whole picture counts."""
        keys = self.shot_keys(frame)
        if not keys:
            return None
        after = bisect_right(keys, frame)
        if after in (0, len(keys)):
            return self._boxes[keys[min(after, len(keys) - 1)]]
        first, last = keys[after - 1], keys[after]
        return _between(self._boxes[first], self._boxes[last], (frame - first) / (last - first))

    def shot_keys(self, frame: int) -> list[int]:
        """Frames of the keys in the shot around a frame."""
        low, high = self._shot(frame)
        return [key for key in sorted(self._boxes) if low <= key < high]

    def put(self, frame: int, box: Box) -> None:
        """Place the rectangle at a frame: a shot's first key, a new keyframe, or another place for the one there is."""
        if frame in self._boxes or len(self._boxes) < MAX_REGION_KEYS:
            self._keep({**self._boxes, frame: box.inside()})

    def remove(self, frame: int) -> None:
        """Take a keyframe away."""
        self._keep({key: box for key, box in self._boxes.items() if key != frame})

    def clear_shot(self, frame: int) -> None:
        """Use the whole picture again in the shot around a frame."""
        gone = self.shot_keys(frame)
        self._keep({key: box for key, box in self._boxes.items() if key not in gone})

    def _shot(self, frame: int) -> tuple[int, int]:
        after = bisect_right(self._starts, frame)
        ends = (*self._starts[1:], max(self._frames, self._starts[-1] + 1))
        return self._starts[max(0, after - 1)], ends[max(0, after - 1)]

    def _keep(self, boxes: dict[int, Box]) -> None:
        if boxes != self._boxes:
            self._boxes = boxes
            self.changed.emit()


def _between(first: Box, last: Box, part: float) -> Box:
    pairs = zip((first.x, first.y, first.width, first.height), (last.x, last.y, last.width, last.height), strict=True)
    return Box(*(a + (b - a) * part for a, b in pairs))
