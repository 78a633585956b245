# SPDX-License-Identifier: GPL-3.0-or-later
"""Something that sounds, as the user pointed it out: boxes by keyframes, a name, words, and cues of its own."""

from dataclasses import dataclass

import msgspec

from foleycue_shared.cues import Cue
from foleycue_shared.messages import RegionKey
from foleycue_ui.model.cue_edits import moved_range

#: The smallest side, in shares of the picture: enough pixels for the backend to measure movement in small media too.
SMALLEST = 0.05
MAX_LABEL = 40


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


class SeenObject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that sounds, as the user pointed it out. number (0 … MAX_OBJECTS - 1) stays with it for life.

    keys are in order of their frames, counted from the range's start. cues are the user's own for this object, kept
    here while the lane shows those of another one; None: the picture's.
    """

    number: int
    label: str = ""
    prompt: str = ""
    keys: tuple[RegionKey, ...] = ()
    cues: tuple[Cue, ...] | None = None

    @property
    def letter(self) -> str:
        """The sign that it wears on the picture."""
        return chr(ord("A") + self.number)

    @property
    def stem(self) -> str:
        """What its takes and tracks are called."""
        return self.label or self.letter

    @property
    def words(self) -> str:
        """What should be heard of it; empty where the user has said nothing."""
        return self.prompt or self.label


def key_at(frame: int, box: Box) -> RegionKey:
    """A key for a box, brought into the picture."""
    box = box.inside()
    return RegionKey(frame=frame, x=box.x, y=box.y, width=box.width, height=box.height)


def shifted(seen: SeenObject, shift: int, frames: int | None = None) -> SeenObject:
    """The object with its keys shift frames later; those before frame 0, or from frame `frames` on, are forgotten."""
    moved = (msgspec.structs.replace(key, frame=key.frame + shift) for key in seen.keys if key.frame + shift >= 0)
    inside = tuple(key for key in moved if frames is None or key.frame < frames)
    return msgspec.structs.replace(seen, keys=inside)


def moved_cues(cues: tuple[Cue, ...] | None, samples: int, limit: int) -> tuple[Cue, ...] | None:
    """Cues that were put away, counted from another start; see moved_range."""
    return None if cues is None else moved_range(cues, samples, limit)


def between(first: RegionKey, last: RegionKey, part: float) -> Box:
    """The box that lies a part (0 … 1) of the way from one key to the next."""
    pairs = zip((first.x, first.y, first.width, first.height), (last.x, last.y, last.width, last.height), strict=True)
    return Box(*(a + (b - a) * part for a, b in pairs))
