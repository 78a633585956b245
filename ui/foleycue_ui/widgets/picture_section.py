# SPDX-License-Identifier: GPL-3.0-or-later
"""Top of the column: the picture with its region, its transport and sound, and which range is marked."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import Notice, PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.held_key import HeldKey
from foleycue_ui.widgets.large_picture import LargePicture
from foleycue_ui.widgets.mixer_row import MixerRow
from foleycue_ui.widgets.object_bar import ObjectBar
from foleycue_ui.widgets.perform_bar import PerformBar
from foleycue_ui.widgets.picture_view import PictureView
from foleycue_ui.widgets.range_strip import RangeStrip
from foleycue_ui.widgets.region_bar import RegionBar
from foleycue_ui.widgets.region_overlay import RegionOverlay
from foleycue_ui.widgets.scrub_bar import ScrubBar
from foleycue_ui.widgets.transport import Transport


class PictureSection(QWidget):
    """Sees and plays the range, limits what counts in the picture, and performs cues to it."""

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._controller, self._player = state, controller, player
        self.picture = PictureView()
        self.region = RegionOverlay(self.picture, state.regions, player)
        self.scrub_bar = ScrubBar(player, state.regions)
        self.transport = Transport(player, state.range)
        self.region_bar = RegionBar(state.regions, player, state.notices)
        self.object_bar = ObjectBar(state, controller.locating)
        self.object_bar.before = self.region_bar.whole
        self.perform_bar = PerformBar(state, player, controller.settings)
        self.mixer_row = MixerRow(player, state.guide, controller.settings)
        self.range_strip = RangeStrip(state.range)
        self.large = LargePicture(player, self)
        self._k_held = HeldKey(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        bars = (self.region_bar, self.object_bar, self.perform_bar)
        for part in (self.picture, self.scrub_bar, self.transport, *bars, self.mixer_row, self.range_strip):
            column.addWidget(part)
        self.region_bar.hide()
        self.object_bar.hide()
        self.perform_bar.hide()

    def _connect(self) -> None:
        state, player = self._state, self._player
        self.picture.clicked.connect(player.toggle)
        self.picture.double_clicked.connect(lambda: self.large.open(self.picture.image))
        player.picture_changed.connect(self.picture.set_image)
        self.scrub_bar.key_removed.connect(self.region_bar.remove)
        self.region.pointed.connect(lambda point: self._controller.locating.find("", point))
        self.object_bar.remove_asked.connect(self._controller.regions.remove)
        self.transport.region.toggled.connect(self._show_region)
        self.transport.perform.toggled.connect(self._show_perform)
        self.range_strip.strip.seek_asked.connect(lambda frame: player.seek_frame(frame - state.range.start))
        player.position_changed.connect(lambda: self.range_strip.strip.set_playhead(state.range.start + player.frame))
        self.range_strip.refused.connect(lambda text: state.notices.post(Notice("warning", text, key="range")))
        state.range.changed.connect(lambda: state.notices.clear("region"))

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom."""
        strip = self.range_strip
        return [
            *(self.region, self.scrub_bar, *self.transport.buttons),
            *(*self.region_bar.tab_order(), *self.object_bar.tab_order()),
            *(*self.perform_bar.tab_order(), *self.mixer_row.tab_order()),
            *(strip.strip, strip.in_field, strip.out_field),
        ]

    def actions(self) -> list[Action]:
        """Playing, performing, the region."""
        return [*self._playing(), *self._performing()]

    def set_drop_hover(self, hover: bool) -> None:
        """Light up while a file is dragged over the panel."""
        self.picture.set_drop_hover(hover)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _playing(self) -> list[Action]:
        player, transport, group = self._player, self.transport, tr("Actions", "Play")
        return [
            Action("play", tr("Actions", "Play or pause"), ("Space",), player.toggle, group),
            Action("shuttle-back", tr("Actions", "Play backward, faster with each press"), ("J",), self._back, group),
            Action("shuttle-stop", tr("Actions", "Stop; held with J or L: half speed"), ("K",), self._stop, group),
            Action("shuttle-on", tr("Actions", "Play onward, faster with each press"), ("L",), self._on, group),
            Action("start", tr("Actions", "To the start of the range"), ("Home",), player.stop, group),
            Action("back", tr("Actions", "Back one frame"), ("Left",), lambda: player.step(-1), group, True),
            Action("on", tr("Actions", "On one frame"), ("Right",), lambda: player.step(1), group, True),
            Action(
                "back-second", tr("Actions", "Back one second"), ("Shift+Left",), lambda: self._leap(-1), group, True
            ),
            Action("on-second", tr("Actions", "On one second"), ("Shift+Right",), lambda: self._leap(1), group, True),
            Action("loop", tr("Actions", "Play in a loop, or once"), ("Ctrl+L",), transport.loop.toggle, group),
            Action("mute", tr("Actions", "Mute"), ("M",), self.mixer_row.mute.toggle, group),
            Action(
                "hear-take", tr("Actions", "Hear the take, or not"), ("Shift+T",), self.mixer_row.take.toggle, group
            ),
            Action(
                "hear-guide", tr("Actions", "Hear the guide track, or not"), ("Shift+G",), self._toggle_guide, group
            ),
            Action("large", tr("Actions", "Show the picture large"), ("F",), self._enlarge, group),
        ]

    def _performing(self) -> list[Action]:
        group = tr("Actions", "Perform and region")
        return [
            Action("perform", tr("Actions", "Perform cues: start or stop"), ("T",), self._perform, group),
            Action("calibrate", tr("Actions", "Measure the latency of taps"), (), self._calibrate, group),
            Action("perform-close", tr("Actions", "Open or close performing"), ("Ctrl+T",), self._toggle_bar, group),
            Action(
                "region", tr("Actions", "Point at objects in the picture"), ("G",), self.transport.region.click, group
            ),
            Action("region-whole", tr("Actions", "Use the whole picture"), ("Ctrl+G",), self.region_bar.clear, group),
        ]

    def _back(self) -> None:
        self._player.shuttle(-1, self._k_held.down)

    def _on(self) -> None:
        self._player.shuttle(1, self._k_held.down)

    def _stop(self) -> None:
        self._k_held.press()
        self._player.pause()

    def _leap(self, seconds: int) -> None:
        self._player.step(seconds * max(1, round(self._player.rate)))

    def _toggle_guide(self) -> None:
        if self.mixer_row.guide.isEnabled():
            self.mixer_row.guide.toggle()

    def _enlarge(self) -> None:
        if self._state.range.open:
            self.large.open(self.picture.image)

    def _show_region(self, on: bool) -> None:
        self.region_bar.setVisible(on)
        self.object_bar.setVisible(on)
        self.region.set_editing(on)
        if on:
            self.region.setFocus()

    def _show_perform(self, on: bool) -> None:
        self.perform_bar.setVisible(on)
        if not on:
            self.perform_bar.end()

    def _perform(self) -> None:
        if self._state.range.open:
            self.transport.perform.setChecked(True)
            self.perform_bar.toggle()

    def _toggle_bar(self) -> None:
        self.transport.perform.click()

    def _calibrate(self) -> None:
        self.transport.perform.setChecked(True)
        self.perform_bar.calibrate()
