# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves over the lane's pictures: playhead, rubber band, the label of a dragged cue, the ring of the focus."""

from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen, QPolygonF

from foleycue_shared.cues import Cue
from foleycue_ui.look import theme
from foleycue_ui.widgets.lane.view import RULER, LaneView

_ROW = 13


def paint_playhead(painter: QPainter, view: LaneView, sample: int) -> None:
    """A line with a handle on the ruler."""
    x = view.x(sample)
    painter.setPen(QPen(theme.colour("playhead"), 1.2))
    painter.drawLine(QLineF(x, 6, x, view.height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("playhead"))
    painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in ((-5, 2), (5, 2), (5, 7), (0, 12), (-5, 7))]))


def paint_rubber_band(painter: QPainter, box: QRectF) -> None:
    """What is being gathered."""
    painter.setPen(QPen(theme.colour("focus"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(theme.colour("focus", 0.15))
    painter.drawRect(box)


def paint_tag(painter: QPainter, view: LaneView, cue: Cue, rows: tuple[str, ...]) -> None:
    """A small label beside the cue that is dragged."""
    painter.setFont(theme.font(10, fixed=True))
    metrics = painter.fontMetrics()
    width = max(metrics.horizontalAdvance(row) for row in rows) + 10
    x = view.x(cue.sample) + 10
    x = x if x + width < view.width else view.x(cue.sample) - 10 - width
    box = QRectF(x, max(RULER + 2.0, view.y(cue.strength) - 8), width, _ROW * len(rows) + 4)
    painter.setPen(QPen(theme.colour("outline"), 1))
    painter.setBrush(theme.colour("raised", 0.95))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(theme.colour("text"))
    for number, row in enumerate(rows):
        place = QRectF(x + 5, box.top() + 2 + _ROW * number, width, _ROW)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row)


def paint_frame(painter: QPainter, view: LaneView, token: str) -> None:
    """A ring round the lane: where the keyboard is, or what would take a file that is dragged here."""
    painter.setPen(QPen(theme.colour(token), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(0.5, 0.5, view.width - 1, view.height - 1), theme.RADIUS, theme.RADIUS)
