# SPDX-License-Identifier: GPL-3.0-or-later
"""Slow things off the GUI thread: functions go to a few threads, results come back as calls on the GUI thread.

The threads are Python's own, not QThreadPool's: Qt's make a new Python thread state for every run, while OTIO's binding
(pybind11) remembers the first one it saw in a thread and then waits for ever for a lock that its own thread holds.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import ErrorCode, FoleyCueError

T = TypeVar("T")

_THREADS = 2


class Work(QObject):
    """Results are delivered in the thread that owns this object, and dropped once it is closed."""

    _finished = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="foleycue-work")
        self._line = ThreadPoolExecutor(1, thread_name_prefix="foleycue-turn")
        self._closed = False
        self._finished.connect(self._deliver)

    def submit(
        self,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[FoleyCueError], None],
    ) -> None:
        """Run function in the background; then done(result) or failed(error) here."""
        self._start(self._pool, function, done, failed)

    def in_turn(
        self,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[FoleyCueError], None],
    ) -> None:
        """As submit, but after all that was given here before: what is written must not overtake itself."""
        self._start(self._line, function, done, failed)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[FoleyCueError], None],
    ) -> None:
        if self._closed:
            return

        def run() -> None:
            try:
                outcome: tuple[Callable[[Any], None], Any] = (done, function())
            except FoleyCueError as error:
                outcome = (failed, error)
            except Exception as error:
                detail = "".join(traceback.format_exception(error))
                sentence = f"Something went wrong inside FoleyCue ({error}): copy the details into a bug report."
                outcome = (failed, FoleyCueError(ErrorCode.INTERNAL, sentence, detail))
            if not self._closed:
                self._finished.emit(*outcome)

        pool.submit(run)

    def _deliver(self, callback: Callable[[object], None], value: object) -> None:
        if not self._closed:
            callback(value)

    def close(self) -> None:
        """Finish what was handed in, so that nothing asked for is lost, and drop the results."""
        self._closed = True
        self._pool.shutdown(wait=True)
        self._line.shutdown(wait=True)
