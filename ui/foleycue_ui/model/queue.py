# SPDX-License-Identifier: GPL-3.0-or-later
"""The generations that wait or run, in the order in which they are worked off."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.timing import exact_rate

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan


@dataclass(frozen=True)
class QueueItem:
    """One generation as it was asked for. key is ours alone; where names its range by timecode.

    plan comes a moment after the click, once it lies on disk; sent: the backend has it, so that it cannot be moved.
    """

    key: str
    prompt: str
    where: str
    takes: int
    engine: str
    plan: "Plan | None" = None
    sent: bool = False

    @property
    def job_id(self) -> str:
        """The job's id, empty as long as there is no plan."""
        return "" if self.plan is None else self.plan.request.job_id


def sound_of(plan: "Plan") -> float:
    """How many seconds of sound a plan asks for, all takes together."""
    scope = plan.request.scope
    return len(plan.request.seeds) * float(scope.frames / exact_rate(scope.rate))


class QueueModel(QObject):
    """First in, first out, unless the user says otherwise."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[QueueItem, ...] = ()

    @property
    def head(self) -> QueueItem | None:
        """The one that runs, or is the next to."""
        return self.items[0] if self.items else None

    def get(self, key: str) -> QueueItem | None:
        """An item by its key."""
        return next((item for item in self.items if item.key == key), None)

    def of_job(self, job_id: str) -> QueueItem | None:
        """An item by its job."""
        return next((item for item in self.items if job_id and item.job_id == job_id), None)

    def add(self, item: QueueItem, *, first: bool = False) -> None:
        """Put an item at the end, or right behind what was sent already."""
        place = sum(old.sent for old in self.items) if first else len(self.items)
        self._put((*self.items[:place], item, *self.items[place:]))

    def change(self, key: str, *, plan: "Plan | None" = None, sent: bool | None = None) -> None:
        """Note that an item has its plan, or was sent."""
        self._put(
            tuple(
                replace(item, plan=plan or item.plan, sent=item.sent if sent is None else sent)
                if item.key == key
                else item
                for item in self.items
            )
        )

    def remove(self, key: str) -> None:
        """Take an item out."""
        self._put(tuple(item for item in self.items if item.key != key))

    def can_move(self, key: str, step: int) -> bool:
        """Whether an item may change places with the one before (-1) or behind it (1)."""
        place = next((k for k, item in enumerate(self.items) if item.key == key), -1)
        target = place + step
        return place >= 0 and 0 <= target < len(self.items) and not (self.items[place].sent or self.items[target].sent)

    def move(self, key: str, step: int) -> bool:
        """Let an item change places; False when it cannot."""
        if not self.can_move(key, step):
            return False
        items = list(self.items)
        place = next(k for k, item in enumerate(items) if item.key == key)
        items[place], items[place + step] = items[place + step], items[place]
        self._put(tuple(items))
        return True

    def _put(self, items: tuple[QueueItem, ...]) -> None:
        if items != self.items:
            self.items = items
            self.changed.emit()
