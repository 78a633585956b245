# SPDX-License-Identifier: GPL-3.0-or-later
"""How many cues, and of which source: the markers' shapes with a number each."""

from collections import Counter

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_shared.cues import CueSource
from foleycue_ui.look import theme
from foleycue_ui.look.icons import cue_shape
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.lane.words import count_words, source_words


class Legend(QWidget):
    """One line that follows the cues."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._text = ""
        self._counts: dict[CueSource, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for signal in (state.cues.changed, state.job.changed, state.range.project_changed):
            signal.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, 22)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw words, shapes and numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        metrics, middle = QFontMetrics(painter.font()), self.height() / 2
        line = int(middle + (metrics.ascent() - metrics.descent()) / 2)
        painter.setPen(theme.colour("dim"))
        painter.drawText(QPointF(2, line), metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width()))
        x = float(metrics.horizontalAdvance(self._text) + 14)
        for source, number in self._counts.items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(source.value))
            painter.drawPath(cue_shape(source.value, x + 4, middle, 8))
            painter.setPen(theme.colour("text"))
            painter.drawText(QPointF(x + 13, line), str(number))
            x += 13 + metrics.horizontalAdvance(str(number)) + 11

    def _show(self) -> None:
        found = Counter(cue.source for cue in self._state.cues.cues)
        text, counts = self._words(), {source: found[source] for source in CueSource if found[source]}
        if (text, counts) == (self._text, self._counts):
            return
        self._text, self._counts = text, counts
        parts = ", ".join(f"{number} {source_words(source)}" for source, number in counts.items())
        self.setAccessibleName(f"{text}: {parts}" if parts else text)
        self.setToolTip(parts)
        self.update()

    def _words(self) -> str:
        cues = self._state.cues
        if not self._state.range.open:
            return ""
        if not cues.known:
            return tr("Lane", "Finding cues…") if self._state.job.analysing else tr("Lane", "No cues yet")
        return count_words(len(cues.cues)) if cues.cues else tr("Lane", "No cues: click to add")
