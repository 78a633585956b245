# SPDX-License-Identifier: GPL-3.0-or-later
"""Small buttons with words that stay pressed."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QToolButton, QWidget


class Toggle(QToolButton):
    """Checkable words; alone it is a switch, in a button group one of several. `chosen` tells that it was turned on."""

    chosen = pyqtSignal()

    def __init__(self, text: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.toggled.connect(lambda on: self.chosen.emit() if on else None)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter presses."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
