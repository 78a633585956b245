# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of the range, each a movable rectangle a shot; one of them is edited."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.cues import Cue
from foleycue_shared.messages import MAX_PROMPT, MAX_REGION_KEYS, RegionKey
from foleycue_ui.model.seen_object import MAX_LABEL, Box, SeenObject, between, key_at, moved_cues, shifted

if TYPE_CHECKING:
    from foleycue_shared.timeline import Piece

#: As many as can be told apart by colour.
MAX_OBJECTS = 8


class RegionModel(QObject):
    """The objects of the range; one may be selected, and is the one that is edited and whose cues the lane shows.

    A key belongs to the shot its frame lies in. Between the keys of a shot the rectangle moves evenly, before the first
    and after the last it rests; a shot without keys is looked at as a whole (docs/protocol.md, RegionKey), and so is
    the picture while no object is selected.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.objects: tuple[SeenObject, ...] = ()
        self.whole_cues: tuple[Cue, ...] | None = None  # as SeenObject.cues, for the whole picture
        self._number: int | None = None
        self._starts: tuple[int, ...] = (0,)  # first frames of the shots
        self._frames = 0

    # -- the objects ----------------------------------------------------------------------------------------------

    @property
    def selected(self) -> SeenObject | None:
        """The object that is edited; None: the whole picture counts."""
        return None if self._number is None else self.get(self._number)

    @property
    def seen(self) -> tuple[SeenObject, ...]:
        """The objects that have a place."""
        return tuple(found for found in self.objects if found.keys)

    def get(self, number: int) -> SeenObject | None:
        """An object by its number."""
        return next((found for found in self.objects if found.number == number), None)

    def select(self, number: int | None) -> None:
        """Edit another object, or with None none of them."""
        self._keep(self.objects, number)

    def add(self, frame: int, box: Box) -> None:
        """A new object with its first key; selected. Nothing happens beyond MAX_OBJECTS."""
        number = self._free()
        if number is not None:
            self._keep((*self.objects, SeenObject(number=number, keys=(key_at(frame, box),))), number)

    def add_located(self, label: str, keys: Iterable[RegionKey]) -> None:
        """An object that an engine found, selected; the one of the same name moves there instead."""
        found = next((seen for seen in self.objects if seen.label and seen.label == label), None)
        ordered = tuple(sorted(keys, key=lambda key: key.frame))
        number = self._free() if found is None else found.number
        if number is None or not ordered:
            return
        seen = msgspec.structs.replace(found or SeenObject(number=number, label=label[:MAX_LABEL]), keys=ordered)
        rest = tuple(other for other in self.objects if other.number != number)
        self._keep(tuple(sorted((*rest, seen), key=lambda other: other.number)), number)

    def describe(self, number: int, *, label: str | None = None, prompt: str | None = None) -> None:
        """Name an object, or say what it sounds like."""
        found = self.get(number)
        if found is not None:
            label = found.label if label is None else " ".join(label.split())[:MAX_LABEL]
            prompt = found.prompt if prompt is None else prompt.strip()[:MAX_PROMPT]
            self._exchange(msgspec.structs.replace(found, label=label, prompt=prompt))

    def keep_cues(self, number: int | None, cues: tuple[Cue, ...] | None) -> None:
        """Put away what the user made of the cues of an object, or with None of the whole picture."""
        found = None if number is None else self.get(number)
        if found is not None:
            self._exchange(msgspec.structs.replace(found, cues=cues))
        elif number is None:
            self.whole_cues = cues

    def kept_cues(self, number: int | None) -> tuple[Cue, ...] | None:
        """What was put away of an object, or with None of the whole picture."""
        found = None if number is None else self.get(number)
        return self.whole_cues if found is None else found.cues

    def drop(self, number: int) -> None:
        """Forget an object."""
        self._keep(tuple(found for found in self.objects if found.number != number), self._number)

    def load(self, objects: Iterable[SeenObject], number: int | None = None) -> None:
        """Put in all objects anew (kept with a range, or brought back); number is the one to select."""
        self._keep(tuple(objects), number)

    # -- the selected one's keys ----------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[RegionKey, ...]:
        """The selected object's keys in order, as requests carry them."""
        return () if self.selected is None else self.selected.keys

    @property
    def key_frames(self) -> tuple[int, ...]:
        """Frames that have a key."""
        return tuple(key.frame for key in self.keys)

    def at(self, frame: int) -> Box | None:
        """The selected object's rectangle at a frame; None where the whole picture counts."""
        return None if self.selected is None else self.box_of(self.selected, frame)

    def shot_keys(self, frame: int) -> list[int]:
        """Frames of the keys in the shot around a frame."""
        return [key.frame for key in self._in_shot(self.keys, frame)]

    def put(self, frame: int, box: Box) -> None:
        """Place the rectangle at a frame: a shot's first key, a new keyframe, or another place for the one there is."""
        selected = self.selected
        if selected is None:
            self.add(frame, box)
        elif frame in self.key_frames or len(self.keys) < MAX_REGION_KEYS:
            rest = (key for key in self.keys if key.frame != frame)
            self._set_keys(selected, (*rest, key_at(frame, box)))

    def remove(self, frame: int) -> None:
        """Take a keyframe away."""
        if self.selected is not None:
            self._set_keys(self.selected, (key for key in self.keys if key.frame != frame))

    def clear_shot(self, frame: int) -> None:
        """Use the whole picture again in the shot around a frame."""
        if self.selected is not None:
            gone = self.shot_keys(frame)
            self._set_keys(self.selected, (key for key in self.keys if key.frame not in gone))

    # -- range and shots ------------------------------------------------------------------------------------------

    @property
    def shot_starts(self) -> tuple[int, ...]:
        """First frames of the shots, the first at 0."""
        return self._starts

    def set_shots(self, pieces: "Iterable[Piece]", frames: int) -> None:
        """Another range is shown; keys that fell out of it are forgotten."""
        self._starts = tuple(sorted({0, *(piece.start for piece in pieces)}))
        self._frames = frames
        self._keep(tuple(shifted(found, 0, frames) for found in self.objects), self._number)

    def move_range(self, shift: int | None) -> None:
        """The range was marked anew: keys move by shift frames; None forgets all objects (another timeline)."""
        moved = () if shift is None else tuple(shifted(found, shift) for found in self.objects)
        self.whole_cues = None if shift is None else self.whole_cues
        self._keep(moved, self._number)

    def move_cues(self, samples: int, limit: int) -> None:
        """Cues that were put away move with the range, and must lie inside 0 … limit - 1 then."""
        self._keep(
            tuple(
                msgspec.structs.replace(found, cues=moved_cues(found.cues, samples, limit)) for found in self.objects
            ),
            self._number,
        )
        self.whole_cues = moved_cues(self.whole_cues, samples, limit)

    def box_of(self, seen: SeenObject, frame: int) -> Box | None:
        """An object's rectangle at a frame; None in a shot that is looked at as a whole."""
        keys = self._in_shot(seen.keys, frame)
        if not keys:
            return None
        after = bisect_right([key.frame for key in keys], frame)
        first, last = keys[max(0, after - 1)], keys[min(after, len(keys) - 1)]
        span = last.frame - first.frame
        return between(first, last, (frame - first.frame) / span if span > 0 else 0.0)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _free(self) -> int | None:
        taken = {found.number for found in self.objects}
        return next((number for number in range(MAX_OBJECTS) if number not in taken), None)

    def _in_shot(self, keys: Iterable[RegionKey], frame: int) -> list[RegionKey]:
        after = max(1, bisect_right(self._starts, frame))
        ends = (*self._starts[1:], max(self._frames, self._starts[-1] + 1))
        return [key for key in keys if self._starts[after - 1] <= key.frame < ends[after - 1]]

    def _set_keys(self, seen: SeenObject, keys: Iterable[RegionKey]) -> None:
        ordered = tuple(sorted(keys, key=lambda key: key.frame))
        self._exchange(msgspec.structs.replace(seen, keys=ordered))

    def _exchange(self, seen: SeenObject) -> None:
        self._keep(tuple(seen if found.number == seen.number else found for found in self.objects), self._number)

    def _keep(self, objects: tuple[SeenObject, ...], number: int | None) -> None:
        """What has neither a place nor words any more is no object."""
        left = tuple(found for found in objects if found.keys or found.words)
        number = number if any(found.number == number for found in left) else None
        if (left, number) != (self.objects, self._number):
            self.objects, self._number = left, number
            self.changed.emit()
