# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding words and saying how closely to follow them: presets, history, shots, sounds, how a prompt is read."""

import msgspec
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from fakes.backend import MINI, FakeBackend, Script
from fakes.waiting import until
from foleycue_shared.messages import (
    EngineInfo,
    Generate,
    Guidance,
    KnownSound,
    Shot,
    SoundClass,
    Understand,
    Understood,
)
from foleycue_ui.model.request import NO_MUSIC, NO_SPEECH
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.ask_section import AskSection

LEFT = Qt.MouseButton.LeftButton
SOUNDS = tuple(SoundClass(label=label, group=group) for label, group in (("Gravel", "Steps"), ("Rain", "Weather")))
RICH: EngineInfo = msgspec.structs.replace(
    MINI, sounds=SOUNDS, guidance=Guidance(text=2.5, cues=1.5), settings=("default", "faithful")
)


@pytest.fixture
def ask(opened: Panel) -> AskSection:
    opened.resize(420, 1200)
    opened.state.request.set_engines((RICH,))
    return opened.ask_section


def click_line(widget: QListWidget, row: int) -> None:
    item = widget.item(row)
    assert item is not None
    QTest.mouseClick(widget.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, widget.visualItemRect(item).center())


def generate(panel: Panel, backend: FakeBackend, qtbot: QtBot) -> Generate:
    count = sum(isinstance(request, Generate) for request, _ in backend.requests)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: not panel.state.job.active)
    return backend.wait_for(Generate, count=count + 1)


def test_switches_add_to_what_is_sent_and_not_to_what_is_written(
    opened: Panel, ask: AskSection, backend: FakeBackend, qtbot: QtBot
):
    QTest.keyClicks(ask.prompt.negative, "wind")
    QTest.mouseClick(ask.prompt.no_speech, LEFT)
    QTest.mouseClick(ask.prompt.no_music, LEFT)
    assert ask.prompt.no_speech.text().startswith("✓")
    assert generate(opened, backend, qtbot).negative == f"wind, {NO_SPEECH}, {NO_MUSIC}"
    assert ask.prompt.negative.text() == "wind"
    QTest.mouseClick(ask.prompt.no_music, LEFT)
    assert opened.state.request.wish.negative_sent() == f"wind, {NO_SPEECH}"


def test_presets_are_used_saved_renamed_deleted_and_brought_back(opened: Panel, ask: AskSection):
    QTest.mouseClick(ask.shelf.presets_link, LEFT)
    presets = ask.shelf.presets
    assert presets.isVisible()
    click_line(presets.list, 0)
    assert opened.state.request.prompt == opened.state.presets.presets[0].wish.prompt
    assert ask.prompt.no_speech.isChecked()

    ask.prompt.prompt.setPlainText("a lid falls on a pot")
    presets.name.clear()
    QTest.keyClicks(presets.name, "Lid")
    QTest.mouseClick(presets.save, LEFT)
    made = opened.state.presets.presets[-1]
    assert (made.name, made.wish.prompt) == ("Lid", "a lid falls on a pot")

    presets.list.setCurrentRow(presets.list.count() - 1)
    assert not presets.rename.isEnabled()  # its own name is no other name
    QTest.keyClicks(presets.name, " on pot")
    QTest.mouseClick(presets.rename, LEFT)
    assert opened.state.presets.presets[-1].name == "Lid on pot"

    count = presets.list.count()
    QTest.mouseClick(presets.delete, LEFT)
    assert presets.list.count() == count - 1
    frame = next(frame for frame in opened.notices.frames if frame.notice.key == "preset")
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    assert opened.state.presets.presets[-1].name == "Lid on pot"


def test_what_was_asked_for_is_found_again(opened: Panel, ask: AskSection, backend: FakeBackend, qtbot: QtBot):
    for prompt in ("boots on gravel", "a door, heavy", "boots on gravel"):
        ask.prompt.prompt.setPlainText(prompt)
        generate(opened, backend, qtbot)
    QTest.mouseClick(ask.shelf.presets_link, LEFT)
    QTest.mouseClick(ask.shelf.history_link, LEFT)
    assert not ask.shelf.presets.isVisible()
    assert not ask.shelf.presets_link.isChecked()
    history = ask.shelf.history
    assert [wish.prompt for wish in opened.state.history.wishes] == ["boots on gravel", "a door, heavy"]
    QTest.keyClicks(history.search, "HEAVY door")
    assert history.list.count() == 1
    QTest.keyClick(history.list, Qt.Key.Key_Return)
    assert opened.state.request.prompt == "boots on gravel"  # no line was chosen yet
    click_line(history.list, 0)
    assert opened.state.request.prompt == "a door, heavy"
    QTest.keyClicks(history.search, " nowhere")
    assert history.hint.isVisible()


