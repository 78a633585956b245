# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts takes into the editor that the timeline came from, or on a saved copy of a timeline file.

Where a copy should lie is asked only the first time.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors
from foleycue_ui.model.takes import TakeEntry

if TYPE_CHECKING:
    from foleycue_plugin.project import LivePlacement
    from foleycue_plugin.usecases import Placement, StoredTake

#: Project files whose copy is a project file again.
_OWN_COPIES = (".kdenlive", ".mlt")

#: Asks the user for a path, given a proposal; None: the user would rather not.
AskPath = Callable[[Path], Path | None]


class Insertion(QObject):
    """Writes the copy in the background. Further insertions go onto the same copy, beside the earlier ones."""

    def __init__(self, desk: Desk, editors: Editors, ask_path: AskPath, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._editors = editors
        self._state = desk.state
        self._ask_path = ask_path
        self._source: Path | None = None
        self._busy = False
        self.saved: Path | None = None

    def insert(self, take_id: str = "") -> None:
        """Insert a take (the chosen one without an id); the range's other takes become its alternatives."""
        selection, takes = self._state.range.selection, self._state.takes
        chosen = next((e for e in takes.entries if e.take.take_id == (take_id or takes.chosen_id)), None)
        if selection is None or chosen is None or self._busy:
            return
        lay = self._editors.lay(selection)
        if lay is not None:
            self._lay(chosen, lay)
            return
        path = self._target(selection.project.source)
        if path is None:
            return
        stored = [chosen.stored, *(entry.stored for entry in takes.entries if entry is not chosen)]
        again = self.saved == path and path.exists() and path.suffix.lower() in (".otio", *_OWN_COPIES)
        start, end = selection.range.start, selection.range.end
        self._busy = True

        def write() -> "Placement":
            from foleycue_plugin.usecases import insert, open_source, select_frames

            if not again:
                return insert(selection, stored, path, force=True)
            # The copy already carries what was inserted before: the next take is laid beside it. The source stays
            # what it was, so that the check which keeps it from being overwritten still guards the right file.
            copy = replace(open_source(path), source=selection.project.source)
            return insert(select_frames(copy, start, end), stored, path, force=True)

        def done(placement: "Placement") -> None:
            self._busy = False
            self.saved = path
            self._state.takes.mark_inserted(chosen.take.take_id)
            where = f"on track {placement.track} at {placement.timecode}"
            self._desk.inform(f"Inserted {where} of {placement.saved.name}.", key="insert")

        def failed(error: FoleyCueError) -> None:
            self._busy = False
            self._desk.tell(error, key="insert", action="Try again", run=lambda: self.insert(chosen.take.take_id))
            self.saved = None

        self._desk.work.submit(write, done, failed)

    def _lay(self, chosen: TakeEntry, lay: "Callable[[StoredTake], LivePlacement]") -> None:
        """Into the running editor."""
        self._busy = True

        def done(placement: "LivePlacement") -> None:
            self._busy = False
            self._state.takes.mark_inserted(chosen.take.take_id)
            where = f"{placement.track} of {placement.editor.host} at {placement.timecode}"
            self._desk.inform(f"The take lies on {where}.", key="insert")

        def failed(error: FoleyCueError) -> None:
            self._busy = False
            self._desk.tell(error, key="insert", action="Try again", run=lambda: self.insert(chosen.take.take_id))

        self._desk.work.submit(lambda: lay(chosen.stored), done, failed)

    def _target(self, source: Path) -> Path | None:
        if source != self._source:
            self._source, self.saved = source, None
        # A bundle's media are unpacked beside each copy, so each insertion from one makes a copy of its own.
        if self.saved is not None and source.suffix.lower() != ".otioz":
            return self.saved
        suffix = source.suffix if source.suffix.lower() in _OWN_COPIES else ".otio"
        return self._ask_path(source.with_name(f"{source.stem}-foley{suffix}"))
