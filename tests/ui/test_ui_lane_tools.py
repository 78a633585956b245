# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the lane: sources of cues, how many, and files of cues; through the panel and the fake backend."""

import wave
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.mouse import LEFT
from fakes.waiting import until
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import Analyse, Generate
from foleycue_ui.panel import Panel

PICTURE, GUIDE, USER = CueSource.PICTURE, CueSource.GUIDE, CueSource.USER
RIGHT = Qt.Key.Key_Right


def samples(panel: Panel) -> list[int]:
    return [cue.sample for cue in panel.state.cues.cues]


def test_the_slider_exchanges_predicted_cues_once_the_hand_rests_and_leaves_those_of_the_user(
    opened: Panel, backend: FakeBackend, qtbot: QtBot
):
    tools, state = opened.lane_section.cue_tools, opened.state
    state.cues.add(90_000)
    state.cues.select({0})
    state.cues.delete_selected()
    asked = len([r for r, _ in backend.requests if isinstance(r, Analyse)])
    more = (Cue(4_800, 0.9, PICTURE), Cue(24_000, 0.6, PICTURE), Cue(60_000, 0.2, PICTURE))
    backend.script = Script(cues=more, confidence=0.2, cached=True)
    tools.sensitivity.setFocus()
    for _ in range(6):
        QTest.keyClick(tools.sensitivity, RIGHT)
    until(qtbot, lambda: samples(opened) == [24_000, 60_000, 90_000])
    found = [r for r, _ in backend.requests if isinstance(r, Analyse)]
    assert len(found) == asked + 1
    assert found[-1].cues.sensitivity == 0.8
    assert tools.confidence.whole() == "few clear events: suggestions only"
    assert "what you removed stay" in tools.sensitivity.toolTip()
    opened.controller.generate()
    until(qtbot, lambda: any(isinstance(r, Generate) for r, _ in backend.requests))
    assert backend.wait_for(Generate).cues.sensitivity == 0.8


def test_from_picture_brings_all_predicted_cues_back_and_keeps_the_user_s(opened: Panel):
    tools, state = opened.lane_section.cue_tools, opened.state
    assert not tools.from_picture.isEnabled()
    state.cues.clear()
    state.cues.add(90_000)
    QTest.mouseClick(tools.from_picture, LEFT)
    assert samples(opened) == [4_800, 24_000, 90_000]
    QTest.mouseClick(tools.undo, LEFT)
    assert samples(opened) == [90_000]
    QTest.mouseClick(tools.clear, LEFT)
    assert state.cues.sheet == ()
    assert tools.legend.accessibleName() == "No cues: click to add"


def test_a_range_without_sound_has_no_guide_and_says_so(opened: Panel, qtbot: QtBot):
    before = opened.state.cues.cues
    QTest.mouseClick(opened.lane_section.cue_tools.from_guide, LEFT)
    until(qtbot, lambda: any("no sound to take cues from" in n.text for n in opened.state.notices.notices))
    assert opened.state.cues.cues == before
    assert opened.state.cues.source == PICTURE


def test_cues_from_the_guide_track_take_the_place_of_the_picture_s(
    opened: Panel, backend: FakeBackend, qtbot: QtBot, tmp_path: Path
):
    sounding = with_sound(opened, tmp_path)
    opened.controller.open(sounding)
    until(qtbot, lambda: opened.state.guide.sound is not None and opened.state.cues.known)
    until(qtbot, lambda: not opened.state.job.analysing)
    assert opened.lane_section.cue_lane.view.waves == 1
    opened.state.cues.add(90_000)
    backend.script = Script(cues=(Cue(12_000, 0.7, GUIDE),))
    QTest.mouseClick(opened.lane_section.cue_tools.from_guide, LEFT)
    until(qtbot, lambda: samples(opened) == [12_000, 90_000])
    assert backend.wait_for(Analyse).cues.source == GUIDE
    assert opened.lane_section.cue_tools.legend.accessibleName() == "2 cues: 1 from the guide track, 1 yours"
    opened.state.cues.undo()
    assert samples(opened) == [4_800, 24_000, 90_000]


def with_sound(panel: Panel, folder: Path) -> Path:
    """A timeline of the clip that is open, with a sound of its own under it."""
    import opentimelineio as otio

    clip, sound = panel.state.range.path, folder / "sound.wav"
    assert clip is not None
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes((np.sin(np.arange(24_000) / 9) * 9_000).astype("<i2").tobytes())
    edit = otio.schema.Timeline("edit")
    rate = float(panel.state.range.rate)
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(60, rate))
    for kind, path in (("Video", clip), ("Audio", sound)):
        track = otio.schema.Track(kind, kind=kind)
        track.append(otio.schema.Clip(kind, otio.schema.ExternalReference(str(path)), span))
        edit.tracks.append(track)
    target = folder / "edit.otio"
    otio.adapters.write_to_file(edit, str(target))
    return target


def choose_in_dialog(panel: Panel, what: str, path: Path) -> None:
    """Choose import or export from the menu, and a file in the dialog that opens without stopping the panel."""
    QTest.mouseClick(panel.lane_section.cue_tools.files, LEFT)
    # The newest: an older one may still wait to be deleted.
    menu = panel.lane_section.cue_tools.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.objectName() == what).trigger()
    menu.close()
    dialog = panel.lane_section.cue_tools.findChildren(QFileDialog)[-1]
    dialog.fileSelected.emit(str(path))
    dialog.close()


def test_cue_sheets_are_exported_imported_and_undone(opened: Panel, qtbot: QtBot, tmp_path: Path):
    path = tmp_path / "labels.txt"
    opened.state.cues.add(90_000)
    choose_in_dialog(opened, "export", path)
    until(qtbot, path.exists)
    path.write_text("0.25\t0.25\tknock\n1.5\t1.5\t0.4 performed\n")
    choose_in_dialog(opened, "import", path)
    until(qtbot, lambda: samples(opened) == [12_000, 72_000])
    assert opened.state.cues.cues[1] == Cue(72_000, 0.4, CueSource.PERFORMED)
    notice = next(n for n in opened.state.notices.notices if n.key == "cue-sheet")
    assert notice.text == "2 cues from labels.txt."
    assert notice.run is not None
    notice.run()
    assert samples(opened) == [4_800, 24_000, 90_000]


def test_a_bad_sheet_is_one_sentence_and_changes_nothing(opened: Panel, qtbot: QtBot, tmp_path: Path):
    path = tmp_path / "list.json"
    path.write_text("knock")
    before = opened.state.cues.cues
    drop(opened, path)
    until(qtbot, lambda: any("not a JSON list" in n.text for n in opened.state.notices.notices))
    assert opened.state.cues.cues == before
    assert not opened.state.cues.can_undo


def test_a_file_dropped_on_the_lane_is_a_cue_sheet_not_a_timeline(opened: Panel, qtbot: QtBot, tmp_path: Path):
    path = tmp_path / "cues.json"
    path.write_text('[{"time": 1.0}]')
    drop(opened, path)
    until(qtbot, lambda: samples(opened) == [48_000])
    assert opened.state.range.opening == ""


def drop(panel: Panel, path: Path) -> None:
    """Drag a file over the lane and let it go."""
    lane, data = panel.lane_section.cue_lane, QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    centre = lane.rect().center()
    QApplication.sendEvent(lane, QDragEnterEvent(centre, copy, data, LEFT, none))
    QApplication.sendEvent(lane, QDropEvent(QPointF(centre), copy, data, LEFT, none))
