# SPDX-License-Identifier: GPL-3.0-or-later
"""Performing cues: start, speed, add or replace, count-in, the pad, and how late taps arrive."""

from fractions import Fraction

from PyQt6.QtGui import QInputEvent
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from foleycue_ui.control.calibration import Calibration
from foleycue_ui.control.performance import Performance
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import PERFORM_COUNT_IN, Settings
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.event_time import Moment
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import Button
from foleycue_ui.widgets.latency_row import LatencyRow
from foleycue_ui.widgets.tap_catcher import TapCatcher
from foleycue_ui.widgets.tap_pad import TapPad
from foleycue_ui.widgets.toggles import Toggle


class PerformBar(QWidget):
    """Opens below the transport."""

    def __init__(self, state: PanelState, player: Player, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._range = settings, state.range
        self.performance = Performance(state, player, settings, self)
        self.calibration = Calibration(player, settings, self)
        self._catcher = TapCatcher(player.now, self)
        self.start = Button(tr("Perform", "Start"), "primary", tr("Perform", "Start performing"))
        self.speeds = self._speeds()
        self.modes = self._modes()
        self.count_in = Toggle("3-2-1", tr("Perform", "Count-in: three clicks before the picture starts"))
        self.pad = TapPad()
        self.latency = LatencyRow(settings)
        self._lay_out()
        self._connect()
        self.count_in.setChecked(settings.value(PERFORM_COUNT_IN, True))
        self._show_state()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.start, *self.speeds, *self.modes, self.count_in, *self.latency.tab_order()]

    # -- making ---------------------------------------------------------------------------------------------------

    def _speeds(self) -> list[Toggle]:
        texts = (
            ("1", tr("Perform", "Full speed"), Fraction(1)),
            ("1/2", tr("Perform", "Half speed, the sound slowed with the picture"), Fraction(1, 2)),
            ("1/4", tr("Perform", "Quarter speed, the sound slowed with the picture"), Fraction(1, 4)),
        )
        made = []
        for text, name, speed in texts:
            made.append(Toggle(text, name))
            made[-1].chosen.connect(lambda speed=speed: setattr(self.performance, "speed", speed))
        return self._group(made)

    def _modes(self) -> list[Toggle]:
        add = Toggle(tr("Perform", "Add"), tr("Perform", "Taps are added to the cues that are there"))
        replace = Toggle(
            tr("Perform", "Replace"), tr("Perform", "Taps replace the cues in the stretch that was played")
        )
        add.chosen.connect(lambda: setattr(self.performance, "replace", False))
        replace.chosen.connect(lambda: setattr(self.performance, "replace", True))
        return self._group([add, replace])

    def _group(self, buttons: list[Toggle]) -> list[Toggle]:
        group = QButtonGroup(self)
        for button in buttons:
            group.addButton(button)
        buttons[0].setChecked(True)
        return buttons

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.start)
        row.addSpacing(theme.GAP // 2)
        for button in self.speeds:
            row.addWidget(button)
        row.addSpacing(theme.GAP // 2)
        for button in self.modes:
            row.addWidget(button)
        row.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(theme.GAP)
        below.addWidget(self.count_in)
        below.addWidget(self.latency, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(row)
        column.addWidget(self.pad)
        column.addLayout(below)

    def _connect(self) -> None:
        performance, calibration, catcher = self.performance, self.calibration, self._catcher
        self.start.clicked.connect(self.toggle)
        self.count_in.toggled.connect(self._set_count_in)
        self.pad.pressed.connect(self._on_pad)
        self.latency.measure.clicked.connect(self.calibrate)
        catcher.tapped.connect(self._on_tap)
        catcher.ended.connect(self.end)
        performance.changed.connect(self._show_state)
        performance.counted.connect(self._on_count)
        performance.tapped.connect(self.pad.flash)
        calibration.beat.connect(self._on_beat)
        calibration.finished.connect(self._on_calibrated)
        self._range.selection_changed.connect(self._show_state)

    # -- doing ----------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Start a pass, or end what runs."""
        if self.performance.active or self.calibration.running:
            self.end()
        else:
            self.performance.start()

    def calibrate(self) -> None:
        """Measure how late taps arrive, or give the measurement up."""
        if self.calibration.running:
            self.end()
            return
        self.performance.stop()
        self.calibration.start()
        self._show_state()
        self.pad.say(tr("Perform", "Find the beat, then tap with each click: any tap key, or here"))

    def end(self) -> None:
        """End a pass or a measurement."""
        self.calibration.stop()
        self.performance.stop()
        self._show_state()

    def _set_count_in(self, on: bool) -> None:
        self.performance.count_in = on
        self._settings.set(PERFORM_COUNT_IN, on)

    def _on_pad(self, event: QInputEvent, strength: float) -> None:
        self._on_tap(self._catcher.moment(event), strength)

    def _on_tap(self, moment: Moment, strength: float) -> None:
        if self.calibration.running:
            self.calibration.tap(moment)
        else:
            self.performance.tap(moment(), strength)

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        running, measuring = self.performance.active, self.calibration.running
        self._catcher.catch(running or measuring)
        self.start.setText(tr("Perform", "Stop") if running else tr("Perform", "Start"))
        self.start.setEnabled(self._range.selection is not None and not measuring)
        self.latency.show_measuring(measuring)
        for widget in (*self.speeds, *self.modes, self.count_in):
            widget.setEnabled(not running and not measuring)
        if not measuring and self.performance.state != "counting":
            self.pad.say(tr("Perform", "Keys A S D or J K L: soft, medium, hard.\nHere: the higher, the harder."))

    def _on_count(self, number: int) -> None:
        self.pad.say("", str(number))
        self.pad.flash(1.0)

    def _on_beat(self, number: int) -> None:
        self.pad.flash(1.0)
        if number >= 0:
            self.pad.say(tr("Perform", "Tap with each click"), str(number + 1))

    def _on_calibrated(self, found: object) -> None:
        self._show_state()
        if found is None:
            self.pad.say(
                tr("Perform", "Too few taps came near the clicks: measure once more, or set the value by hand.")
            )
