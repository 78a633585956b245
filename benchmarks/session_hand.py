# SPDX-License-Identifier: GPL-3.0-or-later
"""A hand at the panel: the pointer goes there first, then the widget gets its click; waiting runs the event loop."""

# PyQt describes the functions of QTest as if they were methods.
# pyright: reportArgumentType=false, reportCallIssue=false

import time
from collections.abc import Callable
from pathlib import Path

from loop_watch import LoopWatch
from PyQt6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PyQt6.QtGui import QCursor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from screen_recorder import Span

from foleycue_ui.panel import Panel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
PATIENCE = 600.0
_GLIDE_STEPS, _STEP_MS = 12, 20


class Hand:
    """Acts through widgets only; notes each step for the watch, and when it only waits for the film."""

    def __init__(self, panel: Panel, watch: LoopWatch, out: Path, waits: list[Span]) -> None:
        self.panel, self._watch, self._out, self._waits = panel, watch, out, waits
        self._shots = 0

    def step(self, name: str) -> None:
        """What follows is this step."""
        self._watch.step = name

    def photograph(self, name: str) -> None:
        """Keep a picture of the panel as it is."""
        self.rest(300)
        self._shots += 1
        with self._watch.away():
            path = self._out / f"{self._shots:02d}-{name}.png"
            if not self.panel.grab().save(str(path)):
                raise SystemExit(f"{path} cannot be written.")

    def rest(self, milliseconds: int) -> None:
        """Look for a while."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait(self, what: str, ready: Callable[[], object]) -> None:
        """Wait for the backend or the disk."""
        started, end = time.time(), time.monotonic() + PATIENCE
        while not ready():
            told = [notice.text for notice in self.panel.state.notices.notices if notice.kind == "error"]
            if told or time.monotonic() > end:
                raise SystemExit(f"{what}: {told[0] if told else 'never came'}")
            self.rest(30)
        self._waits.append((started, time.time()))

    def point(self, widget: QWidget, place: QPoint | None = None) -> QPoint:
        """Bring the pointer over a widget, scrolled into sight; the place inside it."""
        columns = self.panel.columns
        for column in (columns.above, columns.below):
            if column.inner.isAncestorOf(widget):
                column.ensureWidgetVisible(widget)
        place = widget.rect().center() if place is None else place
        start, end = QCursor.pos(), widget.mapToGlobal(place)
        for number in range(1, _GLIDE_STEPS + 1):
            QCursor.setPos(start + (end - start) * (number / _GLIDE_STEPS))
            self.rest(_STEP_MS)
        return place

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Point and click."""
        QTest.mouseClick(widget, LEFT, NONE, self.point(widget, place))
        self.rest(200)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Press, move there by and by, let go. The screen's own pointer has no button down: it only follows."""
        QTest.mousePress(widget, LEFT, NONE, self.point(widget, start))
        for number in range(1, _GLIDE_STEPS + 1):
            place = start + (end - start) * (number / _GLIDE_STEPS)
            QTest.mouseMove(widget, place)
            self.rest(_STEP_MS)
        QTest.mouseRelease(widget, LEFT, NONE, end)
        self.rest(200)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.panel, key, modifier)
        self.rest(200)

    def write(self, field: QWidget, text: str) -> None:
        """Click into a field, and write something else into it."""
        self.click(field)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        for character in text:
            QTest.keyClicks(field, character)
            self.rest(35)

    def answer_with(self, path: Path) -> None:
        """When the file dialog comes, write a path into it and accept it."""

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog):
                QTimer.singleShot(100, look)
                return
            line = dialog.findChild(QLineEdit)
            assert line is not None
            self.rest(600)
            line.setText(str(path))
            self.rest(400)
            QTest.keyClick(line, Qt.Key.Key_Return)

        QTimer.singleShot(100, look)
