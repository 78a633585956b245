# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress on stderr: one line that renews itself on a terminal, a few lines anywhere else."""

import sys
import time
from types import TracebackType
from typing import TextIO

from foleycue_plugin.client import ConnectionState
from foleycue_shared.messages import Progress

#: Seconds between lines where they pile up.
SPARSE_SECONDS = 5.0

_BEFORE_TAKES = ("loading", "decode", "analyse", "text")
_STATES = {
    ConnectionState.STARTING: "starting the backend",
    ConnectionState.RECONNECTING: "reconnecting to the backend",
}


class ProgressLine:
    """Shows phase, step, take and time left. A stream that breaks is left alone from then on."""

    def __init__(self, stream: TextIO | None = None, takes: int = 1) -> None:
        self._stream = stream or sys.stderr
        self._takes = takes
        self._renews = self._stream.isatty()
        self._phase = ""
        self._shown_at = float("-inf")
        self._open = False

    def progress(self, event: Progress) -> None:
        """Show how far a job is."""
        self.show(f"{event.phase} {event.take}", describe(event, self._takes))

    def show(self, phase: str, text: str) -> None:
        """Show a text; where lines pile up, only when the phase is a new one or the last line is old."""
        due = time.monotonic() - self._shown_at >= SPARSE_SECONDS
        if self._renews or due or phase != self._phase:
            self._phase = phase
            self._show(text)

    def state(self, state: ConnectionState, sentence: str) -> None:
        """Show what the line to the backend does, when that takes time."""
        if text := _STATES.get(state):
            self._show(f"{text} ({sentence.rstrip('.')})" if sentence else text)

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._write("\n")

    def _show(self, text: str) -> None:
        self._shown_at = time.monotonic()
        if self._renews:
            self._write(f"\r\x1b[K{text[:110]}")
            self._open = True
        else:
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._renews, self._open = False, False


def describe(event: Progress, takes: int = 1) -> str:
    """One progress event in words: phase, step, take, how much is done, and how long the rest will take."""
    parts = [event.phase]
    if event.steps:
        parts[0] += f" {event.step}/{event.steps}"
    if takes > 1 and event.phase not in _BEFORE_TAKES:
        parts.append(f"take {event.take + 1} of {takes}")
    parts.append(f"{event.fraction:.0%}")
    if event.eta_seconds is not None:
        parts.append(f"{duration(event.eta_seconds)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds in words, rounded to what matters."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
