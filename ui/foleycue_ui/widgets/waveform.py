# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's waveform with the playhead, and a notch where a cue was missed."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, QRectF, QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.widgets import cue_paint

_NOTCH = 4.0


class Waveform(QWidget):
    """A low strip; missed are places 0 … 1."""

    def __init__(
        self, peaks: NDArray[np.float32], missed: tuple[float, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._peaks = peaks
        self._missed = missed
        self._at = -1.0
        self._chosen = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Takes", "Waveform"))

    def sizeHint(self) -> QSize:
        """A low strip."""
        return QSize(160, 34)

    def show_at(self, at: float, chosen: bool) -> None:
        """The position 0 … 1 (below 0: none), and whether the take is the chosen one."""
        if (at, chosen) != (self._at, self._chosen):
            self._at, self._chosen = at, chosen
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        cue_paint.wave(painter, self._peaks, box, "wave" if self._chosen else "wave_dim")
        painter.setPen(QPen(theme.colour("bad"), 1.2))
        painter.setBrush(theme.colour("bad"))
        for place in self._missed:
            x = box.width() * place
            painter.drawPolygon(QPolygonF([QPointF(x - _NOTCH, 0), QPointF(x + _NOTCH, 0), QPointF(x, 1.5 * _NOTCH)]))
        if self._at >= 0:
            painter.setPen(QPen(theme.colour("playhead"), 1.2))
            x = box.width() * self._at
            painter.drawLine(QLineF(x, 0, x, box.height()))
