# SPDX-License-Identifier: GPL-3.0-or-later
"""From the client's I/O thread into the GUI thread, in order, with progress coalesced on the way."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from foleycue_shared.messages import Event, Progress, Request

_PACE_MS = 40


class ClientLike(Protocol):
    """What the panel needs of a client (foleycue_plugin.client.Client is one)."""

    session: str

    def start(self) -> None:
        """Begin to connect; returns at once."""
        ...

    def send(self, message: Request, blobs: Sequence[bytes] = ()) -> None:
        """Hand a message over; never blocks."""
        ...

    def retry(self) -> None:
        """Connect again after the line had been given up."""
        ...

    def close(self) -> None:
        """End the I/O thread."""
        ...


OnEvent = Callable[[Event, list[bytes]], None]
OnState = Callable[[str, str], None]
ClientFactory = Callable[[OnEvent, OnState], ClientLike]


class Bridge(QObject):
    """Owns the client; all its signals are emitted in the GUI thread."""

    arrived = pyqtSignal(object, object)  # Event, list[bytes]
    link_changed = pyqtSignal(str, str)  # connection state, detail

    _wake = pyqtSignal()

    def __init__(self, factory: ClientFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._queue: deque[tuple[str, object, object]] = deque()
        self._woken = False
        self._closed = False
        self._pace = QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(_PACE_MS)
        self._pace.timeout.connect(self._drain)
        self._wake.connect(self._on_wake)
        self._factory = factory
        self._client: ClientLike | None = None
        self._early: list[tuple[Request, Sequence[bytes]]] = []

    def start(self) -> None:
        """Begin to connect. The client is made only now, so that its imports do not delay the first paint."""
        self._client = self._factory(self._on_event, self._on_state)
        self._client.start()
        for message, blobs in self._early:
            self._client.send(message, blobs)
        self._early.clear()

    @property
    def session(self) -> str:
        """The session that owns the jobs sent from here, empty before start()."""
        return self._client.session if self._client is not None else ""

    def send(self, message: Request, blobs: Sequence[bytes] = ()) -> None:
        """Send a message, or keep it until start(); never blocks."""
        if self._client is None:
            self._early.append((message, blobs))
        else:
            self._client.send(message, blobs)

    def reconnect(self) -> None:
        """Connect again after the line had been given up."""
        if self._client is not None:
            self._client.retry()

    def close(self) -> None:
        """End the client; nothing is emitted afterwards."""
        self._closed = True
        self._pace.stop()
        if self._client is not None:
            self._client.close()

    # -- I/O thread -----------------------------------------------------------------------------------------------

    def _on_event(self, event: Event, blobs: list[bytes]) -> None:
        self._push("event", event, blobs)

    def _on_state(self, state: str, detail: str) -> None:
        self._push("state", str(state), detail)

    def _push(self, kind: str, first: object, second: object) -> None:
        with self._lock:
            last = self._queue[-1][1] if self._queue else None
            if isinstance(first, Progress) and isinstance(last, Progress) and last.job_id == first.job_id:
                self._queue[-1] = (kind, first, second)
            else:
                self._queue.append((kind, first, second))
            wake, self._woken = not self._woken, True
        if wake and not self._closed:
            self._wake.emit()

    # -- GUI thread -----------------------------------------------------------------------------------------------

    def _on_wake(self) -> None:
        if not self._closed and not self._pace.isActive():
            self._drain()
            # The next batch waits a moment, so that a burst of progress costs one repaint, not a hundred.
            self._pace.start()

    def _drain(self) -> None:
        with self._lock:
            batch = list(self._queue)
            self._queue.clear()
            self._woken = False
        for kind, first, second in batch:
            if not self._closed:
                (self.arrived if kind == "event" else self.link_changed).emit(first, second)