def test_each_shot_can_have_a_prompt(opened: Panel, ask: AskSection, backend: FakeBackend, qtbot: QtBot):
    QTest.mouseClick(ask.shelf.shots_link, LEFT)
    assert ask.shelf.shots.hint.isVisible()
    cues = opened.state.cues
    shots = (Shot(start=0, frames=20, name="a"), Shot(start=20, frames=30, name="b"), Shot(start=50, frames=22))
    cues.set_picture(cues.cues, cues.curve, cues.curve_rate, shots)
    first, second, third = ask.shelf.shots.fields
    assert first.placeholderText() == "same as above"
    QTest.keyClicks(second, "rain")
    QTest.keyClicks(third, "wind")
    third.clear()
    QTest.keyClicks(third, " ")
    request = generate(opened, backend, qtbot)
    assert [(shot.frame, shot.prompt) for shot in request.shot_prompts] == [(20, "rain")]
    opened.state.range.mark(10, 60)
    assert [shot.frame for shot in opened.state.request.shot_prompts_in(10, 60)] == [10]


def test_the_engines_sounds_join_the_prompt(opened: Panel, ask: AskSection):
    menu = ask.shelf.menu()
    assert menu is not None
    groups = {action.text(): action.menu() for action in menu.actions()}
    assert list(groups) == ["Steps", "Weather"]
    for group in ("Steps", "Weather"):
        inside = groups[group]
        assert inside is not None
        inside.actions()[0].trigger()
    assert ask.prompt.prompt.toPlainText() == "Gravel, Rain"
    menu.deleteLater()
    opened.state.request.set_engines((MINI,))
    assert ask.shelf.menu() is None
    assert not ask.shelf.sounds_link.isVisible()


def test_how_the_engine_reads_the_prompt_is_said_below_it(
    opened: Panel, ask: AskSection, backend: FakeBackend, qtbot: QtBot
):
    heard = (KnownSound(label="Gravel", similarity=0.9, note="far away"), KnownSound(label="Rain", similarity=0.7))
    near = (KnownSound(label="Engine", similarity=0.4), KnownSound(label="Wind", similarity=0.3))
    backend.understood = {
        "steps": Understood(engine="mini", prompt="steps", sounds=heard),
        "dragon": Understood(engine="mini", prompt="dragon", sounds=near, known=False),
    }
    QTest.keyClicks(ask.prompt.prompt, "steps")
    until(qtbot, lambda: ask.prompt.heard.words.whole() == "Heard as: Gravel (far away) + Rain")
    assert len([request for request, _ in backend.requests if isinstance(request, Understand)]) == 1
    ask.prompt.prompt.setPlainText("dragon")
    until(qtbot, lambda: len(ask.prompt.heard.near) == 2)
    QTest.mouseClick(ask.prompt.heard.near[1], LEFT)
    assert ask.prompt.prompt.toPlainText() == "Wind"
    ask.prompt.prompt.clear()
    assert not ask.prompt.heard.words.isVisible()


def test_what_the_picture_suggests_is_one_click_away(opened: Panel, ask: AskSection):
    opened.state.request.set_suggestions(("a hammer hits wood", "sawing"))
    chips = ask.prompt.heard.suggested
    assert [chip.text() for chip in chips] == ["a hammer hits wood", "sawing"]
    QTest.mouseClick(chips[0], LEFT)
    QTest.mouseClick(ask.prompt.heard.suggested[0], LEFT)
    assert opened.state.request.prompt == "a hammer hits wood, sawing"
    assert not ask.prompt.heard.isVisible()


def test_strengths_are_those_that_the_engine_takes_and_go_back(
    opened: Panel, ask: AskSection, backend: FakeBackend, qtbot: QtBot
):
    QTest.mouseClick(ask.shelf.strengths_link, LEFT)
    strengths = ask.shelf.strengths
    text, cues = strengths.sliders["text"], strengths.sliders["cues"]
    assert text.isVisible()
    assert not strengths.sliders["picture"].isVisible()
    QTest.keyClick(text, Qt.Key.Key_Right)
    QTest.keyClick(cues, Qt.Key.Key_End)
    strengths.setting.setCurrentIndex(1)
    strengths.setting.activated.emit(1)
    request = generate(opened, backend, qtbot)
    assert request.guidance == Guidance(text=2.625, cues=4.5)
    assert request.setting == "faithful"
    QTest.mouseDClick(cues, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(3, 5))
    QTest.keyClick(text, Qt.Key.Key_Backspace)
    assert opened.state.request.guidance == Guidance()
    opened.state.request.set_engines((MINI,))
    assert strengths.hint.isVisible()


def test_suggestions_come_with_the_analysis(panel: Panel, backend: FakeBackend, qtbot: QtBot, clip):
    backend.script = Script(suggestions=("glass breaks",))
    panel.controller.open(clip)
    until(qtbot, lambda: panel.state.request.suggestions == ("glass breaks",))
    until(qtbot, lambda: not panel.state.job.analysing)
