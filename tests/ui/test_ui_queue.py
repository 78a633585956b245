# SPDX-License-Identifier: GPL-3.0-or-later
"""Several generations at once: order, cancelling, ranges, failures, a hanging engine, and its memory."""

import time

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.waiting import until, wait_ready
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import TakeStore
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import DEFAULT_SETTING, Cancel, Generate, Unload, WorkerState
from foleycue_ui.model.job import JobModel
from foleycue_ui.model.pace import PaceModel
from foleycue_ui.model.settings import IDLE_MINUTES, PACE
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.queue_list import QueueList

LEFT = Qt.MouseButton.LeftButton
SLOW = Script(hold_at="vocode")


def ask(panel: Panel, qtbot: QtBot, *prompts: str) -> QueueList:
    """Queue one take for each prompt."""
    section = panel.ask_section
    section.options.takes.setValue(1)
    for prompt in prompts:
        section.prompt.prompt.setPlainText(prompt)
        QTest.mouseClick(section.generate_bar.generate, LEFT)
    until(qtbot, lambda: all(item.plan is not None for item in panel.state.queue.items))
    return section.queue


def sent(backend: FakeBackend) -> list[str]:
    return [request.prompt for request, _ in backend.requests if isinstance(request, Generate)]


def on_disk(backend: FakeBackend) -> list[str]:
    return [plan.request.prompt for plan in TakeStore(backend.places).unfinished()]


