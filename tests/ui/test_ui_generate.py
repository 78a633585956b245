# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job by mouse against a scripted backend: progress, takes, cancel, failure, a lost backend, insertion."""

from pathlib import Path

import opentimelineio as otio
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.numbered_film import write_numbered
from fakes.waiting import until, wait_ready
from foleycue_shared.cues import CueSource
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import Analyse, Cancel, Generate, WorkerState
from foleycue_ui.panel import Panel

LEFT = Qt.MouseButton.LeftButton


def generate(panel: Panel, qtbot: QtBot, takes: int = 2, prompt: str = "a hammer hits wood") -> None:
    panel.ask_section.prompt.prompt.setPlainText(prompt)
    panel.ask_section.options.takes.setValue(takes)
    before = len(panel.state.takes.entries)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: not panel.state.job.active and len(panel.state.takes.entries) == before + takes)


def notice(panel: Panel, key: str) -> str:
    return next((n.text for n in panel.state.notices.notices if n.key == key), "")


def test_opening_marks_reads_and_analyses(opened: Panel, backend: FakeBackend):
    analyse = backend.wait_for(Analyse)
    assert analyse.scope.frames == 72
    assert analyse.scope.rate == "24000/1001"
    assert [cue.source for cue in opened.state.cues.cues] == [CueSource.PICTURE, CueSource.PICTURE]
    assert len(opened.state.cues.curve) > 0
    assert opened.state_bar.name.whole() == "numbers.mp4"
    assert opened.state_bar.status.text() == "Ready"
    assert opened.picture_section.range_strip.out_field.text() == "00:00:03:00"


