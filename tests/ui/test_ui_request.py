# SPDX-License-Identifier: GPL-3.0-or-later
import msgspec
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import ABSENT, MINI, FakeBackend
from fakes.waiting import until
from foleycue_shared.messages import MAX_PROMPT, Analyse, Generate, ListEngines
from foleycue_ui.panel import Panel


def test_prompt_and_not_this_reach_the_model_and_come_back(panel: Panel):
    request = panel.state.request
    QTest.keyClicks(panel.ask_section.prompt.prompt, "boots on gravel")
    QTest.keyClicks(panel.ask_section.prompt.negative, "rain")
    assert (request.prompt, request.negative) == ("boots on gravel", "rain")
    request.set(prompt="a door", negative="")
    assert panel.ask_section.prompt.prompt.toPlainText() == "a door"
    assert panel.ask_section.prompt.negative.text() == ""


def test_a_prompt_over_the_limit_says_what_is_left_out(opened: Panel):
    opened.ask_section.prompt.prompt.setPlainText("x" * (MAX_PROMPT + 7))
    assert opened.ask_section.prompt.limit.isVisible()
    assert opened.ask_section.prompt.limit.text().startswith("7 characters more")
    assert len(opened.state.request.prompt) == MAX_PROMPT
    opened.ask_section.prompt.prompt.setPlainText("x")
    assert not opened.ask_section.prompt.limit.isVisible()


def test_takes_seed_and_chance(panel: Panel):
    request, options = panel.state.request, panel.ask_section.options
    options.takes.setValue(5)
    assert request.takes == 5
    assert panel.ask_section.generate_bar.generate.text() == "Generate 5 takes"
    QTest.keyClicks(options.seed, "12ab34")
    assert request.seed == 1234
    assert options.dice.isEnabled()
    QTest.mouseClick(options.dice, Qt.MouseButton.LeftButton)
    assert request.seed is None
    assert options.seed.text() == ""
    assert not options.dice.isEnabled()


def test_engines_that_cannot_run_are_listed_but_not_choosable(panel: Panel, qtbot: QtBot):
    until(qtbot, lambda: len(panel.state.request.engines) == 2)
    box = panel.ask_section.options.engine
    assert box.currentText() == "FoleyCue mini"
    assert box.itemText(1) == "STA-V2A (not installed)"
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert panel.state.request.engine == "mini"


def test_another_engine_looks_at_the_picture_anew_and_edits_stay(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    def engines() -> list[str]:
        return [request.engine for request, _ in backend.requests if isinstance(request, Analyse)]

    state = opened.state
    until(qtbot, lambda: state.cues.known and not state.job.analysing)
    state.request.set_engines((MINI, msgspec.structs.replace(ABSENT, available=True)))
    state.request.set(engine="sta-v2a")
    assert state.cues.sheet is None
    until(qtbot, lambda: engines()[-1] == "sta-v2a" and state.cues.known and not state.job.analysing)
    state.cues.add(12_345)
    state.request.set(engine="mini")
    until(qtbot, lambda: engines()[-1] == "mini" and not state.job.analysing)
    assert 12_345 in [cue.sample for cue in state.cues.cues]


def test_who_comes_back_sees_what_was_installed_meanwhile(panel: Panel, backend: FakeBackend, qtbot: QtBot):
    until(qtbot, lambda: len(panel.state.request.engines) == 2)
    asked = sum(isinstance(request, ListEngines) for request, _ in backend.requests)
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    backend.wait_for(ListEngines, count=asked + 1)


def test_ctrl_enter_in_the_prompt_generates(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    QTest.keyClicks(opened.ask_section.prompt.prompt, "a drum")
    QTest.keyClick(opened.ask_section.prompt.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: opened.state.job.state in ("queued", "running"))
    assert backend.wait_for(Generate).prompt == "a drum"
    until(qtbot, lambda: not opened.state.job.active)


def test_generate_waits_for_a_range(panel: Panel):
    assert not panel.ask_section.generate_bar.generate.isEnabled()
    panel.controller.generate()
    assert not panel.state.job.active
