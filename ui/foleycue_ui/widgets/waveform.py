# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's waveform with the playhead, and a notch where a cue was missed."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, QRectF, QSize
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.widgets.lane.waves import wave_image

_NOTCH = 4.0


class Waveform(QWidget):
    """A low strip; missed are places 0 … 1."""

    def __init__(
        self, peaks: NDArray[np.float32], missed: tuple[float, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._peaks = peaks
        self._missed = missed
        self._loudest = float(np.abs(peaks).max(initial=0.0))
        self._drawn: tuple[tuple[int, int, int], QImage] | None = None  # size and colour, and what came of them
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
        if len(self._peaks):
            painter.drawImage(box, self._image())
        painter.setPen(QPen(theme.colour("bad"), 1.2))
        painter.setBrush(theme.colour("bad"))
        for place in self._missed:
            x = box.width() * place
            painter.drawPolygon(QPolygonF([QPointF(x - _NOTCH, 0), QPointF(x + _NOTCH, 0), QPointF(x, 1.5 * _NOTCH)]))
        if self._at >= 0:
            painter.setPen(QPen(theme.colour("playhead"), 1.2))
            x = box.width() * self._at
            painter.drawLine(QLineF(x, 0, x, box.height()))

    def _image(self) -> QImage:
        """The wave as it is now, drawn only when its size or colour has changed: the playhead moves all the time."""
        ratio, colour = self.devicePixelRatioF(), theme.colour("wave" if self._chosen else "wave_dim")
        columns, rows = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        wanted = columns, rows, colour.rgba()
        if self._drawn is None or self._drawn[0] != wanted:
            peaks = self._peaks
            at = np.minimum(np.arange(columns) * len(peaks) // columns, len(peaks) - 1)
            low, high = np.minimum.reduceat(peaks[:, 0], at), np.maximum.reduceat(peaks[:, 1], at)
            self._drawn = wanted, wave_image(np.stack((low, high), axis=1), self._loudest, rows, colour)
        return self._drawn[1]
