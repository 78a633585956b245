# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo and redo of immutable states."""

from typing import Generic, TypeVar

T = TypeVar("T")

_DEPTH = 200


class Steps(Generic[T]):
    """What was, and what was taken back."""

    def __init__(self) -> None:
        self._past: list[T] = []
        self._future: list[T] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past)

    @property
    def last(self) -> T | None:
        """The state before the last step: the same object until there is another step, or this one is taken back."""
        return self._past[-1] if self._past else None

    def push(self, before: T) -> None:
        """A step was made from this state; what was taken back before is gone."""
        self._past.append(before)
        del self._past[:-_DEPTH]
        self._future.clear()

    def undo(self, now: T) -> T | None:
        """The state before the last step; None when there is none."""
        return _travel(now, self._past, self._future)

    def redo(self, now: T) -> T | None:
        """The state after the step that was taken back last; None when there is none."""
        return _travel(now, self._future, self._past)

    def clear(self) -> None:
        """Forget everything."""
        self._past.clear()
        self._future.clear()


def _travel(now: T, back: list[T], forth: list[T]) -> T | None:
    if not back:
        return None
    forth.append(now)
    return back.pop()
