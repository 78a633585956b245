# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue sheets to and from files, off the GUI thread; a file that cannot be read changes nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.cues import Cue
from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Selection

_KEY = "cue-sheet"


class CueSheets(QObject):
    """Imports replace what the lane shows, as one step of undo; exports write what it shows."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._cues, self._range = desk.state.cues, desk.state.range

    def read(self, path: Path) -> None:
        """Take the cues from a file: JSON, OTIO markers, or Audacity labels."""
        selection = self._ready()
        if selection is None:
            return

        def read() -> tuple[Cue, ...]:
            from foleycue_plugin.cue_files import read_cues

            return read_cues(path, selection)

        def done(cues: tuple[Cue, ...]) -> None:
            if selection is self._range.selection:
                self._cues.load(cues)
                words = tr("Lane", "{count} cues from {name}.").format(count=len(cues), name=path.name)
                self._desk.inform(words, key=_KEY, action=tr("Lane", "Undo"), run=self._undo(cues))

        self._desk.work.submit(read, done, self._failed)

    def write(self, path: Path) -> None:
        """Write the cues that are shown; the file's ending says how. Who asks has agreed to replace a file."""
        selection, cues = self._ready(), self._cues.cues
        if selection is None:
            return

        def write() -> None:
            from foleycue_plugin.cue_files import write_cues

            write_cues(path, cues, selection, force=True)

        def done(_: None) -> None:
            words = tr("Lane", "{count} cues written to {name}.").format(count=len(cues), name=path.name)
            self._desk.inform(words, key=_KEY)

        self._desk.work.submit(write, done, self._failed)

    def _ready(self) -> "Selection | None":
        if self._range.selection is None:
            self._desk.warn(tr("Lane", "Cues belong to a range: open a timeline or clip and mark one."), key=_KEY)
        return self._range.selection

    def _undo(self, loaded: tuple[Cue, ...]):  # noqa: ANN202
        def undo() -> None:
            # Edits made since are not what this button is about.
            if self._cues.cues == loaded:
                self._cues.undo()
            self._desk.state.notices.clear(_KEY)

        return undo

    def _failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key=_KEY)
