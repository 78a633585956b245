# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that work everywhere in the panel, and stay out of the way while somebody types."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.waiting import until
from foleycue_shared.messages import Generate
from foleycue_ui.panel import Panel

KEY = Qt.Key


def press(panel: Panel, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or panel, key, modifier)


def test_space_plays_and_pauses(opened: Panel):
    opened.setFocus()
    press(opened, KEY.Key_Space)
    assert opened.player.playing
    assert opened.picture_section.transport.play.accessibleName() == "Pause"
    press(opened, KEY.Key_Space)
    assert not opened.player.playing


def test_arrows_step_frames(opened: Panel):
    for key, frame in ((KEY.Key_Right, 1), (KEY.Key_Right, 2), (KEY.Key_Left, 1), (KEY.Key_Left, 0), (KEY.Key_Left, 0)):
        press(opened, key)
        assert opened.player.frame == frame
    press(opened, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert opened.player.frame == 24
    press(opened, KEY.Key_Home)
    assert opened.player.frame == 0


def test_r_generates_digits_pick_enter_inserts_escape_cancels(
    opened: Panel, backend: FakeBackend, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "out.otio"
    monkeypatch.setattr(opened.controller.insertion, "_ask_path", lambda _: target)
    opened.setFocus()
    press(opened, KEY.Key_R)
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 3 and not opened.state.job.active)
    press(opened, KEY.Key_3)
    assert opened.state.takes.chosen is opened.state.takes.entries[2]
    press(opened, KEY.Key_8)
    assert opened.state.takes.chosen is opened.state.takes.entries[2]
    press(opened, KEY.Key_Return)
    until(qtbot, target.exists)
    backend.script = Script(step_seconds=0.3)
    press(opened, KEY.Key_R)
    until(qtbot, lambda: opened.state.job.state == "running")
    press(opened, KEY.Key_Escape)
    until(qtbot, lambda: not opened.state.job.active)


def test_typing_is_typing(opened: Panel, backend: FakeBackend):
    opened.ask_section.prompt.prompt.setFocus()
    QTest.keyClicks(QApplication.focusWidget(), "r 1 door")
    assert opened.state.request.prompt == "r 1 door"
    assert not opened.player.playing
    opened.ask_section.prompt.negative.setFocus()
    press(opened, KEY.Key_R)
    press(opened, KEY.Key_Return)
    assert opened.state.request.negative == "r"
    opened.ask_section.options.takes.setFocus()
    press(opened, KEY.Key_Return)
    assert not [r for r, _ in backend.requests if isinstance(r, Generate)]
    press(opened, KEY.Key_Escape)
    assert QApplication.focusWidget() is opened


def test_a_mouse_click_on_a_button_leaves_space_to_the_player(opened: Panel):
    opened.setFocus()
    QTest.mouseClick(opened.picture_section.transport.forward, Qt.MouseButton.LeftButton)
    assert not opened.picture_section.transport.forward.hasFocus()
    press(opened, KEY.Key_Space)
    assert opened.player.playing
    assert opened.player.frame >= 1
    opened.player.pause()


def test_enter_presses_the_button_that_the_keyboard_reached(opened: Panel):
    opened.picture_section.transport.forward.setFocus(Qt.FocusReason.TabFocusReason)
    press(opened, KEY.Key_Return)
    assert opened.player.frame == 1


def test_ctrl_z_and_delete_reach_the_cues_from_anywhere(opened: Panel):
    opened.setFocus()
    opened.state.cues.select({0})
    press(opened, KEY.Key_Delete)
    assert len(opened.state.cues.cues) == 1
    press(opened, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(opened.state.cues.cues) == 2
    press(opened, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(opened.state.cues.cues) == 1


def test_unknown_keys_go_on(opened: Panel):
    press(opened, KEY.Key_F9)
    press(opened, KEY.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert not opened.state.job.active
