# SPDX-License-Identifier: GPL-3.0-or-later
"""A panel that was closed, or killed, is there again: timeline, range, cues, words, takes and queue."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.waiting import until, wait_ready
from foleycue_plugin.takes import TakeStore
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import Generate, Guidance
from foleycue_ui.app import client_factory
from foleycue_ui.model.seen_object import Box
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player

LEFT = Qt.MouseButton.LeftButton


@contextmanager
def panel_at(backend: FakeBackend, qtbot: QtBot) -> Iterator[Panel]:
    shown = Panel(backend.places, client_factory(backend.places), Player(make_clock=SilentClock))
    shown.show()
    shown.controller.start()
    try:
        until(qtbot, lambda: shown.state.link.state == "connected")
        yield shown
    finally:
        shown.close()
        shown.deleteLater()


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(clip, tmp_path / "film.mp4"))


def test_everything_is_there_again(backend: FakeBackend, qtbot: QtBot, film: Path):
    with panel_at(backend, qtbot) as first:
        state, ask = first.state, first.ask_section
        first.controller.open(film)
        wait_ready(first, qtbot)
        state.range.mark(12, 60)
        wait_ready(first, qtbot)
        state.cues.add(33_333)
        cues = state.cues.cues
        ask.options.takes.setValue(2)
        ask.prompt.prompt.setPlainText("boots on gravel")
        ask.prompt.no_music.setChecked(True)
        state.request.set_guidance(Guidance(text=3.0))
        state.request.set_shot_prompt(20, "rain")
        state.presets.save("Mine", state.request.wish)
        QTest.mouseClick(ask.generate_bar.generate, LEFT)
        until(qtbot, lambda: len(state.takes.entries) == 2 and not state.job.active)
        state.takes.choose_number(2)
        chosen = state.takes.chosen_id
        backend.script = Script(hold_at="vocode")
        for prompt in ("one", "two", "three"):
            ask.prompt.prompt.setPlainText(prompt)
            QTest.mouseClick(ask.generate_bar.generate, LEFT)
        until(qtbot, lambda: state.job.phase == "diffuse")
        until(qtbot, lambda: all(item.plan is not None for item in state.queue.items))
        QTest.mouseClick(ask.queue.rows[1].up, LEFT)
        state.request.set(prompt="half a sent")

    with panel_at(backend, qtbot) as second:
        state = second.state
        wait_ready(second, qtbot)
        until(qtbot, lambda: [item.prompt for item in state.queue.items] == ["one", "three", "two"])
        assert (state.range.path, state.range.start, state.range.end) == (film, 12, 60)
        assert state.cues.edited
        assert state.cues.cues == cues
        assert second.ask_section.prompt.prompt.toPlainText() == "half a sent"
        assert second.ask_section.prompt.no_music.isChecked()
        assert state.request.guidance == Guidance(text=3.0)
        assert state.request.shot_prompts == {20: "rain"}
        assert state.presets.presets[-1].name == "Mine"
        assert [wish.prompt for wish in state.history.wishes] == ["three", "two", "one", "boots on gravel"]
        until(qtbot, lambda: len(state.takes.entries) == 2)
        assert state.takes.chosen_id == chosen
        backend.release()
        until(qtbot, lambda: len(state.takes.entries) == 8 and not state.job.active)
        jobs = [request.job_id for request, _ in backend.requests if isinstance(request, Generate)]
        assert len(set(jobs)) == 4  # the one that ran was sent again under its own id
        until(qtbot, lambda: TakeStore(backend.places).unfinished() == [])


def test_a_killed_backend_costs_nothing(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    backend.script = Script(step_seconds=0.02)
    opened.state.cues.add(50_000)
    cues = opened.state.cues.cues
    for prompt in ("one", "two"):
        opened.ask_section.prompt.prompt.setPlainText(prompt)
        QTest.mouseClick(opened.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: opened.state.job.state == "running")
    backend.forget_jobs()
    backend.drop_connections()
    until(qtbot, lambda: opened.state.link.state != "connected")
    assert opened.ask_section.queue.progress.text() == "Waiting for the backend to come back"
    assert len(opened.state.queue.items) == 2
    backend.script = Script()
    until(qtbot, lambda: len(opened.takes_section.takes.cards) == 6 and not opened.state.job.active, timeout=30_000)
    assert opened.state.cues.cues == cues
    assert opened.ask_section.prompt.prompt.toPlainText() == "two"


def test_what_is_opened_on_purpose_wins_and_what_is_gone_is_said(backend: FakeBackend, qtbot: QtBot, film: Path, clip):
    with panel_at(backend, qtbot) as first:
        first.controller.open(film)
        wait_ready(first, qtbot)
        first.state.range.mark(12, 60)
        wait_ready(first, qtbot)
    second = Panel(backend.places, client_factory(backend.places), Player(make_clock=SilentClock))
    second.show()
    second.controller.start()
    second.controller.open(clip)
    wait_ready(second, qtbot)
    assert (second.state.range.path, second.state.range.end) == (clip, 72)
    second.controller.open(film)
    until(qtbot, lambda: second.state.range.path == film)
    wait_ready(second, qtbot)
    assert second.state.range.end == 72
    second.close()
    second.deleteLater()
    film.unlink()
    with panel_at(backend, qtbot) as third:
        until(qtbot, lambda: any("film.mp4" in notice.text for notice in third.state.notices.notices))
        assert not third.state.range.open


def test_a_file_that_cannot_be_understood_is_set_aside(backend: FakeBackend, qtbot: QtBot):
    (backend.places.data / "presets.json").write_text('[{"name": 3}]')
    with panel_at(backend, qtbot) as panel:
        until(qtbot, lambda: any("presets.json" in notice.text for notice in panel.state.notices.notices))
        until(qtbot, (backend.places.data / "presets.broken").exists)
        panel.state.presets.save("New", panel.state.request.wish)
    assert b"New" in (backend.places.data / "presets.json").read_bytes()


def test_objects_are_there_again_each_with_its_cues(backend: FakeBackend, qtbot: QtBot, film: Path):
    with panel_at(backend, qtbot) as first:
        first.controller.open(film)
        wait_ready(first, qtbot)
        state = first.state
        state.cues.load([Cue(7_000, 0.4, CueSource.USER)])
        for number, name in enumerate(("car", "dog")):
            state.regions.add(10, Box(0.1 + 0.5 * number, 0.1, 0.3, 0.3))
            state.regions.describe(number, label=name)
            state.cues.load([Cue(1_000 * (number + 1), 0.5, CueSource.USER)])
        state.request.set_kind(stems=False, stereo=True)
        state.request.set_also(["tango"])
        objects = state.regions.objects
        assert [seen.cues for seen in objects] == [(Cue(1_000, 0.5, CueSource.USER),), None]

    with panel_at(backend, qtbot) as second:
        state = second.state
        wait_ready(second, qtbot)
        until(qtbot, lambda: state.regions.objects == objects)
        assert state.regions.selected == objects[1]
        until(qtbot, lambda: [cue.sample for cue in state.cues.cues] == [2_000])
        assert (state.request.stems, state.request.stereo, state.request.also) == (False, True, ("tango",))
        state.regions.select(0)
        assert [cue.sample for cue in state.cues.cues] == [1_000]
