# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the cue lane: how many cues, whose they are, and what can be done with all of them."""

from collections import Counter

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from foleycue_shared.cues import CueSource
from foleycue_ui.look import theme
from foleycue_ui.look.icons import cue_shape
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button

_WORDS = {
    CueSource.PICTURE: "from the picture",
    CueSource.GUIDE: "from the guide track",
    CueSource.USER: "yours",
    CueSource.PERFORMED: "performed",
}


class Legend(QWidget):
    """How many cues, and of which source: the markers' shapes with a number each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._counts: dict[CueSource, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, 22)

    def show_counts(self, text: str, counts: dict[CueSource, int]) -> None:
        """Words first, then each source that occurs."""
        self._text, self._counts = text, counts
        words = ", ".join(f"{number} {_WORDS[source]}" for source, number in counts.items())
        self.setAccessibleName(f"{text}: {words}" if words else text)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw words, shapes and numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        metrics, middle = QFontMetrics(painter.font()), self.height() / 2
        line = int(middle + (metrics.ascent() - metrics.descent()) / 2)
        painter.setPen(theme.colour("dim"))
        painter.drawText(QPointF(0, line), metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width()))
        x = float(metrics.horizontalAdvance(self._text) + 14)
        for source, number in self._counts.items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(source.value))
            painter.drawPath(cue_shape(source.value, x + 4, middle, 8))
            painter.setPen(theme.colour("text"))
            painter.drawText(QPointF(x + 13, line), str(number))
            x += 13 + metrics.horizontalAdvance(str(number)) + 11


class CueTools(QWidget):
    """The legend and three quiet buttons."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.legend = Legend()
        self.undo = Button("Undo", "link", "Undo the last change of cues")
        self.from_picture = Button("From picture", "link", "Take the cues from the picture again")
        self.clear = Button("Clear", "link", "Remove all cues")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.legend, 1)
        for button, act in (
            (self.undo, state.cues.undo),
            (self.from_picture, state.cues.from_picture),
            (self.clear, state.cues.clear),
        ):
            row.addWidget(button)
            button.clicked.connect(act)
        state.cues.changed.connect(self._show)
        state.job.changed.connect(self._show)
        state.range.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        cues = self._state.cues
        self.undo.setEnabled(cues.can_undo)
        self.from_picture.setEnabled(cues.edited)
        self.clear.setEnabled(bool(cues.cues))
        counts = Counter(cue.source for cue in cues.cues)
        self.legend.show_counts(self._text(), {source: counts[source] for source in _WORDS if counts[source]})

    def _text(self) -> str:
        cues = self._state.cues
        if not self._state.range.open:
            return ""
        if not cues.known:
            return "Finding cues…" if self._state.job.analysing else "No cues yet"
        if not cues.cues:
            return "No cues: click to add"
        return "1 cue" if len(cues.cues) == 1 else f"{len(cues.cues)} cues"
