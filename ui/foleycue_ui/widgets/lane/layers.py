# SPDX-License-Identifier: GPL-3.0-or-later
"""The lane's pictures, kept as long as what they show stays the same: the ground, and the markers on it."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPixmap

from foleycue_ui.model.answers import Answers, amiss
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.lane.ground import paint_ground
from foleycue_ui.widgets.lane.markers import Markers
from foleycue_ui.widgets.lane.view import LaneView


class Layers:
    """Draws both, each anew only when it was dropped."""

    def __init__(self, state: PanelState) -> None:
        self._state = state
        self._ground: QPixmap | None = None
        self._markers: Markers | None = None
        self._layer: QPixmap | None = None
        self._answers: Answers = {}
        self._amiss = np.zeros(0, np.int64)

    def drop_ground(self) -> None:
        """Another view, sound or curve: everything lies elsewhere."""
        self._ground = self._layer = None

    def drop_markers(self) -> None:
        """Other cues, or other answers to them."""
        self._markers = self._layer = None

    def paint(self, painter: QPainter, view: LaneView, ratio: float, answers: Answers, moving: bool) -> None:
        """Draw what a view shows; moving markers are painted at once, since keeping them would not pay."""
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            self._ground, self._layer = paint_ground(self._state, view, ratio), None
        painter.drawPixmap(0, 0, self._ground)
        if not self._state.range.open:
            return
        if self._markers is None:
            cues = self._state.cues
            self._markers = Markers(cues.cues, cues.selected, answers, self._amiss_of(answers))
        if moving:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._markers.paint(painter, view)
            return
        if self._layer is None:
            self._layer = self._kept(self._markers, view, ratio)
        painter.drawPixmap(0, 0, self._layer)

    def _amiss_of(self, answers: Answers) -> NDArray[np.int64]:
        if answers is not self._answers:
            self._answers, self._amiss = answers, np.fromiter(amiss(answers), np.int64)
        return self._amiss

    def _kept(self, markers: Markers, view: LaneView, ratio: float) -> QPixmap:
        layer = QPixmap(round(view.width * ratio), round(view.height * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        markers.paint(painter, view)
        painter.end()
        return layer
