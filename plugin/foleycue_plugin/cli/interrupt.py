# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C while a job runs: the job is cancelled on the backend before the command ends."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from foleycue_plugin.jobs import JobRunner


@contextmanager
def cancelling(runner: JobRunner) -> Iterator[None]:
    """Turn the first interrupt into a cancellation; a second one ends the command at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        runner.cancel()

    previous = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
