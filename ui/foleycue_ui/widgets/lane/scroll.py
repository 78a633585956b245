# SPDX-License-Identifier: GPL-3.0-or-later
"""A slim bar below the lane: which part of the range is shown."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QScrollBar, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.widgets.lane.lane import CueLane

#: Positions of the bar: fine enough for any lane, and no longer range overflows it.
_STEPS = 1 << 20


class LaneScrollBar(QScrollBar):
    """Follows the lane, and moves it."""

    def __init__(self, lane: CueLane, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._lane = lane
        self.setFixedHeight(8)
        self.setAccessibleName(tr("Lane", "Part of the range that the cue lane shows"))
        self.setToolTip(tr("Lane", "Scroll the cue lane (Shift+wheel)"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.valueChanged.connect(self._moved)
        lane.view_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        view = self._lane.view
        page = max(1, view.span * _STEPS // view.samples)
        blocked = self.blockSignals(True)
        self.setRange(0, _STEPS - page)
        self.setPageStep(page)
        self.setSingleStep(max(1, page // 10))
        self.setValue(view.start * _STEPS // view.samples)
        self.blockSignals(blocked)
        self.setEnabled(not view.fits)

    def _moved(self, value: int) -> None:
        view = self._lane.view
        self._lane.show_view(view.scrolled_to(value * view.samples // _STEPS, view.span))
