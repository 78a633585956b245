# SPDX-License-Identifier: GPL-3.0-or-later
"""Small widgets that all parts of the panel use, with keyboard manners of their own."""

from itertools import pairwise

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from foleycue_ui.look import theme
from foleycue_ui.look.icons import draw, icon

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Button(QPushButton):
    """A push button that a mouse click gives no focus, so that Space goes on playing; Enter presses it too."""

    def __init__(self, text: str, look: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if look:
            theme.role(self, look)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter presses."""
        if event is not None and event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class IconButton(QToolButton):
    """A square button with an icon; the name is its tool tip and what a screen reader says."""

    def __init__(self, symbol: str, name: str, *, checkable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.setIconSize(QSize(18, 18))
        self.show_as(symbol, name)

    def show_as(self, symbol: str, name: str, tip: str = "") -> None:
        """Change what the button is."""
        self.setIcon(icon(symbol))
        self.setAccessibleName(name)
        self.setToolTip(tip or name)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter presses."""
        if event is not None and event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class Line(QLineEdit):
    """A line of text that keeps Enter to itself: in the panel a bare Enter inserts a take."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter ends the entry and nothing else; with Ctrl it is a command."""
        super().keyPressEvent(event)
        if event is not None and event.key() in _ENTER:
            event.setAccepted(not event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def chevron(widget: QWidget, symbol: str, middle_y: float) -> None:
    """The small arrow at a field's right edge; a style sheet takes the native one away."""
    painter = QPainter(widget)
    token = "dim" if widget.isEnabled() else "off"
    draw(painter, symbol, QRectF(widget.width() - 21, middle_y - 7, 14, 14), token, 2.4)


class Choice(QComboBox):
    """One of a few, with an arrow."""

    def paintEvent(self, e: QPaintEvent | None) -> None:
        """The box, then the arrow."""
        super().paintEvent(e)
        chevron(self, "down", self.height() / 2)


class Check(QCheckBox):
    """A box with words; the tick is drawn, since a style sheet knows only pictures in files."""

    def __init__(self, text: str, tip: str) -> None:
        super().__init__(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(text)
        self.setToolTip(tip)

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The box, then the tick."""
        super().paintEvent(a0)
        if self.isChecked():
            draw(QPainter(self), "check", QRectF(3, self.height() / 2 - 8, 16, 16), "on_accent", 3)


class Elided(QLabel):
    """One line of text that is cut with an ellipsis where it does not fit; the tool tip says all of it."""

    def __init__(self, text: str = "", look: str = "", cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._whole, self._cut = "", cut
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if look:
            theme.role(self, look)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Change the text."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def whole(self) -> str:
        """The text, uncut."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._whole, self._cut, max(0, self.width() - 1))
        super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Glyph(QWidget):
    """An icon that stands for a state; always beside words that say the same."""

    def __init__(self, symbol: str, token: str, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol, self._token = symbol, token
        self.setFixedSize(size, size)

    def show_as(self, symbol: str, token: str) -> None:
        """Change the state that is shown."""
        if (symbol, token) != (self._symbol, self._token):
            self._symbol, self._token = symbol, token
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw."""
        painter = QPainter(self)
        draw(painter, self._symbol, self.rect().toRectF(), self._token, 2.2)


def chain(*widgets: QWidget | None) -> None:
    """Let Tab go from each widget to the next one: for those that are made when the others are long there."""
    there = [widget for widget in widgets if widget is not None]
    for first, second in pairwise(there):
        QWidget.setTabOrder(first, second)


def caption(text: str = "", look: str = "caption") -> QLabel:
    """A quiet label."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    theme.role(label, look)
    return label


def rule() -> QFrame:
    """A hair line between groups."""
    frame = QFrame()
    frame.setObjectName("rule")
    return frame
