# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished takes come home: out of the backend's outbox into the store, and from there to the screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import Acknowledge, Take
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr
from foleycue_ui.model.takes import TakeEntry, read_sound

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan


class Adoption(QObject):
    """Moves takes in, one call each; a take is on disk before it is acknowledged, and before it is on screen."""

    stored = pyqtSignal()  # the store has grown

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen: set[str] = set()
        self._open: dict[str, int] = {}  # takes on their way, by job
        self._away = ""  # the fingerprint of the range that we spoke of last
        desk.state.range.selection_changed.connect(self._on_selection)

    def waits_for(self, job_id: str) -> bool:
        """Whether takes of a job are still on their way into the store."""
        return self._open.get(job_id, 0) > 0

    def adopt(self, take: Take, plan: "Plan", over: Callable[[], None]) -> None:
        """Take one in, and call over() in either case."""
        if take.take_id in self._seen:
            self._desk.bridge.send(Acknowledge(take_id=take.take_id))
            return
        self._seen.add(take.take_id)
        job_id = plan.request.job_id
        self._open[job_id] = self._open.get(job_id, 0) + 1

        def adopt() -> TakeEntry:
            kept = self._desk.store().adopt(take, plan)
            return TakeEntry(kept, read_sound(kept.path))

        def done(entry: TakeEntry) -> None:
            self._desk.bridge.send(Acknowledge(take_id=take.take_id))
            self._show(entry, plan)
            self._close(job_id, over)
            self.stored.emit()

        def failed(error: FoleyCueError) -> None:
            self._seen.discard(take.take_id)
            self._desk.tell(error, key="job")
            self._close(job_id, over)

        self._desk.work.submit(adopt, done, failed)

    def _show(self, entry: TakeEntry, plan: "Plan") -> None:
        marked = self._desk.state.range
        if self._desk.shown(plan.fingerprint):
            self._desk.state.takes.add(entry)
            return
        self._away = plan.fingerprint
        start, end = plan.placement.start_frame, plan.placement.start_frame + plan.placement.frames
        here = marked.path is not None and str(marked.path) == plan.source
        self._desk.inform(
            tr("Takes", "A take for the range at {timecode} is ready.").format(timecode=plan.placement.timecode),
            key="away",
            action=tr("Takes", "Mark that range") if here else "",
            run=(lambda: self._mark(start, end)) if here else None,
        )

    def _mark(self, start: int, end: int) -> None:
        self._desk.state.notices.clear("away")
        self._desk.state.range.mark(start, end)

    def _on_selection(self) -> None:
        """The range that we spoke of is on screen now, with its takes."""
        if self._away and self._desk.shown(self._away):
            self._away = ""
            self._desk.state.notices.clear("away")

    def _close(self, job_id: str, over: Callable[[], None]) -> None:
        self._open[job_id] -= 1
        if not self._open[job_id]:
            del self._open[job_id]
        over()
