# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts takes into the editor that the timeline came from, or on a saved copy of a timeline file.

Where a copy should lie is asked only the first time. Either way can be undone from the notice that tells of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.copies import LastCopy, lay_on_copy
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors, Laid, Way
from foleycue_ui.control.keeping import Keeping
from foleycue_ui.look.words import tr
from foleycue_ui.model.takes import TakeEntry

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Placement, Selection

#: Project files whose copy is a project file again.
OWN_COPIES = (".kdenlive", ".mlt")

#: Asks the user for a path, given a proposal; None: the user would rather not.
AskPath = Callable[[Path], Path | None]


@dataclass(frozen=True)
class _Wanted:
    """One insertion."""

    selection: "Selection"
    chosen: TakeEntry
    way: Way


class Insertion(QObject):
    """Works in the background. Further insertions go onto the same copy, beside the earlier ones."""

    def __init__(
        self, desk: Desk, editors: Editors, keeping: Keeping, ask_path: AskPath, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._editors = editors
        self._keeping = keeping
        self._state = desk.state
        self._ask_path = ask_path
        self._source: Path | None = None
        self._busy = False
        self._last: LastCopy | None = None
        self.saved: Path | None = None

    def can_replace(self) -> bool:
        """Whether a take on the marked range could be exchanged for another one."""
        selection = self._state.range.selection
        if selection is None:
            return False
        if self._editors.reaches(selection):
            return self._editors.can_replace(selection)
        return self._last is not None and self._last.fingerprint == selection.fingerprint

    def insert(self, take_id: str = "", way: Way = Way.USUAL) -> None:
        """Insert a take (the chosen one without an id); the range's other takes become its alternatives."""
        selection, takes = self._state.range.selection, self._state.takes
        chosen = takes.get(take_id or takes.chosen_id)
        if selection is None or chosen is None or self._busy:
            return
        wanted = _Wanted(selection, chosen, way)
        if self._editors.reaches(selection):
            self._lay(wanted)
            return
        path = self._target(selection.project.source)
        if path is not None:
            self._save(wanted, path)

    # -- into a running editor ------------------------------------------------------------------------------------

    def _lay(self, wanted: _Wanted) -> None:
        def done(laid: Laid) -> None:
            self._over(wanted)
            text = tr("Insertion", "The take lies on {track} of {editor} at {timecode}.").format(
                track=laid.placement.track, editor=laid.placement.editor.host, timecode=laid.placement.timecode
            )
            self._inform(text, wanted, self._undo_laid(laid))

        self._busy = True
        self._desk.work.submit(
            lambda: self._editors.lay(wanted.selection, wanted.chosen.stored, wanted.way),
            done,
            lambda error: self._failed(error, wanted),
        )

    def _undo_laid(self, laid: Laid) -> Callable[[], object] | None:
        """What takes it out again, or brings back what was there; None where we do not know that sound."""
        if laid.instead_of is None:
            return lambda: laid.host.remove(laid.placement)
        old = next((entry for entry in self._state.takes.entries if entry.path == laid.instead_of), None)
        return None if old is None else lambda: laid.host.replace(laid.placement, old.stored)

    # -- onto a copy ----------------------------------------------------------------------------------------------

    def _save(self, wanted: _Wanted, path: Path) -> None:
        takes = self._state.takes.entries
        stored = [wanted.chosen.stored, *(entry.stored for entry in takes if entry is not wanted.chosen)]
        again = self.saved == path and path.suffix.lower() in (".otio", *OWN_COPIES)
        instead = self._last if wanted.way is Way.REPLACE else None

        def done(result: "tuple[Placement, LastCopy]") -> None:
            placement, self._last = result
            self.saved = path
            self._over(wanted)
            text = tr("Insertion", "Inserted on track {track} at {timecode} of {file}.").format(
                track=placement.track, timecode=placement.timecode, file=placement.saved.name
            )
            self._inform(text, wanted, self._last.undo if self._last.can_undo else None)

        def failed(error: FoleyCueError) -> None:
            self.saved = None
            self._failed(error, wanted)

        self._busy = True
        self._desk.work.submit(lambda: lay_on_copy(wanted.selection, stored, path, again, instead), done, failed)

    def _target(self, source: Path) -> Path | None:
        if source != self._source:
            self._source, self.saved, self._last = source, None, None
        # A bundle's media are unpacked beside each copy, so each insertion from one makes a copy of its own.
        if self.saved is not None and source.suffix.lower() != ".otioz":
            return self.saved
        suffix = source.suffix if source.suffix.lower() in OWN_COPIES else ".otio"
        return self._ask_path(source.with_name(f"{source.stem}-foley{suffix}"))

    # -- either way -----------------------------------------------------------------------------------------------

    def _over(self, wanted: _Wanted) -> None:
        self._busy = False
        self._keeping.mark_used(wanted.chosen.take.take_id, True)

    def _inform(self, text: str, wanted: _Wanted, undo: Callable[[], object] | None) -> None:
        self._desk.inform(
            text,
            key="insert",
            action=tr("Insertion", "Undo") if undo else "",
            run=(lambda: self._undo(wanted, undo)) if undo else None,
        )

    def _undo(self, wanted: _Wanted, undo: Callable[[], object]) -> None:
        if self._busy:
            return
        self._busy = True
        self._state.notices.clear("insert")

        def done(_: object) -> None:
            self._busy = False
            self._last = None
            self._keeping.mark_used(wanted.chosen.take.take_id, wanted.chosen.stored.used)
            self._desk.inform(tr("Insertion", "The insertion was undone."), key="insert")

        def failed(error: FoleyCueError) -> None:
            self._busy = False
            self._desk.tell(error, key="insert")

        self._desk.work.submit(undo, done, failed)

    def _failed(self, error: FoleyCueError, wanted: _Wanted) -> None:
        self._busy = False
        self._desk.tell(
            error,
            key="insert",
            action=tr("Insertion", "Try again"),
            run=lambda: self.insert(wanted.chosen.take.take_id, wanted.way),
        )
