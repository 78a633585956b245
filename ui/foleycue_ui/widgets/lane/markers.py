# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues as markers: a stem, a head whose shape names the source, and a foot that says what the take made of it.

However many cues there are, no more is drawn than a head every few pixels and a stem every pixel.
"""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, Qt
from PyQt6.QtGui import QPainter, QPen, QPolygonF

from foleycue_shared.cues import Cue
from foleycue_ui.look import theme
from foleycue_ui.look.icons import cue_shape
from foleycue_ui.model.answers import Answers, moved
from foleycue_ui.model.cue_edits import Sheet
from foleycue_ui.widgets.lane.view import LaneView

Places = NDArray[np.float64]

HEAD = 10.0
_SMALL_HEAD = 7.0
#: Heads are no closer than this; of those that would be, the strongest is drawn.
_CELL = 6
#: Markers this near outside of the view are drawn too, since their heads reach in.
_REACH = 12


class Markers:
    """A sheet of cues, ready to be painted again and again. amiss are the samples of badly answered ones."""

    def __init__(self, sheet: Sheet, selected: frozenset[int], answers: Answers, amiss: NDArray[np.int64]) -> None:
        self._sheet, self._selected, self._answers = sheet, selected, answers
        self._samples = np.fromiter((cue.sample for cue in sheet), np.int64, len(sheet))
        self._strengths = np.fromiter((cue.strength for cue in sheet), np.float64, len(sheet))
        # What must not hide behind a stronger neighbour: selected cues, then those that the take did not answer well.
        self._ranks = self._strengths + 2.0 * np.isin(self._samples, amiss)
        self._ranks[list(selected)] += 4

    def paint(self, painter: QPainter, view: LaneView) -> None:
        """Draw what a view shows."""
        reach = _REACH * view.span // view.inner
        low, high = np.searchsorted(self._samples, (view.start - reach, view.end + reach))
        if low == high:
            return
        xs: Places = view.x(0) + self._samples[low:high].astype(np.float64) * (view.inner / view.span)
        order = np.argsort(self._ranks[low:high], kind="stable")
        heads = _last_in_cells(np.floor(xs[order] / _CELL), order)
        crowded = len(heads) * _CELL * 3 > view.inner and high - low > len(heads) * 1.2
        self._stems(painter, view, low, xs, _last_in_cells(np.round(xs[order]), order))
        for k in heads:
            self._marker(painter, view, low + int(k), float(xs[k]), _SMALL_HEAD if crowded else HEAD)

    def _stems(self, painter: QPainter, view: LaneView, low: int, xs: Places, which: list[int]) -> None:
        solid: dict[str, list[QLineF]] = {}
        dotted: dict[str, list[QLineF]] = {}
        for k in which:
            index = low + k
            cue = self._sheet[index]
            token = "text" if index in self._selected else cue.source.value
            into = dotted if self._absent(cue) else solid
            line = QLineF(float(xs[k]), view.y(cue.strength), float(xs[k]), view.floor)
            into.setdefault(token, []).append(line)
        width = 1.6 if len(which) * 3 < view.inner else 1.0
        for lines, style in ((solid, Qt.PenStyle.SolidLine), (dotted, Qt.PenStyle.DotLine)):
            for token, some in lines.items():
                painter.setPen(QPen(theme.colour(token), width, style))
                painter.drawLines(*some)

    def _marker(self, painter: QPainter, view: LaneView, index: int, x: float, size: float) -> None:
        cue, y = self._sheet[index], view.y(self._sheet[index].strength)
        shade = theme.colour(cue.source.value)
        if index in self._selected:
            painter.setPen(QPen(theme.colour("text"), 1.6))
            painter.setBrush(theme.colour("sunken"))
            painter.drawEllipse(QPointF(x, y), size * 0.95, size * 0.95)
        absent = self._absent(cue)
        painter.setPen(QPen(shade, 1.6))
        painter.setBrush(theme.colour("sunken") if absent else shade)
        painter.drawPath(cue_shape(cue.source.value, x, y, size))
        distance = self._answers.get(cue.sample, 0)
        if absent:
            _cross(painter, x, view.floor)
        elif distance is not None and moved(distance):
            _arrow(painter, x, view.x(cue.sample + distance), view.floor)

    def _absent(self, cue: Cue) -> bool:
        return cue.sample in self._answers and self._answers[cue.sample] is None


def _last_in_cells(cells: Places, order: NDArray[np.int64]) -> list[int]:
    """Of the cues of each cell the one that comes last in order, in order of rank."""
    chosen = dict(zip(cells.tolist(), order.tolist(), strict=True))
    return sorted(chosen.values())


def _cross(painter: QPainter, x: float, y: float) -> None:
    """No onset: a cross at the foot."""
    painter.setPen(QPen(theme.colour("bad"), 1.8))
    painter.drawLine(QLineF(x - 3, y - 3, x + 3, y + 3))
    painter.drawLine(QLineF(x - 3, y + 3, x + 3, y - 3))


def _arrow(painter: QPainter, x: float, onset: float, y: float) -> None:
    """An onset that is early or late: an arrow to where it is, never too short to be seen."""
    way = 1 if onset > x else -1
    tip = x + way * max(6.0, abs(onset - x))
    painter.setPen(QPen(theme.colour("warn"), 1.6))
    painter.drawLine(QLineF(x, y, tip, y))
    painter.setBrush(theme.colour("warn"))
    painter.drawPolygon(QPolygonF([QPointF(tip, y), QPointF(tip - way * 4, y - 3), QPointF(tip - way * 4, y + 3)]))
