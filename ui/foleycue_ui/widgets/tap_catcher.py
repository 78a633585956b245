# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the tap keys out of the event stream while something is performed, whatever has the focus."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QInputEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_ui.playback.event_time import EventTime, Moment

SOFT, MEDIUM, HARD = 0.4, 0.7, 1.0
#: Both hands lie on the home row; the further in, the harder.
STRENGTHS = {
    Qt.Key.Key_A: SOFT,
    Qt.Key.Key_S: MEDIUM,
    Qt.Key.Key_D: HARD,
    Qt.Key.Key_J: SOFT,
    Qt.Key.Key_K: MEDIUM,
    Qt.Key.Key_L: HARD,
    Qt.Key.Key_Return: MEDIUM,
    Qt.Key.Key_Enter: MEDIUM,
}
_ENDS = (Qt.Key.Key_Space, Qt.Key.Key_Escape)
_KEY_EVENTS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride)


class TapCatcher(QObject):
    """Emits taps with the moment at which the key went down, not the one at which Qt came to say so."""

    tapped = pyqtSignal(object, float)  # Moment, strength
    ended = pyqtSignal()  # Space or Escape

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._times = EventTime()
        self._catching = False

    def moment(self, event: QInputEvent) -> Moment:
        """When an event that is handled now happened."""
        return self._times.moment(event.timestamp(), self._now())

    def catch(self, on: bool) -> None:
        """Begin or end to take keys."""
        application = QApplication.instance()
        if on == self._catching or application is None:
            return
        self._catching = on
        if on:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep the tap keys, and the two that end it, from everybody else."""
        if event is None or event.type() not in _KEY_EVENTS or not isinstance(watched, QWidget):
            return False
        if not isinstance(event, QKeyEvent) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = Qt.Key(event.key())
        if key not in STRENGTHS and key not in _ENDS:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            if key in STRENGTHS:
                self.tapped.emit(self.moment(event), STRENGTHS[key])
            else:
                self.ended.emit()
        return True
