# SPDX-License-Identifier: GPL-3.0-or-later
"""Play, step, loop, and where we are."""

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.model.state import RangeModel
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import IconButton, caption


class Transport(QWidget):
    """Buttons for the player and a timecode that reads as record time."""

    def __init__(self, player: Player, range_: RangeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._range = player, range_
        self.to_start = IconButton("first", "Go to the start of the range")
        self.back = IconButton("previous", "Back one frame")
        self.play = IconButton("play", "Play")
        self.forward = IconButton("next", "On one frame")
        self.loop = IconButton("loop", "Play in a loop", checkable=True)
        self.clock = caption("", "clock")
        self.clock.setFont(theme.font(14, fixed=True))
        self.sound = caption()
        self._lay_out()
        self._connect()
        self._show_position()
        self._show_open()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self.to_start, self.back, self.play, self.forward, self.loop):
            row.addWidget(button)
        row.addSpacing(theme.GAP)
        row.addWidget(self.sound)
        row.addStretch(1)
        row.addWidget(self.clock)

    def _connect(self) -> None:
        player = self._player
        self.to_start.clicked.connect(player.stop)
        self.back.clicked.connect(lambda: player.step(-1))
        self.play.clicked.connect(player.toggle)
        self.forward.clicked.connect(lambda: player.step(1))
        self.loop.toggled.connect(player.set_loop)
        player.loop_changed.connect(self.loop.setChecked)
        player.position_changed.connect(self._show_position)
        player.playing_changed.connect(self._show_playing)
        self._range.selection_changed.connect(self._show_open)
        self._range.project_changed.connect(self._show_open)
        self._range.changed.connect(self._show_position)

    def _show_open(self) -> None:
        for button in (self.to_start, self.back, self.play, self.forward, self.loop):
            button.setEnabled(self._range.open)
        self._show_position()

    def _show_position(self) -> None:
        text = self._range.timecode(self._range.start + self._player.frame) if self._range.open else "--:--:--:--"
        if text != self.clock.text():
            self.clock.setText(text)
            self.clock.setAccessibleName(f"Position {text}")

    def _show_playing(self, playing: bool) -> None:
        self.play.show_as("pause" if playing else "play", "Pause" if playing else "Play", "Play or pause (Space)")
        self.sound.setText("No audio device" if playing and self._player.silent else "")
