# SPDX-License-Identifier: GPL-3.0-or-later
"""Play, step, loop, and where we are."""

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import RangeModel
from foleycue_ui.playback.player import SINGLE, Player
from foleycue_ui.playback.shuttle import speed_text
from foleycue_ui.widgets.controls import Elided, IconButton, caption


class Transport(QWidget):
    """Buttons for the player, a timecode that reads as record time, and the frame counted from the range's start."""

    def __init__(self, player: Player, range_: RangeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._range = player, range_
        self.to_start = IconButton("first", tr("Picture", "Go to the start of the range"))
        self.back = IconButton("previous", tr("Picture", "Back one frame"))
        self.play = IconButton("play", tr("Picture", "Play"))
        self.forward = IconButton("next", tr("Picture", "On one frame"))
        self.loop = IconButton("loop", tr("Picture", "Play in a loop"), checkable=True)
        self.region = IconButton(
            "region", tr("Picture", "Point at objects: draw a box; only what moves in it gives cues"), checkable=True
        )
        self.perform = IconButton("tap", tr("Picture", "Perform: tap cues to the picture"), checkable=True)
        self.buttons = (self.to_start, self.back, self.play, self.forward, self.loop, self.region, self.perform)
        self.clock = caption("", "clock")
        self.clock.setFont(theme.font(14, fixed=True))
        self.frame = caption()
        self.frame.setFont(theme.font(12, fixed=True))
        self.frame.setToolTip(tr("Picture", "Frame, counted from the start of the range"))
        self.speed = Elided("", "caption")
        self._lay_out()
        self._connect()
        self._show_position()
        self._show_open()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in self.buttons:
            row.addWidget(button)
        row.addSpacing(theme.GAP)
        row.addWidget(self.speed, 1)
        row.addWidget(self.frame)
        row.addSpacing(theme.GAP)
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
        player.speed_changed.connect(self._show_speed)
        self._range.selection_changed.connect(self._show_open)
        self._range.project_changed.connect(self._show_open)
        self._range.changed.connect(self._show_position)

    def _show_open(self) -> None:
        for button in self.buttons:
            button.setEnabled(self._range.open)
        self._show_position()

    def _show_position(self) -> None:
        frame, shown = self._player.frame, self._range.open
        text = self._range.timecode(self._range.start + frame) if shown else "--:--:--:--"
        if text != self.clock.text():
            self.clock.setText(text)
            self.clock.setAccessibleName(tr("Picture", "Position {timecode}").format(timecode=text))
            self.frame.setText(str(frame) if shown else "")
            self.frame.setAccessibleName(tr("Picture", "Frame {frame}").format(frame=frame))

    def _show_playing(self, playing: bool) -> None:
        name = tr("Picture", "Pause") if playing else tr("Picture", "Play")
        self.play.show_as("pause" if playing else "play", name, tr("Picture", "Play or pause"))

    def _show_speed(self) -> None:
        self.speed.set_text("" if self._player.speed == SINGLE else speed_text(self._player.speed))
