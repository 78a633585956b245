# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the engine's memory back: on a click, and by itself after some idle minutes."""

from PyQt6.QtCore import QObject, QTimer

from foleycue_shared.messages import Unload
from foleycue_ui.control.desk import Desk
from foleycue_ui.model.settings import IDLE_MINUTES

DEFAULT_IDLE_MINUTES = 5
_MINUTE_MS = 60_000


class Release(QObject):
    """Watches worker and queue."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.free)
        self._state.link.changed.connect(self._watch)
        self._state.job.changed.connect(self._watch)
        desk.settings.changed.connect(self._on_setting)

    @property
    def possible(self) -> bool:
        """Whether an engine lies in memory that nobody uses."""
        return self._state.link.worker == "idle" and not self._state.job.active and not self._state.job.analysing

    def free(self) -> None:
        """Give the memory back now."""
        if self.possible:
            self._desk.bridge.send(Unload())

    def close(self) -> None:
        """Watch no more."""
        self._idle.stop()

    def _watch(self) -> None:
        if not self.possible:
            self._idle.stop()
        elif not self._idle.isActive():
            self._idle.start(_MINUTE_MS * self._desk.settings.value(IDLE_MINUTES, DEFAULT_IDLE_MINUTES))

    def _on_setting(self, key: str) -> None:
        if key == IDLE_MINUTES:
            self._idle.stop()
            self._watch()
