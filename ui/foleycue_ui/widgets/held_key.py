# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a command's key is still held down, for keys that mean something together (K with L)."""

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication


class HeldKey(QObject):
    """Looks on from press() until that key is let go, and takes no event from anybody.

    Whatever key the user gave the command: it is the one that is released without having been pressed meanwhile.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.down = False
        self._others: set[int] = set()

    def press(self) -> None:
        """The command's key went down just now."""
        application = QApplication.instance()
        if application is not None and not self.down:
            self.down = True
            self._others.clear()
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Note presses and releases; a window that loses the keyboard hears of no release any more."""
        if isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            if event.type() == QEvent.Type.KeyPress:
                self._others.add(event.key())
            elif event.type() == QEvent.Type.KeyRelease and event.key() not in self._others:
                self._let_go()
        elif event is not None and event.type() == QEvent.Type.ApplicationDeactivate:
            self._let_go()
        return False

    def _let_go(self) -> None:
        application = QApplication.instance()
        self.down = False
        if application is not None:
            application.removeEventFilter(self)