def test_what_waits_can_be_reordered_and_taken_out(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = SLOW
    queue = ask(opened, qtbot, "one", "two", "three", "four")
    until(qtbot, lambda: opened.state.job.phase == "diffuse")
    assert sent(backend) == ["one"]
    assert [row.words.whole().split(" · ")[0] for row in queue.rows] == ["two", "three", "four"]
    assert not queue.rows[0].up.isEnabled()  # what runs stays first
    QTest.mouseClick(queue.rows[2].up, LEFT)
    QTest.mouseClick(queue.rows[1].cancel, LEFT)
    QTest.mouseClick(queue.rows[0].down, LEFT)
    assert [item.prompt for item in opened.state.queue.items] == ["one", "three", "two"]
    until(qtbot, lambda: on_disk(backend) == ["one", "three", "two"])
    backend.release()
    until(qtbot, lambda: not opened.state.job.active)
    assert sent(backend) == ["one", "three", "two"]
    assert [card.prompt.whole() for card in opened.takes_section.takes.cards] == ["two", "three", "one"]
    until(qtbot, lambda: on_disk(backend) == [])


def test_a_row_is_dragged_to_another_place(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = SLOW
    queue = ask(opened, qtbot, "one", "two", "three", "four")
    until(qtbot, lambda: opened.state.job.phase == "diffuse")

    def waiting() -> list[str]:
        return [row.words.whole().split(" · ")[0] for row in queue.rows]

    held = queue.rows[2]
    middle = held.rect().center()
    QTest.mousePress(held, LEFT, pos=middle)
    for wanted in (["two", "four", "three"], ["four", "two", "three"]):
        place = held.y()
        QTest.mouseMove(held, middle - QPoint(0, held.height() // 3))
        assert waiting() != wanted
        QTest.mouseMove(held, middle - QPoint(0, held.height()))
        assert waiting() == wanted
        until(qtbot, lambda place=place: held.y() < place)
    QTest.mouseMove(held, middle - QPoint(0, 3 * held.height()))  # what runs stays first
    QTest.mouseRelease(held, LEFT, pos=middle)
    QTest.mouseMove(held, middle + QPoint(0, 3 * held.height()))
    assert waiting() == ["four", "two", "three"]
    until(qtbot, lambda: on_disk(backend) == ["one", "four", "two", "three"])
    backend.release()
    until(qtbot, lambda: not opened.state.job.active)
    assert sent(backend) == ["one", "four", "two", "three"]


def test_cancel_stops_the_first_and_the_next_goes_on(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(step_seconds=0.05)
    ask(opened, qtbot, "one", "two")
    until(qtbot, lambda: opened.state.job.state == "running")
    QTest.mouseClick(opened.ask_section.generate_bar.cancel, LEFT)
    assert opened.state.job.text() == "Cancelling…"
    backend.wait_for(Cancel)
    backend.script = Script()
    until(qtbot, lambda: not opened.state.job.active)
    assert [card.prompt.whole() for card in opened.takes_section.takes.cards] == ["two"]


def test_each_keeps_the_range_it_was_asked_for(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = SLOW
    ask(opened, qtbot, "all of it")
    opened.state.range.mark(10, 60)
    wait_ready(opened, qtbot)
    queue = ask(opened, qtbot, "a part")
    assert queue.rows[0].words.whole().startswith("a part · 00:00:00:10 · 2.1 s")
    opened.state.cues.add(20_000)
    backend.release()
    until(qtbot, lambda: not opened.state.job.active)
    requests = [request for request, _ in backend.requests if isinstance(request, Generate)]
    assert [request.scope.frames for request in requests] == [72, 50]
    assert 20_000 not in [cue.sample for cue in requests[1].cue_sheet or ()]
    assert [card.prompt.whole() for card in opened.takes_section.takes.cards] == ["a part"]
    frame = next(frame for frame in opened.notices.frames if frame.notice.key == "away")
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    wait_ready(opened, qtbot)
    until(qtbot, lambda: [card.prompt.whole() for card in opened.takes_section.takes.cards] == ["all of it"])


def test_a_take_that_arrives_while_its_range_is_read_comes_on_screen(
    opened: Panel, backend: FakeBackend, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    ask(opened, qtbot, "before")
    until(qtbot, lambda: not opened.state.job.active)
    backend.script = SLOW
    ask(opened, qtbot, "meanwhile")
    opened.state.range.mark(10, 60)
    wait_ready(opened, qtbot)
    marking = opened.controller.marking
    take_range = marking._take_range

    def take_late(found: Selection) -> None:
        """The range was read; before it is shown, the take is stored."""
        backend.release()
        until(qtbot, lambda: any(notice.key == "away" for notice in opened.state.notices.notices))
        take_range(found)

    monkeypatch.setattr(marking, "_take_range", take_late)
    opened.state.range.mark(0, 72)
    takes = opened.takes_section.takes
    until(qtbot, lambda: [card.prompt.whole() for card in takes.cards] == ["meanwhile", "before"])
    assert opened.state.notices.notices == ()


def test_a_failure_leaves_the_others_alone_and_can_be_tried_again(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped: try again."), step_seconds=0.02)
    ask(opened, qtbot, "one", "two")
    until(qtbot, lambda: sent(backend) == ["one", "two"])
    until(qtbot, lambda: not opened.state.job.active)
    opened.ask_section.prompt.prompt.setPlainText("something else")
    backend.script = Script()
    frame = next(frame for frame in opened.notices.frames if frame.notice.key == "job")
    assert frame.action is not None
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, lambda: [card.prompt.whole() for card in opened.takes_section.takes.cards] == ["two"])
    until(qtbot, lambda: not opened.state.job.active)


def test_a_hanging_engine_is_named_and_restarted(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = SLOW
    ask(opened, qtbot, "one", "two")
    until(qtbot, lambda: opened.state.job.phase == "diffuse")
    backend.send(WorkerState(state="stalled", engine="mini"))
    until(qtbot, lambda: any(notice.key == "stalled" for notice in opened.state.notices.notices))
    frame = next(frame for frame in opened.notices.frames if frame.notice.key == "stalled")
    assert frame.notice.text.startswith("FoleyCue mini has not said a word")
    assert frame.action is not None
    assert frame.action.text() == "Restart engine"
    backend.script = Script()
    QTest.mouseClick(frame.action, LEFT)
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 2 and not opened.state.job.active)
    assert sent(backend) == ["one", "one", "two"]
    assert not any(notice.key in ("job", "stalled") for notice in opened.state.notices.notices)


def test_the_engines_memory_is_given_back_on_a_click_and_after_idle_minutes(
    opened: Panel, backend: FakeBackend, qtbot: QtBot
):
    queue = opened.ask_section.queue
    backend.send(WorkerState(state="idle", engine="mini", device="cuda:0"))
    until(qtbot, lambda: queue.free.isVisible() and queue.free.text() == "Free the GPU")
    assert queue.memory.text() == "FoleyCue mini is in memory"
    QTest.mouseClick(queue.free, LEFT)
    backend.wait_for(Unload)
    until(qtbot, lambda: not queue.free.isVisible())
    timer = opened.controller.release._idle
    assert not timer.isActive()
    backend.send(WorkerState(state="idle", engine="mini"))
    until(qtbot, timer.isActive)
    opened.settings.set(IDLE_MINUTES, 2)
    assert timer.interval() == 120_000
    timer.timeout.emit()
    backend.wait_for(Unload, count=2)


def test_how_long_it_will_take_is_learned_and_said_beforehand(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    pace, generate = opened.state.pace, opened.ask_section.generate_bar.generate
    assert "about" not in generate.toolTip()
    pace.decode('{"mini/default": 4.0}')  # what a slower machine learned
    assert generate.toolTip() == "Make new takes of the marked range: about 36 s on this computer"
    backend.script = Script(hold_at="decode")
    queue = ask(opened, qtbot, "one", "two")
    assert queue.rows[0].words.whole().endswith(" · 1 take · about 12 s")
    until(qtbot, lambda: opened.state.job.step == 4)
    assert opened.state.job.text() == "Loading the engine · step 4/4 · about 12 s"
    backend.script = Script(step_seconds=0.02)
    backend.release()
    until(qtbot, lambda: not opened.state.job.active)
    expected = pace.expected("mini", DEFAULT_SETTING, 1.0)
    assert expected is not None and expected < 4.0
    assert opened.settings.value(PACE, "") == pace.encode()


def test_the_newest_measurement_counts_most_and_nonsense_counts_nothing():
    pace = PaceModel()
    pace.learn("mini", "default", 10.0, 20.0)
    pace.learn("mini", "default", 10.0, 30.0)
    assert pace.expected("mini", "default", 1.0) == pytest.approx(2.3)
    assert pace.expected("mini", "faithful", 1.0) is None
    other = PaceModel()
    other.decode(pace.encode())
    assert other.expected("mini", "default", 1.0) == pace.expected("mini", "default", 1.0)
    other.decode("nonsense")
    assert other.expected("mini", "default", 1.0) is None


def test_progress_runs_on_between_reports_but_not_far_ahead(monkeypatch: pytest.MonkeyPatch):
    now = time.monotonic()
    job = JobModel()
    job.begin(2, "job")
    monkeypatch.setattr("foleycue_ui.model.job.monotonic", lambda: now)
    job.update(state="running", phase="diffuse", step=1, steps=10, fraction=0.2, eta=20.0)
    assert job.text() == "Making sound · 1 of 2 · step 1/10 · 20 s left"
    shown = []
    for seconds in (0.0, 0.5, 1.0, 60.0):
        monkeypatch.setattr("foleycue_ui.model.job.monotonic", lambda seconds=seconds: now + seconds)
        shown.append(round(job.fraction_now(), 3))
    assert shown == [0.2, 0.22, 0.24, 0.26]
    assert job.text().endswith("1 s left")
