# SPDX-License-Identifier: GPL-3.0-or-later
"""Several objects of a range: drawn, named, chosen, removed; each with its own cues and its own stem."""

import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.mouse import drag
from fakes.waiting import until, wait_ready
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import Analyse
from foleycue_ui.model.region import MAX_OBJECTS, RegionModel
from foleycue_ui.model.seen_object import Box
from foleycue_ui.model.snapshot import take_snapshot
from foleycue_ui.panel import Panel

LEFT = Qt.MouseButton.LeftButton
LOW, HIGH = Box(0.05, 0.1, 0.3, 0.4), Box(0.6, 0.5, 0.3, 0.4)


def draw(panel: Panel, box: Box) -> None:
    """Draw a rectangle on the picture by mouse."""
    overlay = panel.picture_section.region
    rect = overlay.box_rect(box)
    drag(overlay, rect.topLeft().toPoint(), rect.bottomRight().toPoint())


@pytest.fixture
def editing(opened: Panel) -> Panel:
    """The panel with the region opened."""
    QTest.mouseClick(opened.picture_section.transport.region, LEFT)
    return opened


def middle(panel: Panel, box: Box) -> QPointF:
    return panel.picture_section.region.box_rect(box).center()


def labels(panel: Panel) -> list[str]:
    return [chip.text() for chip in panel.picture_section.object_bar.chips]


def test_drawn_named_chosen_and_removed(editing: Panel, qtbot: QtBot):
    regions, bar = editing.state.regions, editing.picture_section.object_bar
    draw(editing, LOW)
    QTest.keyClicks(bar.name, "red car")
    draw(editing, HIGH)
    QTest.keyClicks(bar.name, "dog")
    QTest.keyClicks(bar.prompt, "a dog barks twice")
    assert [(seen.letter, seen.label, seen.words) for seen in regions.objects] == [
        ("A", "red car", "red car"),
        ("B", "dog", "a dog barks twice"),
    ]
    assert labels(editing) == ["Everything", "red car", "dog"]
    overlay = editing.picture_section.region
    QTest.mouseClick(overlay, LEFT, pos=middle(editing, LOW).toPoint())
    assert regions.selected is not None
    assert regions.selected.label == "red car"
    assert bar.name.text() == "red car"
    QTest.mouseClick(bar.chips[2], LEFT)
    assert bar.name.text() == "dog"
    QTest.mouseClick(bar.remove, LEFT)
    assert labels(editing) == ["Everything", "red car"]
    notice = next(n for n in editing.state.notices.notices if n.key == "region")
    assert "dog" in notice.text
    assert notice.run is not None
    notice.run()
    assert [seen.label for seen in regions.objects] == ["red car", "dog"]
    QTest.mouseClick(bar.chips[0], LEFT)
    assert regions.selected is None
    assert not bar.words.isVisible()


def test_the_lane_shows_the_selected_one_and_keeps_what_was_made_of_the_others(
    editing: Panel, backend: FakeBackend, qtbot: QtBot
):
    regions, cues = editing.state.regions, editing.state.cues
    draw(editing, LOW)
    until(qtbot, lambda: backend.wait_for(Analyse).cues.regions == regions.keys)
    wait_ready(editing, qtbot)
    cues.add(30_000)
    mine = cues.cues
    draw(editing, HIGH)
    until(qtbot, lambda: backend.wait_for(Analyse).cues.regions == regions.keys)
    wait_ready(editing, qtbot)
    cues.load([Cue(1_000, 0.5, CueSource.USER)])
    regions.select(0)
    assert cues.cues == mine
    until(qtbot, lambda: backend.wait_for(Analyse).cues.regions == regions.keys)
    wait_ready(editing, qtbot)
    assert cues.cues == mine
    regions.select(1)
    assert [cue.sample for cue in cues.cues] == [1_000]
    regions.select(None)
    wait_ready(editing, qtbot)
    assert not cues.edited
    assert backend.wait_for(Analyse).cues.regions == ()
    assert regions.kept_cues(0) == mine
    snapshot = take_snapshot(editing.state, "")
    assert snapshot.objects == regions.objects
    assert snapshot.selected is None


def test_there_are_as_many_as_can_be_told_apart(qtbot: QtBot):
    model = RegionModel()
    for _ in range(MAX_OBJECTS + 2):
        model.add(0, LOW)
    assert [seen.number for seen in model.objects] == list(range(MAX_OBJECTS))
    model.drop(3)
    model.add(5, HIGH)
    assert model.objects[-1].number == 3
    model.describe(3, label="  a   dog ")
    model.move_range(-9)
    assert [(seen.label, seen.keys) for seen in model.objects] == [("a dog", ())], "a name keeps what has no place"
