# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands have keys that the user may change; the page that lists them is where that is done."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from foleycue_shared.messages import Generate
from foleycue_shared.places import home
from foleycue_ui.app import client_factory
from foleycue_ui.control.actions import Action, KeyMap, works_while_typing
from foleycue_ui.model.settings import Settings
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.shortcuts_page import ShortcutsPage

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def press(panel: Panel, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or panel, key, modifier)


def nothing() -> None:
    """Do nothing."""


def actions() -> list[Action]:
    return [
        Action(name, name.title(), keys, nothing, "Group") for name, keys in (("one", ("A", "F2")), ("two", ("B",)))
    ]


@pytest.fixture
def settings(tmp_path: Path, qapp: QApplication) -> Settings:
    return Settings(home(tmp_path).config)


class TestKeyMap:
    def test_the_users_keys_win_over_the_first_ones_and_stay(self, settings: Settings):
        keys = KeyMap(settings)
        keys.add(actions())
        assert keys.keys("one") == ("A", "F2")
        keys.bind("two", ("Ctrl+G",))
        settings.save()
        again = KeyMap(settings)
        again.add(actions())
        assert again.keys("two") == ("Ctrl+G",)
        assert again.changed_by_user()
        owner = again.owner("Ctrl+G")
        assert owner is not None and owner.id == "two"

    def test_a_key_calls_one_command_only(self, settings: Settings):
        keys = KeyMap(settings)
        keys.add(actions())
        keys.bind("two", ("A",))
        assert keys.keys("one") == ("F2",)
        assert keys.keys("two") == ("A",)
        assert not keys.conflicts()
        keys.reset()
        assert keys.keys("one") == ("A", "F2")
        assert not keys.changed_by_user()

    def test_first_keys_that_collide_are_found(self, settings: Settings):
        keys = KeyMap(settings)
        keys.add([*actions(), Action("three", "Three", ("B",), nothing, "Group")])
        assert [action.id for action in keys.conflicts()["B"]] == ["two", "three"]

    def test_a_key_that_the_user_chose_wins_over_a_default_that_came_later(self, settings: Settings, qtbot: QtBot):
        keys = KeyMap(settings)
        keys.add(actions())
        keys.bind("two", ("N",))
        updated = KeyMap(settings)
        updated.add([Action("new", "New", ("N",), nothing, "Group"), *actions()])
        owner = updated.owner("N")
        assert owner is not None and owner.id == "two"
        page = ShortcutsPage(updated)
        qtbot.addWidget(page)
        page.show()
        page.entered()
        told = {row.action.id: row.question.text() for row in page.rows if not row.question.isHidden()}
        assert told == {"new": "N calls “Two”: choose another key here."}
        updated.bind("new", ("M",))
        assert all(row.question.isHidden() for row in page.rows)

    def test_no_key_is_a_choice_too(self, settings: Settings):
        keys = KeyMap(settings)
        keys.add(actions())
        keys.bind("one", ())
        again = KeyMap(settings)
        again.add(actions())
        assert again.keys("one") == ()


@pytest.mark.parametrize(
    ("key", "works"),
    [("R", False), ("Shift+Left", False), ("?", False), ("Ctrl+O", True), ("Alt+1", True), ("F1", True), ("Esc", True)],
)
def test_what_writes_text_is_not_a_command_while_typing(key: str, works: bool):
    assert works_while_typing(key) is works


def test_no_two_commands_of_the_panel_share_a_key(panel: Panel):
    assert not panel.keys.conflicts()
    for action in panel.keys.actions:
        assert action.text and action.group, action.id


def test_the_cheat_sheet_lists_every_command(opened: Panel):
    opened.setFocus()
    press(opened, KEY.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    page = opened.shortcuts_page
    assert page.isVisible()
    assert [row.action.id for row in page.rows] == [action.id for action in opened.keys.actions]
    QTest.keyClicks(QApplication.focusWidget(), "generate")
    shown = [row.action.id for row in page.rows if row.isVisible()]
    assert "generate" in shown and len(shown) < len(page.rows)
    press(opened, KEY.Key_Escape)
    assert opened.columns.isVisible()


def test_commands_of_the_picture_rest_while_a_page_is_open(opened: Panel, backend: FakeBackend):
    opened.pages.turn_to(opened.settings_page)
    press(opened, KEY.Key_R)
    press(opened, KEY.Key_Space)
    assert not opened.state.job.active
    assert not opened.player.playing
    assert not [r for r, _ in backend.requests if isinstance(r, Generate)]


def test_a_key_is_changed_told_when_taken_and_kept(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.pages.turn_to(opened.shortcuts_page)
    row = next(row for row in opened.shortcuts_page.rows if row.action.id == "start")
    QTest.mouseClick(row.key, LEFT)
    assert row.key.waiting
    QTest.keyClick(row.key, KEY.Key_Escape)
    assert not row.key.waiting
    assert opened.keys.keys("start") == ("Home",)
    QTest.mouseClick(row.key, LEFT)
    QTest.keyClick(row.key, KEY.Key_Space)
    assert "Play or pause" in row.question.text()
    QTest.mouseClick(row.no, LEFT)
    assert opened.keys.keys("play") == ("Space",)
    QTest.mouseClick(row.key, LEFT)
    QTest.keyClick(row.key, KEY.Key_Space)
    QTest.mouseClick(row.yes, LEFT)
    assert opened.keys.keys("start") == ("Space",)
    assert opened.keys.keys("play") == ()
    press(opened, KEY.Key_Escape)
    opened.player.step(5)
    press(opened, KEY.Key_Space)
    assert not opened.player.playing
    assert opened.player.frame == 0
    opened.close()
    again = Panel(backend.places, client_factory(backend.places), Player(make_clock=SilentClock))
    qtbot.addWidget(again)
    assert again.keys.keys("start") == ("Space",)
    QTest.mouseClick(again.shortcuts_page.reset, LEFT)
    assert again.keys.keys("start") == ("Home",)
    again.close()
