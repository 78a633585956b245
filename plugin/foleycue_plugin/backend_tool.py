# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one of the backend's tools (`python -m foleycue_backend.<room> … --json`) and hand on what it says.

A tool says one JSON object a line, whose `event` names its kind; {"event": "failed", "code", "message"} is its last
word when it fails. Never imports the backend's packages.
"""

import importlib.util
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from foleycue_plugin.backend_process import backend_environment
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import Places

#: What a tool may take to end after an interrupt, before it is killed.
_END_SECONDS = 20.0

Event = dict[str, Any]
OnEvent = Callable[[Event], None]


class Interrupt:
    """A way to end a tool from another thread, as an interrupt of this one would; it may tidy up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._wanted = False

    def send(self) -> None:
        """Interrupt the tool, or the one that is about to start."""
        with self._lock:
            self._wanted = True
            if self._process is not None and self._process.poll() is None:
                _send_interrupt(self._process)

    def attach(self, process: "subprocess.Popen[str]") -> None:
        """Note which process to interrupt."""
        with self._lock:
            self._process = process
            if self._wanted:
                _send_interrupt(process)


def run_tool(
    places: Places, room: str, arguments: Sequence[str], on_event: OnEvent, interrupt: Interrupt | None = None
) -> int:
    """Run a tool to its end and return its exit status; each event but a failure goes to on_event.

    An interrupt, also one sent by `interrupt`, is handed on, and the tool may tidy up. Raises the tool's own failure;
    CANCELLED after an interrupt; BACKEND_UNREACHABLE when the backend is not installed; INTERNAL when the tool dies
    without a word.
    """
    if importlib.util.find_spec("foleycue_backend") is None:
        raise FoleyCueError(
            ErrorCode.BACKEND_UNREACHABLE,
            'The sound engine is not installed (foleycue_backend missing): run  pip install "foleycue[backend]".',
        )
    log = places.logs / f"{room}.log"
    with log.open("wb") as errors:
        process = _launch(places, room, arguments, errors.fileno())
        if interrupt is not None:
            interrupt.attach(process)
        try:
            failure = _listen(process, on_event)
            status = process.wait()
        except KeyboardInterrupt:
            failure = _interrupted(process)
            status = process.wait()
        finally:
            _end(process)
    if failure is not None:
        raise _failure(failure, log)
    if status not in (0, 1):
        raise FoleyCueError(ErrorCode.INTERNAL, f"The backend's tool “{room}” ended unexpectedly: see {log}.")
    return status


def _launch(places: Places, room: str, arguments: Sequence[str], errors: int) -> "subprocess.Popen[str]":
    home = [] if places.root is None else ["--home", str(places.root)]
    return subprocess.Popen(
        [sys.executable, "-m", f"foleycue_backend.{room}", *arguments, *home, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        encoding="utf-8",
        errors="replace",
        env=backend_environment(),
        # Apart from the terminal, so that an interrupt reaches the tool once, and from us.
        start_new_session=sys.platform != "win32",
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
    )


def _listen(process: "subprocess.Popen[str]", on_event: OnEvent) -> Event | None:
    """Hand on events until the tool closes its output; returns its failure, if it said one."""
    assert process.stdout is not None
    for line in process.stdout:
        event = _event(line)
        if event is None:
            continue
        if event["event"] == "failed":
            return event
        on_event(event)
    return None


def _event(line: str) -> Event | None:
    """The object of a line; None for what some library printed there."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _send_interrupt(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)


def _interrupted(process: "subprocess.Popen[str]") -> Event:
    """Interrupt the tool, and hear what it says to that."""
    _send_interrupt(process)
    failure = _listen(process, lambda event: None)
    return failure or {"code": ErrorCode.CANCELLED, "message": "Cancelled."}


def _end(process: "subprocess.Popen[str]") -> None:
    """Leave no tool behind, whatever happened here."""
    if process.stdout is not None:
        process.stdout.close()
    try:
        process.wait(0 if process.poll() is not None else _END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _failure(event: Event, log: Path) -> FoleyCueError:
    try:
        code = ErrorCode(event["code"])
    except (KeyError, ValueError):
        code = ErrorCode.INTERNAL
    message = str(event.get("message", ""))
    if code is ErrorCode.INTERNAL:
        message = f"{message.rstrip('.')}: the details are in {log}."
    return FoleyCueError(code, message, str(event.get("detail", "")))


def absolute_path(path: Path) -> str:
    """A path as a tool understands it, which runs in the same folder but may be given a home of its own."""
    return str(path.expanduser().absolute())
