# SPDX-License-Identifier: GPL-3.0-or-later
"""A time that a test turns by hand, and a finger that taps with known latency and jitter."""

import random
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.tape import Tape

#: Event timestamps count from somewhere else than the monotonic clock.
_ORIGIN = 4_321.0


class HandTime:
    """Seconds that stand still until they are moved on."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def clock(self, tape: Tape) -> SilentClock:
        return SilentClock(tape, self)

    def go_to(self, moment: float, wait: Callable[[int], object]) -> None:
        """Move on in steps that no tick may miss, and let the ticks see them: wait(ms) lets Qt work."""
        while self.seconds < moment:
            self.seconds = min(moment, self.seconds + 0.4)
            wait(12)


class _StampedKey(QKeyEvent):
    """A key event that says when it happened, as the window system's do."""

    stamp = 0

    def timestamp(self) -> int:
        return self.stamp


class _StampedPress(QMouseEvent):
    """A press of the mouse that says when it happened."""

    stamp = 0

    def timestamp(self) -> int:
        return self.stamp


class Finger:
    """Taps `latency` seconds late, give or take `jitter`; every third event finds the panel busy for `busy` seconds."""

    def __init__(self, time: HandTime, latency: float, jitter: float, busy: float = 0.0, seed: int = 1) -> None:
        self._time, self._random = time, random.Random(seed)
        self._latency, self._jitter, self._busy = latency, jitter, busy

    def when(self, meant: float) -> float:
        """The moment at which the key goes down for something that happens at `meant`."""
        return meant + self._latency + self._random.uniform(-self._jitter, self._jitter)

    def tap(self, down: float, widget: QWidget, wait: Callable[[int], object], key: Qt.Key = Qt.Key.Key_S) -> None:
        """A key that went down at a moment, handled when the GUI comes to it."""
        self._time.go_to(down + (self._busy if self._random.random() < 1 / 3 else 0.0), wait)
        event = _StampedKey(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        event.stamp = round((down + _ORIGIN) * 1000)
        QApplication.sendEvent(widget, event)

    def hit(self, widget: QWidget, height: float) -> None:
        """The left button goes down now, at a share of the widget's height from below."""
        at = QPointF(20, widget.height() * (1 - height))
        left = Qt.MouseButton.LeftButton
        event = _StampedPress(
            QEvent.Type.MouseButtonPress, at, widget.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier
        )
        event.stamp = round((self._time.seconds + _ORIGIN) * 1000)
        QApplication.sendEvent(widget, event)
