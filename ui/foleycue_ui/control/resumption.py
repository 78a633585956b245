# SPDX-License-Identifier: GPL-3.0-or-later
"""At the start: what an earlier life of the panel left in its queue goes on; what others left is asked about."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.job_queue import JobQueue
from foleycue_ui.look.words import tr

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan


class Resumption(QObject):
    """Reads the plans that never ended."""

    def __init__(self, desk: Desk, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._queue = queue

    def resume(self) -> None:
        """Go on. Call it once the session is known."""
        session = self._desk.bridge.session

        def read() -> "tuple[list[Plan], list[Plan]]":
            store = self._desk.store()
            mine = store.unfinished(session)
            ids = {plan.request.job_id for plan in mine}
            return mine, [plan for plan in store.unfinished() if plan.request.job_id not in ids]

        def done(found: "tuple[list[Plan], list[Plan]]") -> None:
            mine, others = found
            self._queue.take_up(mine)
            if others:
                self._offer(others)

        self._desk.work.submit(read, done, self._failed)

    def _offer(self, plans: "list[Plan]") -> None:
        if len(plans) == 1:
            text = tr("Queue", "A generation from last time did not finish.")
        else:
            text = tr("Queue", "{count} generations from last time did not finish.").format(count=len(plans))
        self._desk.inform(text, key="unfinished", action=tr("Queue", "Finish now"), run=lambda: self._take_over(plans))

    def _take_over(self, plans: "list[Plan]") -> None:
        """Under new ids, since the old ones belong to another session."""
        self._desk.state.notices.clear("unfinished")
        session = self._desk.bridge.session

        def write() -> "list[Plan]":
            from foleycue_plugin.usecases import renew

            store, made = self._desk.store(), [renew(plan) for plan in plans]
            for old, new in zip(plans, made, strict=True):
                store.remember(new, session)
                store.close_job(old.request.job_id)
            return made

        self._desk.work.submit(write, self._queue.take_up, self._failed)

    def _failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key="store")
