# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each object gets takes of its own, and whether they lie where it is seen."""

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.flow import Chip


class SpreadRow(QWidget):
    """There only while objects are drawn."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.stems = Chip(
            tr("Ask", "One stem each object"),
            tr("Ask", "Takes of each object by itself, with its own name, cues and track"),
            checkable=True,
        )
        self.stereo = Chip(
            tr("Ask", "Stereo by place"),
            tr("Ask", "Two channels, panned by where the object is in the picture"),
            checkable=True,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.stems)
        row.addWidget(self.stereo)
        row.addStretch(1)
        self.stems.clicked.connect(lambda on: state.request.set_kind(stems=on))
        self.stereo.clicked.connect(lambda on: state.request.set_kind(stereo=on))
        state.request.changed.connect(self._show)
        state.regions.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        request, seen = self._state.request, self._state.regions.seen
        self.setVisible(bool(seen))
        self.stems.setVisible(len(seen) > 1)
        self.stems.setChecked(request.stems)
        self.stereo.setChecked(request.stereo)
