# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the backend find an object, by its name or by a click on it; what it finds becomes objects of the range."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import (
    MAX_REGION_KEYS,
    Cancel,
    Cancelled,
    Done,
    Failed,
    FinderInfo,
    JobEvent,
    Located,
    LocatedObject,
    PicturePoint,
    Refused,
)
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr

if TYPE_CHECKING:
    from foleycue_plugin.usecases import AnalysisPlan


class Locating(QObject):
    """One search at a time; a new one takes the place of the one before."""

    changed = pyqtSignal()  # whether it can search, or does

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._state = desk, desk.state
        self.finder: FinderInfo | None = None  # None: nobody has said whether anything can be found
        self.job_id = ""
        self.searching = False
        self._words = ""
        desk.state.range.changed.connect(self.cancel)

    def take_finder(self, finder: FinderInfo | None) -> None:
        """The backend said whether it can find objects."""
        if finder != self.finder:
            self.finder = finder
            self.changed.emit()

    def find(self, words: str, point: PicturePoint | None = None) -> None:
        """Look for what words name, or for what lies at a point of the picture."""
        selection, finder = self._state.range.selection, self.finder
        if selection is None or finder is None or not finder.available or not (words.strip() or point):
            return
        self.cancel()
        self._state.notices.clear("locate")
        self.searching, self._words = True, words.strip()
        self.changed.emit()

        def plan() -> "AnalysisPlan":
            from foleycue_plugin.usecases import plan_search

            return plan_search(selection, words=words.strip(), point=point)

        def done(ready: "AnalysisPlan") -> None:
            if self.searching and selection is self._state.range.selection:
                self.job_id = ready.request.job_id
                self._desk.bridge.send(ready.request, [ready.document])

        self._desk.work.submit(plan, done, self._failed)

    def cancel(self) -> None:
        """Look no further."""
        if self.job_id:
            self._desk.bridge.send(Cancel(job_id=self.job_id))
        self._over()

    def on_event(self, event: JobEvent | Refused) -> None:
        """An event of the search."""
        if isinstance(event, Located):
            self._take(event.objects)
        elif isinstance(event, Failed | Refused):
            detail = event.detail if isinstance(event, Failed) else ""
            self._failed(FoleyCueError(event.code, event.message, detail))
        elif isinstance(event, Done | Cancelled):
            self._over()

    # -- inner ----------------------------------------------------------------------------------------------------

    def _take(self, found: tuple[LocatedObject, ...]) -> None:
        regions = self._state.regions
        selected = regions.selected
        before, number = regions.objects, None if selected is None else selected.number
        for one in found:
            regions.add_located(one.label or self._words, one.regions[:MAX_REGION_KEYS])

        def undo() -> None:
            self._state.notices.clear("locate")
            regions.load(before, number)

        if not found:
            self._desk.inform(tr("Region", "Nothing was found: draw a box around it instead."), key="locate")
        else:
            names = ", ".join(one.label or self._words for one in found)
            text = tr("Region", "Found: {names}. Look whether the boxes fit.").format(names=names)
            self._desk.inform(text, key="locate", action=tr("Region", "Undo"), run=undo)

    def _failed(self, error: FoleyCueError) -> None:
        self._over()
        self._desk.tell(error, key="locate")

    def _over(self) -> None:
        self.job_id = ""
        if self.searching:
            self.searching = False
            self.changed.emit()
