# SPDX-License-Identifier: GPL-3.0-or-later
"""The cues that the lane shows: edited as immutable sheets, so that undo is only a list of sheets."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.messages import CueRequest, Shot
from foleycue_shared.timing import CUE_RATE, FrameRange
from foleycue_ui.model import cue_edits
from foleycue_ui.model.cue_edits import Exchange, Sheet
from foleycue_ui.model.steps import Steps

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
        self._steps: Steps[tuple[Sheet, bool]] = Steps()
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
            self._show_exchanged(cue_edits.exchanged(self.cues, old, cues, self._removed))
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
        self._show_exchanged(cue_edits.exchanged(cue_edits.made_by_hand(self.cues), (), self.predicted, frozenset()))
        self.changed.emit()

    def move_range(self, shift: int | None, limit: int) -> None:
        """The range was marked anew: forget the picture; edited cues move by shift samples and must fit limit.

        shift None forgets the edited cues as well (another timeline was opened).
        """
        forget = not self.edited or shift is None
        self.cues = () if forget else cue_edits.moved_range(self.cues, shift or 0, limit)
        self.edited = bool(self.cues)
        self.known = self.edited
        self.selected = frozenset()
        self.predicted, self.shots, self.curve = (), (), np.zeros(0, np.float32)
        self.source, self._removed = CueSource.PICTURE, frozenset()
        self._steps.clear()
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
            self._steps.push(self._grabbed)
        elif self._grabbed is not None:
            self.edited = self._grabbed[1]
        self._grabbed = None
        self.changed.emit()  # the same cues, but there is a step to undo now

    def drag(self, shift: int, range_: FrameRange, on_frames: bool) -> None:
        """While dragging: what was selected at grab() stands shift samples from where it stood then.

        Counted from the sheet at grab() each time, so that a cue passed on the way is not harmed.
        """
        if self._grabbed is not None:
            sheet = self._grabbed[0]
            limit = range_.samples(CUE_RATE)
            shift = cue_edits.possible_shift((sheet[k].sample for k in self._held), shift, limit)
            if self._framed is None:
                self._framed = cue_edits.on_frames(sheet, self._held, range_)
            snapping = self._framed if on_frames else frozenset()
            moved = {k: cue_edits.shifted(sheet[k], shift, range_ if k in snapping else None) for k in self._held}
            self._change(sheet, moved)

    def lift(self, delta: float) -> None:
        """While dragging: what was selected at grab() is stronger by delta than it was then."""
        if self._grabbed is not None:
            sheet = self._grabbed[0]
            self._change(sheet, {k: cue_edits.stronger(sheet[k], delta) for k in self._held})

    def change_strength(self, delta: float) -> None:
        """Raise or lower the selected cues."""
        if self.selected:
            self._remember()
            self._change(self.cues, {k: cue_edits.stronger(self.cues[k], delta) for k in self.selected})

    def nudge(self, frames: int, range_: FrameRange) -> None:
        """Move the selected cues by whole frames."""
        if self.selected:
            self._remember()
            self._change(self.cues, {k: cue_edits.moved_by_frames(self.cues[k], frames, range_) for k in self.selected})

    def shift(self, samples: int, range_: FrameRange) -> None:
        """Move the selected cues by samples, wherever frames begin."""
        places = [self.cues[k].sample for k in self.selected]
        if by := cue_edits.possible_shift(places, samples, range_.samples(CUE_RATE)):
            self._remember()
            self._change(self.cues, {k: cue_edits.shifted(self.cues[k], by, None) for k in self.selected})

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
        return self._steps.can_undo

    @property
    def last_edit(self) -> object:
        """Stands for the latest edit that can be taken back; None where there is none."""
        return self._steps.last

    def undo(self) -> None:
        """Take back the last edit."""
        self._show_step(self._steps.undo((self.cues, self.edited)))

    def redo(self) -> None:
        """Make the edit again that was taken back."""
        self._show_step(self._steps.redo((self.cues, self.edited)))

    # -- inner ----------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        if self._grabbed is None:
            self._steps.push((self.cues, self.edited))

    def _change(self, sheet: Sheet, changes: Mapping[int, Cue]) -> None:
        self._put(cue_edits.replaced(sheet, changes), changes.values())

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

    def _show_step(self, step: tuple[Sheet, bool] | None) -> None:
        if step is not None:
            self.cues, self.edited = step
            self.selected = frozenset()
            self.changed.emit()
