# SPDX-License-Identifier: GPL-3.0-or-later
"""One press, several generations: a stem each object, in stereo, by several engines; all stems onto the timeline."""

from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import MINI, FakeBackend
from fakes.waiting import until
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import EngineList, Generate
from foleycue_shared.timeline import find_placed
from foleycue_ui.model.seen_object import Box
from foleycue_ui.panel import Panel

LEFT = Qt.MouseButton.LeftButton
MINE = (Cue(9_000, 0.7, CueSource.USER),)
TANGO = msgspec.structs.replace(MINI, id="tango", name="Tango", weights_licence="CC-BY-NC-SA-4.0")
GONE = msgspec.structs.replace(MINI, id="vta-ldm", name="VTA-LDM", available=False, reason="Pull the weights first.")


@pytest.fixture
def asked(opened: Panel) -> Panel:
    """Two objects, the second selected and with a cue of the user's own; one take of each."""
    regions, cues = opened.state.regions, opened.state.cues
    regions.add(0, Box(0.1, 0.1, 0.3, 0.3))
    regions.describe(0, label="car", prompt="tyres on gravel")
    cues.load(MINE)
    regions.add(0, Box(0.6, 0.1, 0.3, 0.3))
    regions.describe(1, label="dog")
    cues.load([Cue(1_000, 0.5, CueSource.USER)])
    opened.state.request.set(prompt="a street", takes=1)
    return opened


def sent(backend: FakeBackend) -> list[Generate]:
    return [request for request, _ in backend.requests if isinstance(request, Generate)]


def press(panel: Panel, qtbot: QtBot, takes: int) -> None:
    before = len(panel.state.takes.entries)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: not panel.state.job.active and len(panel.state.takes.entries) == before + takes)


def test_each_object_has_its_own_words_place_and_cues(asked: Panel, backend: FakeBackend, qtbot: QtBot):
    spread = asked.ask_section.spread
    assert spread.stems.isChecked()
    assert asked.ask_section.generate_bar.generate.text() == "Generate 2 takes"
    QTest.mouseClick(spread.stereo, LEFT)
    press(asked, qtbot, 2)
    car, dog = sent(backend)
    assert (car.stem, car.prompt, car.cue_sheet, car.stereo) == ("car", "tyres on gravel", MINE, True)
    assert [cue.sample for cue in dog.cue_sheet or ()] == [1_000]
    assert (dog.stem, dog.prompt) == ("dog", "dog")
    assert car.seeds == dog.seeds
    assert [car.cues.regions, dog.cues.regions] == [seen.keys for seen in asked.state.regions.objects]
    cards = asked.takes_section.takes.cards
    assert [card.prompt.whole() for card in cards] == ["car: tyres on gravel", "dog"]
    assert "stereo" in cards[0].facts.whole()
    assert len(asked.state.takes.rounds()) == 1
    QTest.mouseClick(spread.stems, LEFT)
    assert asked.ask_section.generate_bar.generate.text() == "Generate 1 take"
    press(asked, qtbot, 1)
    assert (sent(backend)[-1].stem, sent(backend)[-1].prompt) == ("dog", "a street")


def test_all_stems_go_onto_the_timeline_and_out_again(asked: Panel, qtbot: QtBot, tmp_path: Path):
    press(asked, qtbot, 2)
    copy = tmp_path / "copy.otio"
    asked.controller.insertion._ask_path = lambda _: copy
    (heading,) = asked.takes_section.takes.rounds
    assert heading.insert_stems.text() == "Insert all 2 stems"
    QTest.mouseClick(heading.insert_stems, LEFT)
    until(qtbot, lambda: any(notice.key == "insert" for notice in asked.state.notices.notices))
    notice = next(n for n in asked.state.notices.notices if n.key == "insert")
    assert "car, dog" in notice.text, notice.detail
    saved = otio.adapters.read_from_file(str(copy))
    assert {find_placed(saved, track) for track in ("car", "dog")} == {asked.state.range.marked}
    assert all(entry.stored.used for entry in asked.state.takes.entries)
    assert notice.run is not None
    notice.run()
    until(qtbot, lambda: not copy.exists())
    until(qtbot, lambda: not any(entry.stored.used for entry in asked.state.takes.entries))


def test_all_stems_are_taken_back_by_the_key_that_takes_one_take_back(asked: Panel, qtbot: QtBot, tmp_path: Path):
    press(asked, qtbot, 2)
    copy = tmp_path / "copy.otio"
    asked.controller.insertion._ask_path = lambda _: copy
    cues = asked.state.cues.cues
    asked.controller.insert(asked.state.takes.entries[0].take.take_id)
    until(qtbot, lambda: any(notice.key == "insert" for notice in asked.state.notices.notices))
    one = copy.read_bytes()
    (heading,) = asked.takes_section.takes.rounds
    QTest.mouseClick(heading.insert_stems, LEFT)
    until(qtbot, lambda: any("car, dog" in notice.text for notice in asked.state.notices.notices))
    assert copy.read_bytes() != one
    QTest.keyClick(asked, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: any("was undone" in notice.text for notice in asked.state.notices.notices))
    assert copy.read_bytes() == one, "both stems and nothing else"
    assert [entry.stored.used for entry in asked.state.takes.entries] == [True, False]
    assert asked.state.cues.cues == cues


def test_engines_make_the_same_side_by_side(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    request = opened.state.request
    backend.send(EngineList(engines=(MINI, TANGO, GONE)))
    until(qtbot, lambda: len(request.engines) == 3)
    button = opened.ask_section.options.compare
    menu = button.menu_of_engines()
    tango, gone = menu.actions()
    assert (gone.isEnabled(), gone.toolTip()) == (False, "Pull the weights first.")
    tango.trigger()
    menu.deleteLater()
    assert (button.text(), "Tango" in button.toolTip()) == ("+1", True)
    request.set(prompt="knock", takes=1)
    assert opened.ask_section.generate_bar.generate.text() == "Generate 2 takes"
    press(opened, qtbot, 2)
    first, second = sent(backend)
    assert (first.engine, second.engine) == ("mini", "tango")
    assert (first.seeds, first.prompt, first.cue_sheet) == (second.seeds, second.prompt, second.cue_sheet)
    assert len(opened.state.takes.rounds()) == 1
    badges = [card.badge.text() for card in opened.takes_section.takes.cards]
    assert badges[0].startswith("mini")
    assert badges[1].startswith("tango")
