# SPDX-License-Identifier: GPL-3.0-or-later
"""The cues that the lane shows: edited as immutable sheets, so that undo is only a list of sheets."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.messages import Shot
from foleycue_shared.timing import CUE_RATE, FrameRange, frames_to_samples, samples_to_frames

_UNDO_DEPTH = 200

Curve = NDArray[np.float32]


def snap(sample: int, range_: FrameRange) -> int:
    """The start of the frame that lies nearest to a sample, inside the range."""
    frame = samples_to_frames(sample, range_.rate, CUE_RATE)
    return frames_to_samples(min(max(frame, 0), range_.frames - 1), range_.rate, CUE_RATE)


class CueModel(QObject):
    """Cue sheet, selection, and what the picture says; every user edit can be undone."""

    changed = pyqtSignal()
    picture_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cues: tuple[Cue, ...] = ()
        self.selected: frozenset[int] = frozenset()
        self.edited = False
        self.known = False  # whether the cues shown are the picture's or the user's word, not just "none yet"
        self.predicted: tuple[Cue, ...] = ()
        self.curve: Curve = np.zeros(0, np.float32)
        self.curve_rate = 25.0
        self.confidence = 0.0
        self.shots: tuple[Shot, ...] = ()
        self._undo: list[tuple[tuple[Cue, ...], bool]] = []
        self._redo: list[tuple[tuple[Cue, ...], bool]] = []
        self._grabbed: tuple[tuple[Cue, ...], bool] | None = None

    # -- what the picture says ------------------------------------------------------------------------------------

    def set_picture(self, cues: tuple[Cue, ...], curve: Curve, curve_rate: float, shots: tuple[Shot, ...]) -> None:
        """Take over an analysis; cues that the user has edited stay as they are."""
        self.predicted, self.curve, self.curve_rate, self.shots = cues, curve, curve_rate, shots
        if not self.edited:
            self.cues, self.selected, self.known = cues, frozenset(), True
        self.picture_changed.emit()
        self.changed.emit()

    def move_range(self, shift: int | None, limit: int) -> None:
        """The range was marked anew: forget the picture; edited cues move by shift samples and must fit limit.

        shift None forgets the edited cues as well (another timeline was opened).
        """
        kept: Iterable[Cue] = ()
        if self.edited and shift is not None:
            kept = (Cue(c.sample + shift, c.strength, c.source) for c in self.cues)
        self.cues = tuple(c for c in kept if 0 <= c.sample < limit)
        self.edited = bool(self.cues)
        self.known = self.edited
        self.selected = frozenset()
        self.predicted, self.shots, self.curve = (), (), np.zeros(0, np.float32)
        self._undo.clear()
        self._redo.clear()
        self._grabbed = None
        self.picture_changed.emit()
        self.changed.emit()

    # -- edits ----------------------------------------------------------------------------------------------------

    def add(self, sample: int, strength: float = 0.8, source: CueSource = CueSource.USER) -> int:
        """Add a cue, or select the one that is there already; returns its index, -1 when the sheet is full."""
        for index, cue in enumerate(self.cues):
            if cue.sample == sample:
                self.select({index})
                return index
        if len(self.cues) >= MAX_CUES:
            return -1
        self._remember()
        cue = Cue(sample, strength, source)
        self._put((*self.cues, cue), {cue})
        return self.cues.index(cue)

    def grab(self) -> None:
        """Begin a drag: all changes until release() are one step of undo."""
        self._grabbed = (self.cues, self.edited)

    def release(self) -> None:
        """End a drag."""
        if self._grabbed is not None and self._grabbed[0] != self.cues:
            self._undo.append(self._grabbed)
            self._redo.clear()
        elif self._grabbed is not None:
            self.edited = self._grabbed[1]
        self._grabbed = None

    def place(self, index: int | None, cue: Cue) -> None:
        """While dragging: put cue where the sheet at grab() had index (None: it is a new one).

        Counted from the sheet at grab() each time, so that a cue passed on the way is not harmed; one on the very
        same sample gives way.
        """
        sheet = self.cues if self._grabbed is None else self._grabbed[0]
        rest = [old for k, old in enumerate(sheet) if k != index and old.sample != cue.sample]
        if len(rest) < MAX_CUES:
            self._put((*rest, cue), {cue})

    def change_strength(self, delta: float) -> None:
        """Raise or lower the selected cues."""
        if not self.selected:
            return
        self._remember()
        changed = {k: _stronger(self.cues[k], delta) for k in self.selected}
        self._put(tuple(changed.get(k, cue) for k, cue in enumerate(self.cues)), set(changed.values()))

    def nudge(self, frames: int, range_: FrameRange) -> None:
        """Move the selected cues by whole frames."""
        if not self.selected:
            return
        self._remember()
        moved = {k: _moved(self.cues[k], frames, range_) for k in self.selected}
        taken = {cue.sample for cue in moved.values()}
        rest = [cue for k, cue in enumerate(self.cues) if k not in moved and cue.sample not in taken]
        self._put((*rest, *moved.values()), set(moved.values()))

    def delete_selected(self) -> None:
        """Take the selected cues out."""
        if self.selected:
            self._remember()
            self._put(tuple(c for k, c in enumerate(self.cues) if k not in self.selected), set())

    def clear(self) -> None:
        """Take all cues out."""
        if self.cues:
            self._remember()
            self._put((), set())

    def load(self, cues: Iterable[Cue]) -> None:
        """Put in a whole sheet, as one step that can be undone."""
        self._remember()
        self._put(tuple(cues), set())

    def from_picture(self) -> None:
        """Go back to the picture's own cues."""
        if self.edited:
            self._remember()
        self.cues, self.selected, self.edited, self.known = self.predicted, frozenset(), False, True
        self.changed.emit()

    def select(self, indexes: Iterable[int]) -> None:
        """Select exactly these."""
        wanted = frozenset(k for k in indexes if 0 <= k < len(self.cues))
        if wanted != self.selected:
            self.selected = wanted
            self.changed.emit()

    def step_selection(self, step: int) -> None:
        """Select the next (1) or previous (-1) cue."""
        if self.cues:
            at = min(self.selected) if self.selected else (-1 if step > 0 else len(self.cues))
            self.select({min(max(at + step, 0), len(self.cues) - 1)})

    @property
    def sheet(self) -> tuple[Cue, ...] | None:
        """What a generation should obey: what is shown, also nothing when the user cleared it.

        None where there is nothing to show and nobody said so: a picture without events leaves the timing free.
        """
        return self.cues if self.cues or self.edited else None

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._undo)

    def undo(self) -> None:
        """Take back the last edit."""
        self._travel(self._undo, self._redo)

    def redo(self) -> None:
        """Make the edit again that was taken back."""
        self._travel(self._redo, self._undo)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        if self._grabbed is None:
            self._undo.append((self.cues, self.edited))
            del self._undo[:-_UNDO_DEPTH]
            self._redo.clear()

    def _put(self, cues: tuple[Cue, ...], chosen: set[Cue]) -> None:
        unique = {cue.sample: cue for cue in cues}
        self.cues = tuple(sorted(unique.values()))
        self.selected = frozenset(k for k, cue in enumerate(self.cues) if cue in chosen)
        self.edited = self.known = True
        self.changed.emit()

    def _travel(self, back: list[tuple[tuple[Cue, ...], bool]], forth: list[tuple[tuple[Cue, ...], bool]]) -> None:
        if back:
            forth.append((self.cues, self.edited))
            self.cues, self.edited = back.pop()
            self.selected = frozenset()
            self.changed.emit()


def _stronger(cue: Cue, delta: float) -> Cue:
    return Cue(cue.sample, round(min(max(cue.strength + delta, 0.05), 1.0), 3), cue.source)


def _moved(cue: Cue, frames: int, range_: FrameRange) -> Cue:
    frame = samples_to_frames(cue.sample, range_.rate, CUE_RATE) + frames
    frame = min(max(frame, 0), range_.frames - 1)
    return Cue(frames_to_samples(frame, range_.rate, CUE_RATE), cue.strength, CueSource.USER)
