# SPDX-License-Identifier: GPL-3.0-or-later
"""What the models tool says, one JSON object a line; `event` names the kind."""

import sys
import time
from collections.abc import Callable

import msgspec

from foleycue_shared.errors import ErrorCode


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """The common form."""


class ModelState(msgspec.Struct, frozen=True, kw_only=True):
    """One model of the list. Bytes; path and size are of the installed one, waiting is what was downloaded so far."""

    name: str
    title: str
    engines: tuple[str, ...]
    code_licence: str
    weights_licence: str
    commercial: bool
    use: str
    memory_bytes: int
    installed: bool
    path: str | None = None
    size_bytes: int = 0
    waiting_bytes: int = 0
    purpose: str = ""


class Models(_Event, frozen=True, kw_only=True, tag="models"):
    """Answer of list."""

    folder: str
    models: list[ModelState]


class PlannedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that a pull brings; have_bytes are here already."""

    part: str
    repository: str
    path: str
    size_bytes: int
    have_bytes: int


class PlannedLicence(msgspec.Struct, frozen=True, kw_only=True):
    """Licence of a part as the catalogue knows it, and as the hub shows it now ("" when it shows none)."""

    part: str
    licence: str
    hub_licence: str


class Plan(_Event, frozen=True, kw_only=True, tag="plan"):
    """What a pull will do; said before anything moves. The disk must have room_bytes, and has free_bytes."""

    model: str
    endpoint: str
    folder: str
    weights_licence: str
    commercial: bool
    use: str
    installed: bool
    licences: list[PlannedLicence]
    files: list[PlannedFile]
    transfer_bytes: int
    room_bytes: int
    free_bytes: int


class Progress(_Event, frozen=True, kw_only=True, tag="progress"):
    """How far a phase is: download, convert, check or copy. done and total are bytes, of convert steps."""

    phase: str
    item: str
    done: int
    total: int
    seconds_left: float | None = None


class Report(_Event, frozen=True, kw_only=True, tag="report"):
    """What was found in a checkpoint, line by line."""

    model: str
    lines: list[str]


class BadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not as it was installed."""

    path: str
    fault: str


class Verified(_Event, frozen=True, kw_only=True, tag="verified"):
    """Answer of verify, one a model."""

    model: str
    files: int
    size_bytes: int
    bad: list[BadFile]


class Done(_Event, frozen=True, kw_only=True, tag="done"):
    """Something is finished; sentence is for people."""

    action: str
    sentence: str
    model: str | None = None
    path: str | None = None
    size_bytes: int = 0


class Failed(_Event, frozen=True, kw_only=True, tag="failed"):
    """Nothing more comes: a code of foleycue_shared.errors and one sentence."""

    code: ErrorCode
    message: str
    detail: str = ""


Event = Models | Plan | Progress | Report | Verified | Done | Failed
Say = Callable[[Event], None]

_SPARSE_SECONDS = 0.2


class Meter:
    """Progress of one phase, said a few times a second, with the time left from the pace so far."""

    def __init__(self, say: Say, phase: str, total: int, item: str = "") -> None:
        self._say, self._phase, self._total = say, phase, total
        self._started = time.monotonic()
        self._first: int | None = None
        self._said_at = float("-inf")
        self._done = 0
        self.item = item

    def at(self, done: int) -> None:
        """Say that `done` of the total are done."""
        now = time.monotonic()
        if self._first is None:
            self._first = done
        self._done = done
        if now - self._said_at < _SPARSE_SECONDS and done < self._total:
            return
        self._said_at = now
        gained, passed = done - self._first, now - self._started
        left = (self._total - done) * passed / gained if gained > 0 and passed > 0.5 else None
        self._say(Progress(phase=self._phase, item=self.item, done=done, total=self._total, seconds_left=left))

    def more(self, done: int) -> None:
        """Say that this much more is done."""
        self.at(self._done + done)


def say_json(event: Event) -> None:
    """Write an event as one line on standard output."""
    sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
    sys.stdout.flush()
