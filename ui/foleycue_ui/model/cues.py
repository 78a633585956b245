# SPDX-License-Identifier: GPL-3.0-or-later
"""The cues that the lane shows: edited as immutable sheets, so that undo is only a list of sheets."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.messages import CueRequest, Shot
from foleycue_shared.timing import CUE_RATE, FrameRange
from foleycue_ui.model.cue_edits import (
    Exchange,
    Sheet,
    exchanged,
    made_by_hand,
    moved_by_frames,
    possible_shift,
    replaced,
    shifted,
    snap,
    stronger,
)

_UNDO_DEPTH = 200
SENSITIVITY = 0.5

Curve = NDArray[np.float32]


class CueModel(QObject):
    """Cue sheet, selection, and what the picture says; every user edit can be undone."""

    changed = pyqtSignal()
    picture_changed = pyqtSignal()
    sensitivity_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cues: Sheet = ()
        self.selected: frozenset[int] = frozenset()
        self.edited = False
        self.known = False  # whether the cues shown are the picture's or the user's word, not just "none yet"
        self.predicted: Sheet = ()
        self.curve: Curve = np.zeros(0, np.float32)
        self.curve_rate = 25.0
        self.confidence = 0.0
        self.source = CueSource.PICTURE  # whom the prediction stems from: the picture or the guide track
        self.sensitivity = SENSITIVITY  # how many of its events it makes cues of, 0 few … 1 many
        self.shots: tuple[Shot, ...] = ()
        self._removed: frozenset[int] = frozenset()  # samples of predicted cues that the user took out
        self._undo: list[tuple[Sheet, bool]] = []
        self._redo: list[tuple[Sheet, bool]] = []
        self._grabbed: tuple[Sheet, bool] | None = None
        self._held: frozenset[int] = frozenset()  # what was selected at grab()
        self._framed: frozenset[int] | None = None  # and which of it lay on frames

    # -- what the picture says ------------------------------------------------------------------------------------

    def set_picture(
        self,
        cues: Sheet,
        curve: Curve,
        curve_rate: float,
        shots: tuple[Shot, ...],
        exchange: Exchange = Exchange.NONE,
    ) -> None:
        """Take over an analysis; exchange says what becomes of a sheet that the user has edited."""
        old, self.predicted = self.predicted, cues
        self.curve, self.curve_rate, self.shots = curve, curve_rate, shots
        if not self.edited:
            self.cues, self.selected, self.known = cues, frozenset(), True
        elif exchange is Exchange.REFINE:
            shown = {cue.sample for cue in self.cues}
            self._removed = (self._removed | {cue.sample for cue in old}) - shown
            self._show_exchanged(exchanged(self.cues, old, cues, self._removed))
        elif exchange is Exchange.ANEW:
            self.renew()
        self.picture_changed.emit()
        self.changed.emit()

    def set_sensitivity(self, sensitivity: float) -> None:
        """Ask for more (towards 1) or fewer (towards 0) predicted cues."""
        sensitivity = min(max(sensitivity, 0.0), 1.0)
        if sensitivity != self.sensitivity:
            self.sensitivity = sensitivity
            self.sensitivity_changed.emit()

    def renew(self) -> None:
        """Exchange all predicted cues for those of the latest prediction; what was made by hand stays."""
        if self.edited:
            self._remember()
        self._removed = frozenset()
        self._show_exchanged(exchanged(made_by_hand(self.cues), (), self.predicted, frozenset()))
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
        self.source, self._removed = CueSource.PICTURE, frozenset()
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
        self._held, self._framed = self.selected, None

    def release(self) -> None:
        """End a drag."""
        if self._grabbed is not None and self._grabbed[0] != self.cues:
            self._undo.append(self._grabbed)
            self._redo.clear()
        elif self._grabbed is not None:
            self.edited = self._grabbed[1]
        self._grabbed = None

    def drag(self, shift: int, range_: FrameRange, on_frames: bool) -> None:
        """While dragging: what was selected at grab() stands shift samples from where it stood then.

        Counted from the sheet at grab() each time, so that a cue passed on the way is not harmed.
        """
        if self._grabbed is not None:
            sheet = self._grabbed[0]
            limit = range_.samples(CUE_RATE)
            shift = possible_shift((sheet[k].sample for k in self._held), shift, limit)
            if self._framed is None:
                self._framed = frozenset(k for k in self._held if sheet[k].sample == snap(sheet[k].sample, range_))
            snapping = self._framed if on_frames else frozenset()
            self._change(sheet, {k: shifted(sheet[k], shift, range_ if k in snapping else None) for k in self._held})

    def lift(self, delta: float) -> None:
        """While dragging: what was selected at grab() is stronger by delta than it was then."""
        if self._grabbed is not None:
            sheet = self._grabbed[0]
            self._change(sheet, {k: stronger(sheet[k], delta) for k in self._held})

    def change_strength(self, delta: float) -> None:
        """Raise or lower the selected cues."""
        if self.selected:
            self._remember()
            self._change(self.cues, {k: stronger(self.cues[k], delta) for k in self.selected})

    def nudge(self, frames: int, range_: FrameRange) -> None:
        """Move the selected cues by whole frames."""
        if self.selected:
            self._remember()
            self._change(self.cues, {k: moved_by_frames(self.cues[k], frames, range_) for k in self.selected})

    def shift(self, samples: int, range_: FrameRange) -> None:
        """Move the selected cues by samples, wherever frames begin."""
        places = [self.cues[k].sample for k in self.selected]
        if by := possible_shift(places, samples, range_.samples(CUE_RATE)):
            self._remember()
            self._change(self.cues, {k: shifted(self.cues[k], by, None) for k in self.selected})

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

    def select(self, indexes: Iterable[int]) -> None:
        """Select exactly these."""
        wanted = frozenset(k for k in indexes if 0 <= k < len(self.cues))
        if wanted != self.selected:
            self.selected = wanted
            self.changed.emit()

    def select_all(self) -> None:
        """Select every cue."""
        self.select(range(len(self.cues)))

    def step_selection(self, step: int) -> None:
        """Select the next (1) or previous (-1) cue."""
        if self.cues:
            at = min(self.selected) if self.selected else (-1 if step > 0 else len(self.cues))
            self.select({min(max(at + step, 0), len(self.cues) - 1)})

    @property
    def sheet(self) -> Sheet | None:
        """What a generation should obey: what is shown, also nothing when the user cleared it.

        None where there is nothing to show and nobody said so: a picture without events leaves the timing free.
        """
        return self.cues if self.cues or self.edited else None

    @property
    def request(self) -> CueRequest:
        """How a backend would find the cues that are predicted here."""
        return CueRequest(source=self.source, sensitivity=self.sensitivity)

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

    def _change(self, sheet: Sheet, changes: Mapping[int, Cue]) -> None:
        self._put(replaced(sheet, changes), changes.values())

    def _show_exchanged(self, sheet: Sheet) -> None:
        self.cues, self.selected, self.known = sheet, frozenset(), True
        self.edited = sheet != self.predicted

    def _put(self, cues: Sheet, chosen: Iterable[Cue]) -> None:
        unique = {cue.sample: cue for cue in cues}
        self.cues = tuple(sorted(unique.values()))
        samples = {cue.sample for cue in chosen}
        self.selected = frozenset(k for k, cue in enumerate(self.cues) if cue.sample in samples)
        self.edited = self.known = True
        self.changed.emit()

    def _travel(self, back: list[tuple[Sheet, bool]], forth: list[tuple[Sheet, bool]]) -> None:
        if back:
            forth.append((self.cues, self.edited))
            self.cues, self.edited = back.pop()
            self.selected = frozenset()
            self.changed.emit()
