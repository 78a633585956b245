# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the objects with the marked range, and the lane with the object that is edited."""

from PyQt6.QtCore import QObject, QTimer

from foleycue_shared.messages import RegionKey
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.marking import Marking
from foleycue_ui.look.words import tr

_PAUSE_MS = 500


class Regions(QObject):
    """Keys move with the picture when the range is marked anew; another timeline forgets them.

    The lane shows the cues of the selected object. Those that the user made for another one are put away with it.
    """

    def __init__(self, desk: Desk, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._marking = desk, marking
        self._range, self._regions, self._cues = desk.state.range, desk.state.regions, desk.state.cues
        self._project = self._range.project
        self._origin = 0
        self._moving = False
        self._known: frozenset[int] = frozenset()
        self._number: int | None = None  # whose cues the lane shows
        self._keys: tuple[RegionKey, ...] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(marking.refine)
        self._range.changed.connect(self._on_range)
        self._range.selection_changed.connect(self._on_selection)
        self._regions.changed.connect(self._on_objects)

    def close(self) -> None:
        """Ask for nothing any more."""
        self._pause.stop()

    def remove(self, number: int) -> None:
        """Forget an object; a notice brings it back with its cues."""
        selected = self._regions.selected
        if selected is not None and selected.number == number:
            self._put_away(number)
        seen, before = self._regions.get(number), self._regions.objects
        if seen is None:
            return

        def undo() -> None:
            self._desk.state.notices.clear("region")
            self._regions.load(before, number)

        self._regions.drop(number)
        text = tr("Region", "The object {name} was removed.").format(name=seen.stem)
        self._desk.inform(text, key="region", action=tr("Region", "Undo"), run=undo)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _on_range(self) -> None:
        self._moving = True
        start, rate = self._range.start, self._range.rate
        if self._range.project is self._project:
            self._regions.move_range(self._origin - start)
            shift = frames_to_samples(self._origin, rate, CUE_RATE) - frames_to_samples(start, rate, CUE_RATE)
            self._regions.move_cues(shift, self._range.marked.samples(CUE_RATE))
        else:
            self._regions.move_range(None)
        self._project, self._origin = self._range.project, start
        self._take_note()
        self._moving = False

    def _on_selection(self) -> None:
        selection = self._range.selection
        if selection is not None:
            self._moving = True
            self._regions.set_shots(selection.picture_pieces, selection.range.frames)
            self._take_note()
            self._moving = False

    def _on_objects(self) -> None:
        if self._moving:
            return
        before, known, keys = self._number, self._known, self._keys
        self._take_note()
        read = self._range.selection is not None
        drawn_first = before is None and self._number not in known  # limits the cues that are there: they stay
        if self._number != before and not drawn_first:
            self._moving = True
            self._change_over(before)
            self._moving = False
            if read:
                self._pause.stop()
                self._marking.analyse()
        elif read and self._keys != keys:
            self._pause.start()

    def _take_note(self) -> None:
        selected = self._regions.selected
        self._number = None if selected is None else selected.number
        self._keys = self._regions.keys
        self._known = frozenset(seen.number for seen in self._regions.objects)

    def _change_over(self, before: int | None) -> None:
        """Put the cues of one object away, and take out those of the one that is edited now."""
        self._put_away(before)
        own = self._regions.kept_cues(self._number)
        self._cues.move_range(None, 0)
        if own is not None:
            self._regions.keep_cues(self._number, None)
            self._cues.load(own)

    def _put_away(self, number: int | None) -> None:
        self._regions.keep_cues(number, self._cues.cues if self._cues.edited else None)
