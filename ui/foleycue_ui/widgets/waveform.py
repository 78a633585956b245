# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's waveform with the playhead, and a notch where a cue was missed."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr

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
        _draw(painter, self._peaks, box, "wave" if self._chosen else "wave_dim")
        painter.setPen(QPen(theme.colour("bad"), 1.2))
        painter.setBrush(theme.colour("bad"))
        for place in self._missed:
            x = box.width() * place
            painter.drawPolygon(QPolygonF([QPointF(x - _NOTCH, 0), QPointF(x + _NOTCH, 0), QPointF(x, 1.5 * _NOTCH)]))
        if self._at >= 0:
            painter.setPen(QPen(theme.colour("playhead"), 1.2))
            x = box.width() * self._at
            painter.drawLine(QLineF(x, 0, x, box.height()))


def _draw(painter: QPainter, peaks: NDArray[np.float32], box: QRectF, token: str) -> None:
    """A waveform, centred in a box; loud enough to read even for a quiet take."""
    columns = max(1, int(box.width()))
    if not len(peaks):
        return
    at = np.minimum((np.arange(columns + 1) * len(peaks)) // columns, len(peaks) - 1)
    low, high = np.minimum.reduceat(peaks[:, 0], at[:-1]), np.maximum.reduceat(peaks[:, 1], at[:-1])
    gain = 1.0 / max(0.1, float(np.abs(peaks).max()))
    middle, half = box.center().y(), box.height() / 2 * 0.96
    # A gentle bend lifts quiet tails so that they can be seen at this height.
    low, high = (np.sign(v) * np.power(np.abs(v) * gain, 0.7) for v in (low, high))
    top = [QPointF(box.left() + k, middle - half * float(v) - 0.5) for k, v in enumerate(high)]
    bottom = [QPointF(box.left() + k, middle - half * float(v) + 0.5) for k, v in enumerate(low)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(token))
    painter.drawPolygon(QPolygonF(top + bottom[::-1]))
