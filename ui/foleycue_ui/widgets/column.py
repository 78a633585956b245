# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's two scrolling columns, one above the other: picture and cues stay in view while takes scroll below."""

from PyQt6.QtCore import QByteArray, QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.model.settings import SPLITTER, Settings

#: What the lower column keeps of the panel's height as long as nobody moved the handle.
_LOWER_SHARE = 0.36
#: Width of a scroll bar in look/sheet.py.
_BAR = 10


class _Inner(QWidget):
    """What scrolls; tells when it wants another height."""

    wants = pyqtSignal()

    def event(self, a0: QEvent | None) -> bool:
        """Hear of parts that grew, shrank, came or went."""
        handled = super().event(a0)
        if a0 is not None and a0.type() == QEvent.Type.LayoutRequest:
            self.wants.emit()
        return handled


class Column(QScrollArea):
    """Parts below each other. Scrolls by wheel and bar; keys pass through, since the arrows step frames."""

    def __init__(self, *parts: QWidget, fills: QWidget | None = None) -> None:
        super().__init__()
        self.inner = _Inner()
        self.inner.setObjectName("column")
        column = QVBoxLayout(self.inner)
        column.setContentsMargins(theme.MARGIN, 10, theme.MARGIN - _BAR, 10)
        column.setSpacing(10)
        for part in parts:
            column.addWidget(part, 1 if part is fills else 0)
        if fills is None:
            column.addStretch(1)
        self.setObjectName("scroll")
        self.setWidget(self.inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The picture's height follows its width: a bar that came and went with the height would do so for ever.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))

    def content_height(self) -> int:
        """How high it must be to show everything."""
        return self.inner.sizeHint().height()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Leave all keys to the panel."""
        if event is not None:
            event.ignore()


class Columns(QSplitter):
    """A column above another. Until the user moves the handle, the upper one gets what it needs and no more."""

    def __init__(self, above: Column, below: Column, settings: Settings) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.above, self.below, self._settings = above, below, settings
        self.addWidget(above)
        self.addWidget(below)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(7)
        self.setStretchFactor(1, 1)  # when the panel grows or shrinks, what is above stays
        self._covered = 0
        self.moved = self.restoreState(settings.value(SPLITTER, QByteArray()))
        self.splitterMoved.connect(self._note_moved)
        above.inner.wants.connect(self.settle)

    def content_height(self) -> int:
        """How high it must be to show everything."""
        return self.above.content_height() + self.below.content_height() + self.handleWidth()

    def cover(self, pixels: int) -> None:
        """So much of the height is about to be lent to something below: the lower column alone gives it up."""
        self._covered = pixels

    def settle(self) -> None:
        """Share the height anew, as long as the user has not done so."""
        if not self.moved:
            room = self.height() - self.handleWidth()
            upper = min(self.above.content_height(), round((room + self._covered) * (1 - _LOWER_SHARE)))
            self.setSizes([upper, room - upper])

    def shift(self, pixels: int) -> None:
        """Give the upper column more room, or less, as dragging the handle would."""
        above, below = self.sizes()
        self.moved = True
        self.setSizes([max(0, above + pixels), max(0, below - pixels)])

    def keep_sizes(self) -> None:
        """Remember where the handle is."""
        if self.moved:
            self._settings.set(SPLITTER, self.saveState())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the panel's height."""
        super().resizeEvent(event)
        self.settle()

    def _note_moved(self) -> None:
        self.moved = True
