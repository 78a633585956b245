# SPDX-License-Identifier: GPL-3.0-or-later
"""Top of the column: the picture, its transport, and which range of the timeline is marked."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import Notice, PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.picture_view import PictureView
from foleycue_ui.widgets.range_strip import RangeStrip
from foleycue_ui.widgets.transport import Transport


class PictureSection(QWidget):
    """Sees and plays the range."""

    open_asked = pyqtSignal()

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._player = state, player
        self.picture = PictureView(state.range)
        self.transport = Transport(player, state.range)
        self.range_strip = RangeStrip(state.range)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.picture, self.transport, self.range_strip):
            column.addWidget(part)
        self.picture.clicked.connect(self._clicked)
        player.picture_changed.connect(self.picture.set_image)
        self.range_strip.refused.connect(lambda text: state.notices.post(Notice("warning", text, key="range")))

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom."""
        transport, strip = self.transport, self.range_strip
        return [
            *(transport.to_start, transport.back, transport.play, transport.forward, transport.loop),
            *(strip.strip, strip.in_field, strip.out_field),
        ]

    def actions(self) -> list[Action]:
        """Playing."""
        player, group = self._player, tr("Actions", "Play")
        return [
            Action("play", tr("Actions", "Play or pause"), ("Space",), player.toggle, group),
            Action("start", tr("Actions", "To the start of the range"), ("Home",), player.stop, group),
            Action("back", tr("Actions", "Back one frame"), ("Left",), lambda: player.step(-1), group),
            Action("on", tr("Actions", "On one frame"), ("Right",), lambda: player.step(1), group),
            Action("back-second", tr("Actions", "Back one second"), ("Shift+Left",), lambda: self._leap(-1), group),
            Action("on-second", tr("Actions", "On one second"), ("Shift+Right",), lambda: self._leap(1), group),
        ]

    def set_drop_hover(self, hover: bool) -> None:
        """Light up while a file is dragged over the panel."""
        self.picture.set_drop_hover(hover)

    def _leap(self, seconds: int) -> None:
        self._player.step(seconds * max(1, round(self._player.rate)))

    def _clicked(self) -> None:
        if self._state.range.open:
            self._player.toggle()
        else:
            self.open_asked.emit()
