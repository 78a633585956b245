# SPDX-License-Identifier: GPL-3.0-or-later
"""The welcome, the settings, and what is the same again after a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.waiting import until, wait_ready
from foleycue_plugin import demo
from foleycue_ui.app import client_factory
from foleycue_ui.control.appearance import palette_for
from foleycue_ui.look import theme
from foleycue_ui.look.palettes import CONTRAST, DARK, LIGHT
from foleycue_ui.model.settings import LANGUAGE, THEME, Settings
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def dark_again(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp)


def another(backend: FakeBackend, qtbot: QtBot) -> Panel:
    made = Panel(backend.places, client_factory(backend.places), Player(make_clock=SilentClock))
    qtbot.addWidget(made)
    return made


def drop(panel: Panel, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(QPoint(40, 90)), action, data, LEFT, Qt.KeyboardModifier.NoModifier)
    panel.dropEvent(event)


class TestWelcome:
    def test_the_demo_is_three_clicks_from_its_first_sound(self, panel: Panel, qtbot: QtBot):
        assert panel.welcome.isVisible() and not panel.columns.isVisible()
        QTest.mouseClick(panel.welcome.demo, LEFT)
        wait_ready(panel, qtbot)
        assert panel.columns.isVisible()
        assert panel.state.request.prompt == demo.PROMPT
        generate = panel.ask_section.generate_bar.generate
        assert generate.isVisible() and generate.isEnabled()
        QTest.mouseClick(generate, LEFT)
        until(qtbot, lambda: len(panel.takes_section.takes.cards) > 0)

    def test_what_the_user_has_written_is_not_replaced(self, panel: Panel, qtbot: QtBot):
        panel.state.request.set(prompt="a bell")
        QTest.mouseClick(panel.welcome.demo, LEFT)
        wait_ready(panel, qtbot)
        assert panel.state.request.prompt == "a bell"

    def test_a_dropped_file_opens(self, panel: Panel, clip: Path, qtbot: QtBot):
        drop(panel, clip)
        until(qtbot, panel.columns.isVisible)
        assert panel.state_bar.name.whole() == clip.name

    def test_a_file_that_cannot_be_opened_leaves_the_welcome(self, panel: Panel, tmp_path: Path, qtbot: QtBot):
        drop(panel, tmp_path / "nothing.mp4")
        until(qtbot, lambda: bool(panel.notices.frames))
        assert panel.welcome.isVisible()
        assert panel.welcome.demo.isEnabled()


class TestSettings:
    def test_theme_is_the_users_choice_at_once(self, panel: Panel):
        panel.pages.turn_to(panel.settings_page)
        box = panel.settings_page.theme
        for name, tokens in (("light", LIGHT), ("contrast", CONTRAST), ("", DARK)):
            box.setCurrentIndex(box.findData(name))
            box.activated.emit(box.currentIndex())
            assert theme.current() is tokens
            assert panel.palette().window().color().name() == tokens.window

    def test_theme_follows_the_system_unless_chosen(self, panel: Panel):
        hints = QApplication.styleHints()
        assert hints is not None
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
        assert theme.current() is LIGHT
        panel.settings.set(THEME, "contrast")
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert theme.current() is CONTRAST
        assert palette_for(Qt.ColorScheme.Light, high_contrast=True) is CONTRAST

    def test_another_language_asks_for_a_new_panel(self, panel: Panel, qtbot: QtBot):
        panel.pages.turn_to(panel.settings_page)
        page = panel.settings_page
        assert not page.reopen.isVisible()
        page.language.setCurrentIndex(page.language.findData("de"))
        page.language.activated.emit(page.language.currentIndex())
        assert panel.settings.value(LANGUAGE, "") == "de"
        with qtbot.waitSignal(panel.reopen_asked):
            QTest.mouseClick(page.reopen, LEFT)

    def test_a_panel_in_german(self, backend: FakeBackend, qtbot: QtBot):
        settings = Settings(backend.places.config)
        settings.set(LANGUAGE, "de")
        settings.save()
        german = another(backend, qtbot)
        assert german.welcome.demo.text() == "Demo ausprobieren"
        assert german.state_bar.format.whole() == "Keine Timeline offen"
        german.close()

    def test_nonsense_in_the_file_is_the_default(self, tmp_path: Path, qapp: QApplication):
        (tmp_path / "panel.ini").write_text("[look]\ntheme=purple\n[window]\nsplitter=7\n[sound]\nvolume=loud\n")
        settings = Settings(tmp_path)
        assert settings.value("sound/volume", 0.5) == 0.5
        assert settings.value("window/splitter", QByteArray(b"x")) in (QByteArray(b"7"), QByteArray(b"x"))
        settings.set("sound/volume", 0.25)
        assert Settings(tmp_path).value("sound/volume", 0.5) == 0.25


def test_window_and_handle_are_where_they_were(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.resize(470, 760)
    qtbot.wait(20)
    opened.setFocus()
    before = opened.columns.sizes()[0]
    QTest.keyClick(opened, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert opened.columns.sizes()[0] < before
    kept = opened.columns.sizes()
    opened.close()
    again = another(backend, qtbot)
    again.show()
    assert (again.width(), again.height()) == (470, 760)
    again.pages.setCurrentWidget(again.columns)
    qtbot.wait(20)
    assert again.columns.sizes() == kept
    again.close()


def test_a_line_that_was_given_up_can_be_taken_up_again(panel: Panel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    asked: list[bool] = []
    monkeypatch.setattr(panel.controller._bridge, "reconnect", lambda: asked.append(True))
    assert not panel.state_bar.reconnect.isVisible()
    panel.controller._on_state("failed", "The backend cannot be started: look into its log.")
    assert panel.state_bar.reconnect.isVisible()
    notice = panel.notices.frames[0]
    assert notice.action is not None and notice.copy is not None
    QTest.mouseClick(panel.state_bar.reconnect, LEFT)
    QTest.mouseClick(notice.action, LEFT)
    assert asked == [True, True]
