# SPDX-License-Identifier: GPL-3.0-or-later
"""Widgets side by side, in as many lines as the width needs."""

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtWidgets import QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from foleycue_ui.widgets.controls import Button

_GAP = 4


class _FlowLayout(QLayout):
    """Fills lines from the left; its height follows from its width."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []

    def addItem(self, a0: QLayoutItem | None) -> None:
        """Take in an item."""
        if a0 is not None:
            self._items.append(a0)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """An item by its place."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes what it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Fewer columns, more lines."""
        return True

    def heightForWidth(self, a0: int) -> int:
        """What the lines need at a width."""
        return self._arrange(QRect(0, 0, a0, 0), False)

    def setGeometry(self, a0: QRect) -> None:
        """Put everything in its place."""
        super().setGeometry(a0)
        self._arrange(a0, True)

    def sizeHint(self) -> QSize:
        """All in one line, which any narrower width breaks."""
        return QSize(self.minimumSize().width(), self.heightForWidth(self.geometry().width() or 300))

    def minimumSize(self) -> QSize:
        """As wide as the widest item."""
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _arrange(self, box: QRect, move: bool) -> int:
        x, y, line = box.x(), box.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(1, box.width()), 1 << 20))
            if x > box.x() and x + size.width() > box.right() + 1:
                x, y, line = box.x(), y + line + _GAP, 0
            if move:
                item.setGeometry(QRect(x, y, size.width(), size.height()))
            x, line = x + size.width() + self._gap, max(line, size.height())
        return y + line - box.y()


class Flow(QWidget):
    """A box for a few chips."""

    def __init__(self, gap: int = _GAP, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = _FlowLayout(self, gap)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._layout.addWidget(widget)

    def clear(self) -> None:
        """Remove all widgets."""
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._layout.invalidate()


class Chip(Button):
    """A small button. One that can be switched on wears a tick then, so that colour is not all that says so."""

    def __init__(self, text: str, tip: str, name: str = "", *, checkable: bool = False) -> None:
        super().__init__(text, "chip", name or text)
        self._text = text
        self.setToolTip(tip)
        self.setCheckable(checkable)
        if checkable:
            self.toggled.connect(self._show)
            self._show()

    def _show(self) -> None:
        self.setText(f"✓ {self._text}" if self.isChecked() else self._text)


def toggle_link(text: str, tip: str) -> QPushButton:
    """A quiet button that folds something out and in, and says which by an arrow."""
    button = Button("", "link", text)
    button.setCheckable(True)
    button.setToolTip(tip)

    def show(open_: bool) -> None:
        button.setText(f"{text} ▴" if open_ else f"{text} ▾")

    button.toggled.connect(show)
    show(False)
    return button
