# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the backend how the engine reads the prompt, a moment after it was typed."""

from PyQt6.QtCore import QObject, QTimer

from foleycue_shared.messages import Understand, Understood
from foleycue_ui.control.desk import Desk

PAUSE_MS = 300


class Understanding(QObject):
    """Keeps request.understood true: an answer to words that have changed meanwhile is not shown."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._request = desk.state.request
        self._asked = ("", "")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._request.changed.connect(self._on_request)

    def on_event(self, event: Understood) -> None:
        """The backend's answer."""
        if (event.engine, event.prompt) == self._wanted():
            self._request.set_understood(event)

    def refresh(self) -> None:
        """The line is there (again): ask."""
        self._asked = ("", "")
        self._on_request()

    def close(self) -> None:
        """Ask no more."""
        self._pause.stop()

    def _wanted(self) -> tuple[str, str]:
        return self._request.engine, self._request.prompt.strip()

    def _on_request(self) -> None:
        if not self._wanted()[1]:
            self._asked = ("", "")
            self._pause.stop()
            self._request.set_understood(None)
        elif self._wanted() != self._asked:
            self._pause.start()

    def _ask(self) -> None:
        if self._desk.state.link.state == "connected":
            self._asked = self._wanted()
            engine, prompt = self._asked
            self._desk.bridge.send(Understand(engine=engine, prompt=prompt))