def test_takes_arrive_as_cards_and_are_acknowledged(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.state.request.set_seed(100)
    opened.ask_section.prompt.negative.setText("music")
    generate(opened, qtbot)
    request = backend.wait_for(Generate)
    assert (request.prompt, request.negative, request.seeds) == ("a hammer hits wood", "music", (100, 101))
    assert request.cue_sheet == opened.state.cues.cues
    first, second = opened.takes_section.takes.cards
    assert "seed 100" in first.facts.whole()
    assert "cues ±" in first.facts.whole()
    assert first.badge.text().startswith("mini · ")
    assert first.prompt.whole() == "a hammer hits wood"
    assert first.property("chosen") == "true"
    assert second.property("chosen") == "false"
    assert opened.takes_section.takes.cards[0].entry.path.exists()
    assert len(first.entry.sound.samples) == round(72 * 48_000 * 1001 / 24_000)
    until(qtbot, lambda: len(backend.acknowledged) == 2)
    QTest.mouseClick(second, LEFT)
    assert opened.state.takes.chosen_id == second.take_id


def test_edited_cues_are_sent_and_kept_for_another_prompt(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.state.cues.add(72_000, 0.5)
    generate(opened, qtbot, takes=1)
    assert len(backend.wait_for(Generate).cue_sheet or ()) == 3
    generate(opened, qtbot, takes=1, prompt="glass breaks")
    again = backend.wait_for(Generate, count=2)
    assert again.prompt == "glass breaks"
    assert again.cue_sheet == opened.state.cues.cues
    assert len([r for r, _ in backend.requests if isinstance(r, Analyse)]) == 1
    assert len(opened.takes_section.takes.cards) == 2


def test_progress_names_phase_and_step(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(hold_at="vocode")
    QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    ask = opened.ask_section
    until(qtbot, lambda: "Making sound" in ask.queue.progress.text())
    assert ask.queue.progress.isVisible()
    assert ask.generate_bar.cancel.isEnabled()
    assert ask.generate_bar.generate.text() == "Queue 3 more takes"
    backend.release()
    until(qtbot, lambda: not opened.state.job.active)
    assert not ask.queue.progress.isVisible()
    assert ask.generate_bar.generate.text() == "Generate 3 takes"


def test_cancel_ends_the_job_and_says_so_to_the_backend(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(step_seconds=0.2)
    QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: opened.state.job.state == "running")
    QTest.mouseClick(opened.ask_section.generate_bar.cancel, LEFT)
    assert opened.state.job.state == "cancelling"
    assert not opened.ask_section.generate_bar.cancel.isEnabled()
    until(qtbot, lambda: not opened.state.job.active)
    assert backend.wait_for(Cancel).job_id == backend.wait_for(Generate).job_id
    assert opened.takes_section.takes.cards == []


def test_cancel_before_anything_was_sent(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.controller.generate()
    assert opened.state.job.state == "preparing"
    opened.controller.cancel()
    assert not opened.state.job.active
    qtbot.wait(300)
    assert not [r for r, _ in backend.requests if isinstance(r, Generate)]
    assert opened.controller._desk.store().unfinished() == []


def test_failure_is_a_notice_with_details_and_a_way_on(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped: try again."))
    QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: bool(notice(opened, "job")))
    assert not opened.state.job.active
    frame = opened.notices.frames[0]
    assert frame.accessibleName() == "Error: The sound engine stopped: try again."
    assert frame.copy is not None
    QTest.mouseClick(frame.copy, LEFT)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "worker-lost" in clipboard.text()
    backend.script = Script()
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 3 and not opened.state.job.active)
    assert notice(opened, "job") == ""


def test_refusal_is_told_and_dismissed(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(refuse=(ErrorCode.QUEUE_FULL, "Too many jobs wait: let one finish."))
    QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: "Too many jobs" in notice(opened, "job"))
    QTest.mouseClick(opened.notices.frames[0].close_button, LEFT)
    assert opened.state.notices.notices == ()
    assert not opened.notices.isVisible()


def test_a_lost_line_comes_back_and_the_job_goes_on(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(step_seconds=0.05)
    opened.ask_section.options.takes.setValue(2)
    QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: opened.state.job.state == "running")
    backend.drop_connections()
    backend.forget_jobs()
    until(qtbot, lambda: not opened.state.job.active, timeout=40_000)
    assert len(opened.takes_section.takes.cards) == 2
    assert len({entry.take.seed for entry in opened.state.takes.entries}) == 2


def test_worker_states_are_words(panel: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.send(WorkerState(state="stalled"))
    until(qtbot, lambda: panel.state_bar.status.text() == "Stalled")
    panel.state.link.set_state("failed", "Nobody answers.")
    assert panel.state_bar.status.text() == "Backend unreachable"


def test_insert_asks_once_and_writes_copies(
    opened: Panel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Path
):
    asked: list[Path] = []

    def ask(proposal: Path) -> Path:
        asked.append(proposal)
        return tmp_path / "copy-foley.otio"

    monkeypatch.setattr(opened.controller.insertion, "_ask_path", ask)
    generate(opened, qtbot)
    QTest.mouseClick(opened.takes_section.takes.cards[1].insert, LEFT)
    until(qtbot, lambda: "Inserted on track" in notice(opened, "insert"))
    assert asked == [clip.with_name("numbers-foley.otio")]
    saved = otio.adapters.read_from_file(str(tmp_path / "copy-foley.otio"))
    clips = [c for track in saved.audio_tracks() for c in track.find_clips()]
    assert len(clips) == 1
    assert len(clips[0].media_references()) == 2
    assert str(opened.takes_section.takes.cards[1].entry.path.name) in clips[0].media_reference.target_url
    assert "on the timeline" in opened.takes_section.takes.cards[1].facts.whole()
    opened.state.notices.clear("insert")
    opened.controller.insert()
    until(qtbot, lambda: "Inserted on track" in notice(opened, "insert"))
    assert len(asked) == 1
    saved = otio.adapters.read_from_file(str(tmp_path / "copy-foley.otio"))
    assert len([track for track in saved.audio_tracks() if list(track.find_clips())]) == 2


def test_insert_into_a_place_that_cannot_be_written_leaves_nothing(
    opened: Panel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "nowhere" / "deep.otio"
    monkeypatch.setattr(opened.controller.insertion, "_ask_path", lambda _: target)
    generate(opened, qtbot, takes=1)
    opened.controller.insert()
    until(qtbot, lambda: bool(notice(opened, "insert")))
    assert "Inserted" not in notice(opened, "insert")
    assert not target.exists()
    monkeypatch.setattr(opened.controller.insertion, "_ask_path", lambda _: None)
    opened.controller.insert()
    assert not target.exists()


def test_discard_can_be_undone_and_else_removes_the_file(opened: Panel, qtbot: QtBot):
    generate(opened, qtbot, takes=2)
    first = opened.takes_section.takes.cards[0]
    path = first.entry.path
    QTest.mouseClick(first.discard, LEFT)
    assert len(opened.takes_section.takes.cards) == 1
    assert path.exists()
    frame = next(f for f in opened.notices.frames if f.notice.key == "discard")
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, lambda: opened.takes_section.takes.cards[0].entry.path == path)
    QTest.mouseClick(opened.takes_section.takes.cards[0].discard, LEFT)
    opened.close()
    assert not path.exists()


def test_takes_and_cues_belong_to_their_range(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    generate(opened, qtbot, takes=1)
    opened.state.range.mark(10, 60)
    assert opened.takes_section.takes.cards == []
    wait_ready(opened, qtbot)
    assert backend.wait_for(Analyse, count=2).scope.frames == 50
    assert opened.takes_section.takes.cards == []
    opened.state.range.mark(0, 72)
    wait_ready(opened, qtbot)
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 1)


def test_an_analysis_that_fails_is_told_and_can_be_asked_again(
    panel: Panel, backend: FakeBackend, qtbot: QtBot, clip: Path
):
    backend.script = Script(fail=(ErrorCode.MEDIA_UNREADABLE, "The film cannot be read."), fail_at="decode")
    panel.controller.open(clip)
    until(qtbot, lambda: notice(panel, "analysis") == "The film cannot be read.")
    backend.script = Script()
    frame = panel.notices.frames[0]
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    wait_ready(panel, qtbot)
    assert notice(panel, "analysis") == ""


def test_a_file_that_is_no_timeline_is_a_sentence_and_leaves_what_is_open(opened: Panel, qtbot: QtBot, tmp_path: Path):
    bad = tmp_path / "bad.otio"
    bad.write_text("{")
    opened.controller.open(bad)
    assert opened.state_bar.name.whole() == "bad.otio"
    until(qtbot, lambda: bool(notice(opened, "open")))
    assert opened.state_bar.name.whole() == "numbers.mp4"


def test_dropping_a_file_opens_it(panel: Panel, qtbot: QtBot, clip: Path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(clip))])
    where, modifiers = QPoint(50, 50), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, Qt.DropAction.CopyAction, data, LEFT, modifiers)
    QApplication.sendEvent(panel, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(panel, QDropEvent(QPointF(where), Qt.DropAction.CopyAction, data, LEFT, modifiers))
    wait_ready(panel, qtbot)
    assert panel.state.range.path == clip


def test_unfinished_work_of_another_program_is_offered(panel: Panel, backend: FakeBackend, qtbot: QtBot, clip: Path):
    from foleycue_plugin.usecases import TakeStore, open_source, plan_generation, select_frames

    selection = select_frames(open_source(clip), 0, 72)
    plan = plan_generation(selection, seeds=(5,), prompt="from yesterday")
    TakeStore(backend.places).remember(plan)
    panel.controller.resumption.resume()
    until(qtbot, lambda: bool(notice(panel, "unfinished")))
    panel.controller.open(clip)
    wait_ready(panel, qtbot)
    frame = next(f for f in panel.notices.frames if f.notice.key == "unfinished")
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, lambda: len(panel.takes_section.takes.cards) == 1 and not panel.state.job.active)
    assert panel.takes_section.takes.cards[0].prompt.whole() == "from yesterday"
    until(qtbot, lambda: TakeStore(backend.places).unfinished() == [])


def test_two_films_can_be_opened_one_after_the_other(opened: Panel, qtbot: QtBot, tmp_path: Path):
    opened.state.cues.add(70_000)
    opened.state.request.set_shot_prompt(20, "rain")
    other = write_numbered(tmp_path / "other.mp4", frames=30, first=500)
    opened.controller.open(other)
    until(qtbot, lambda: opened.state.range.path == other)
    wait_ready(opened, qtbot)
    assert not opened.state.cues.edited
    assert opened.state.request.shot_prompts == {}
    assert opened.player.frames == 30


def test_the_strip_marks_by_mouse(opened: Panel, qtbot: QtBot):
    strip, model = opened.picture_section.range_strip.strip, opened.state.range
    y = strip.height() // 2
    QTest.mousePress(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(strip.x_of(0)), y))
    QTest.mouseMove(strip, QPoint(round(strip.x_of(20)), y))
    QTest.mouseRelease(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(strip.x_of(20)), y))
    assert (model.start, model.end) == (20, 72)
    assert opened.picture_section.range_strip.in_field.text() == model.timecode(20)
    QTest.mousePress(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(strip.x_of(72)), y))
    QTest.mouseMove(strip, QPoint(round(strip.x_of(50)), y))
    QTest.mouseRelease(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(strip.x_of(50)), y))
    assert (model.start, model.end) == (20, 50)
    QTest.mousePress(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(strip.x_of(35)), y))
    QTest.mouseMove(strip, QPoint(round(strip.x_of(0)), y))
    QTest.mouseRelease(strip, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(0, y))
    assert (model.start, model.end) == (0, 30)
    QTest.keyClick(strip, Qt.Key.Key_O)
    QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(strip, Qt.Key.Key_I)
    QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
    assert (model.start, model.end) == (24, 31)
    wait_ready(opened, qtbot)


def test_the_fields_mark_by_timecode_and_refuse_with_a_sentence(opened: Panel, qtbot: QtBot):
    model, field = opened.state.range, opened.picture_section.range_strip.in_field
    for text, start in (("00:00:01:00", 24), ("12f", 12), ("0.5s", 12)):
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert model.start == start
    for text, sentence in (("soon", "is not a position"), ("00:00:09:00", "In must lie between")):
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert model.start == 12
        assert field.property("role") == "wrong"
        assert sentence in notice(opened, "range")
    out = opened.picture_section.range_strip.out_field
    out.setText("60f")
    QTest.keyClick(out, Qt.Key.Key_Return)
    assert (model.start, model.end) == (12, 60)
    assert len(opened.takes_section.takes.cards) == 0
    wait_ready(opened, qtbot)
