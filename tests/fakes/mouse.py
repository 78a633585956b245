# SPDX-License-Identifier: GPL-3.0-or-later
"""A hand with modifiers: QTest's own mouse moves carry neither buttons nor modifiers, and it has no wheel."""

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def drag(widget: QWidget, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press, move in three steps, release."""
    QTest.mousePress(widget, LEFT, modifier, start)
    for part in (0.3, 0.7, 1.0):
        way = QPoint(round((end.x() - start.x()) * part), round((end.y() - start.y()) * part))
        move(widget, start + way, modifier)
    QTest.mouseRelease(widget, LEFT, modifier, end)


def move(widget: QWidget, place: QPoint, modifier: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
    """Move with a button held."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        button,
        modifier,
    )
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, place: QPoint, notches: int, modifier: Qt.KeyboardModifier = NONE) -> bool:
    """Turn the wheel; whether the widget took it."""
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
