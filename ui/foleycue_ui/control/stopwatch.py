# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long generations take here, so that it can be said beforehand the next time."""

from time import monotonic
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.messages import Done, JobEvent, Progress, Refused
from foleycue_ui.control.desk import Desk
from foleycue_ui.model.queue import sound_of
from foleycue_ui.model.settings import PACE

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan

#: Who comes to a job later than this has not seen enough of it to measure it.
_EARLY = 0.3


class Stopwatch(QObject):
    """From the first phase after loading to the end of a job; keeps the results in the settings."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pace = desk.state.pace
        self._job_id = ""
        self._since: float | None = None
        self._pace.decode(desk.settings.value(PACE, ""))
        self._pace.changed.connect(lambda: desk.settings.set(PACE, self._pace.encode()))

    def hear(self, plan: "Plan", event: JobEvent | Refused) -> None:
        """An event of a job."""
        request = plan.request
        if isinstance(event, Progress) and event.phase != "loading":
            if request.job_id != self._job_id:
                self._job_id, self._since = request.job_id, monotonic() if event.fraction < _EARLY else None
        elif isinstance(event, Done) and request.job_id == self._job_id and self._since is not None:
            self._pace.learn(request.engine, request.setting, sound_of(plan), monotonic() - self._since)
            self._since = None
