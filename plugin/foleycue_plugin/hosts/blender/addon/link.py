# SPDX-License-Identifier: GPL-3.0-or-later
"""The line to the panel: a thread waits for it, and a timer carries out in the main thread what it brings."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import bpy

from . import sequencer
from .line import Line, LineError, bridge_file, connect, error_answer

HOST = "blender"
PUMP_SECONDS = 0.1
LOOK_SECONDS = 1.0
#: How long a click waits for a panel that is starting.
START_SECONDS = 60.0
#: Written beside this file by the installer: where the panel is, and where it keeps its files.
INSTALLED = Path(__file__).with_name("installed.json")


class Link:
    """The connection, or the attempt at one."""

    def __init__(self) -> None:
        self._line: Line | None = None
        self._calls: queue.Queue[dict] = queue.Queue()
        self._asks: list[tuple[float, dict]] = []
        self._closed = threading.Event()
        self._about: dict = {}
        self._thread = threading.Thread(target=self._run, name="FoleyCue", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether a panel is at the other end."""
        return self._line is not None

    def close(self) -> None:
        """End the line and the thread."""
        self._closed.set()
        if (line := self._line) is not None:
            line.close()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def ask(self, what: str, arguments: dict) -> None:
        """Pass a click on, at once or as soon as there is a panel."""
        self._asks.append((time.monotonic() + START_SECONDS, {"ask": what, "arguments": arguments}))
        self.pump()

    def pump(self) -> None:
        """Carry out what arrived; the first time, begin to look for a panel. Main thread only."""
        if not self._about:
            # Not earlier: while an add-on is being enabled, Blender hides the open file from it.
            self._about = about()
            self._thread.start()
        while True:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                break
            self._send(answer(call))
        if self.connected and (now := about()) != self._about:
            self._about = now
            self._send({"about": now})
        while self._asks:
            if time.monotonic() < self._asks[0][0] and not self._send(self._asks[0][1]):
                break
            self._asks.pop(0)

    def _send(self, message: dict) -> bool:
        line = self._line
        if line is None:
            return False
        try:
            line.send(message)
        except LineError:
            return False
        return True

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                line = connect(home_file(), self._about)
            except LineError:
                self._closed.wait(LOOK_SECONDS)
                continue
            self._line = line
            try:
                while True:
                    self._calls.put(line.receive())
            except LineError:
                self._line = None
                line.close()


def answer(call: dict) -> dict:
    """Carry one call out."""
    number = call.get("id", 0)
    try:
        work = sequencer.CALLS[call["call"]]
        return {"id": number, "result": work(call.get("arguments", {}))}
    except sequencer.Refused as error:
        return error_answer(number, error.code, error.message)
    except Exception as error:
        # Whatever goes wrong in here must reach the panel as a sentence, and must not end the timer.
        return error_answer(number, "internal", f"Blender could not do it ({type(error).__name__}: {error}).")


def about() -> dict:
    """What the panel shows of this Blender."""
    path = bpy.data.filepath
    return {
        "host": HOST,
        "pid": os.getpid(),
        "title": Path(path).name or "Unsaved file",
        "project": path,
        "version": bpy.app.version_string,
    }


def home_file() -> Path:
    """The bridge file: where the installer said, else the usual place."""
    home = _installed().get("data")
    return Path(home) / "bridge.json" if home and not os.environ.get("FOLEYCUE_HOME") else bridge_file()


def start_panel() -> bool:
    """Start the panel as a process of its own; False where it cannot be found."""
    command = _installed().get("panel")
    if not command:
        found = shutil.which("foleycue")
        command = [found, "panel"] if found else None
    if not command:
        return False
    # Blender may run with a Python of its own, which is not the panel's.
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    options: dict = {"creationflags": 0x00000008} if sys.platform == "win32" else {"start_new_session": True}
    try:
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
    except OSError:
        return False
    return True


def _installed() -> dict:
    try:
        found = json.loads(INSTALLED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


_link: Link | None = None


def current() -> Link | None:
    """The link of this Blender."""
    return _link


def _tick() -> float | None:
    if _link is None:
        return None
    _link.pump()
    return PUMP_SECONDS


def register() -> None:
    """Start looking for the panel."""
    global _link
    _link = Link()
    bpy.app.timers.register(_tick, first_interval=PUMP_SECONDS, persistent=True)


def unregister() -> None:
    """Hang up."""
    global _link
    link, _link = _link, None
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if link is not None:
        link.close()
