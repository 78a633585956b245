# SPDX-License-Identifier: GPL-3.0-or-later
"""Performed cues: taps land on what they answer, whatever the keyboard, the device and a busy panel add."""

import json
from collections.abc import Iterator
from fractions import Fraction

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.tapping import Finger, HandTime
from fakes.waiting import until, wait_ready
from foleycue_plugin import demo
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.app import client_factory
from foleycue_ui.control.calibration import COUNTED, LEAD, estimate
from foleycue_ui.model.settings import PERFORM_LATENCY, PERFORM_SPREAD
from foleycue_ui.panel import Panel
from foleycue_ui.playback.event_time import EventTime
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.perform_bar import PerformBar

LATENCY, JITTER = 0.137, 0.012
#: Seconds between the clicks of the calibration.
BEAT = 0.6


@pytest.fixture
def hand() -> HandTime:
    return HandTime()


@pytest.fixture
def stage(qtbot: QtBot, backend: FakeBackend, hand: HandTime) -> Iterator[Panel]:
    """A panel whose time is turned by hand, with the demo open and the perform bar too."""
    player = Player(make_clock=hand.clock, now=hand)
    shown = Panel(backend.places, client_factory(backend.places), player)
    shown.show()
    shown.controller.start()
    shown.controller.open(demo.TIMELINE)
    wait_ready(shown, qtbot)
    shown.picture_section.transport.perform.click()
    shown.picture_section.perform_bar.count_in.setChecked(False)
    shown.setFocus()
    yield shown
    shown.close()
    shown.deleteLater()


def bar(panel: Panel) -> PerformBar:
    return panel.picture_section.perform_bar


def focus(panel: Panel):
    return QApplication.focusWidget() or panel


def performed(panel: Panel) -> list[Cue]:
    return [cue for cue in panel.state.cues.cues if cue.source is CueSource.PERFORMED]


def events() -> list[int]:
    """Where things hit each other in the demo, in samples at CUE_RATE."""
    said = json.loads(demo.EVENTS.read_text())
    return [frames_to_samples(event["frame"], Fraction(said["rate"]), CUE_RATE) for event in said["events"]]


def calibrate(panel: Panel, hand: HandTime, finger: Finger, qtbot: QtBot) -> None:
    began = hand.seconds
    QTest.mouseClick(bar(panel).latency.measure, Qt.MouseButton.LeftButton)
    for beat in range(LEAD, LEAD + COUNTED):
        finger.tap(finger.when(began + BEAT * (beat + 1)), focus(panel), qtbot.wait)
    hand.go_to(began + BEAT * (LEAD + COUNTED + 2), qtbot.wait)
    until(qtbot, lambda: not bar(panel).calibration.running)


def play_to(panel: Panel, hand: HandTime, seconds: float, qtbot: QtBot) -> None:
    hand.go_to(hand.seconds + seconds, qtbot.wait)


@pytest.mark.parametrize("speed", [1, 4])
def test_taps_land_on_the_events_of_the_demo(stage: Panel, hand: HandTime, qtbot: QtBot, speed: int):
    """Known latency and jitter; a third of the keys find the panel busy for 40 ms. Within 20 ms, all of them."""
    finger = Finger(hand, LATENCY, JITTER, busy=0.04, seed=speed)
    calibrate(stage, hand, finger, qtbot)
    settings = stage.settings
    assert settings.value(PERFORM_LATENCY, 0.0) == pytest.approx(1000 * LATENCY, abs=8)
    assert settings.value(PERFORM_SPREAD, 0.0) < 2000 * JITTER
    stage.state.cues.clear()
    bar(stage).speeds[{1: 0, 4: 2}[speed]].click()
    QTest.mouseClick(bar(stage).start, Qt.MouseButton.LeftButton)
    began = hand.seconds
    for event in events():
        finger.tap(finger.when(began + speed * event / CUE_RATE), focus(stage), qtbot.wait)
    play_to(stage, hand, speed * 8.5 + 1, qtbot)
    until(qtbot, lambda: not bar(stage).performance.active)
    found = performed(stage)
    assert len(found) == len(events())
    errors = [(cue.sample - event) / CUE_RATE * 1000 for cue, event in zip(found, events(), strict=True)]
    assert max(map(abs, errors)) <= 20, errors


def test_a_pass_is_one_step_of_undo_and_keys_give_strength(stage: Panel, hand: HandTime, qtbot: QtBot):
    before = stage.state.cues.cues
    QTest.keyClick(focus(stage), Qt.Key.Key_T)
    for key in (Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_L, Qt.Key.Key_Return):
        play_to(stage, hand, 0.3, qtbot)
        QTest.keyClick(focus(stage), key)
    QTest.keyClick(focus(stage), Qt.Key.Key_Space)
    play_to(stage, hand, 0.5, qtbot)
    until(qtbot, lambda: not bar(stage).performance.active)
    assert [cue.strength for cue in performed(stage)] == [0.4, 0.7, 1.0, 0.7]
    assert set(before) < set(stage.state.cues.cues), "overdub: what was there stays"
    assert not stage.player.playing
    QTest.keyClick(focus(stage), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.state.cues.cues == before
    QTest.keyClick(focus(stage), Qt.Key.Key_L)
    assert stage.player.playing, "an ordinary key again"
    QTest.keyClick(focus(stage), Qt.Key.Key_K)
    assert not stage.player.playing
    assert not performed(stage)


def test_replace_clears_the_stretch_that_was_played(stage: Panel, hand: HandTime, qtbot: QtBot):
    cues = stage.state.cues
    cues.load([Cue(at * 4_800) for at in (1, 6, 12, 40)])
    stage.player.seek(4 * 4_800)
    bar(stage).modes[1].click()
    QTest.mouseClick(bar(stage).start, Qt.MouseButton.LeftButton)
    play_to(stage, hand, 0.5, qtbot)
    QTest.keyClick(focus(stage), Qt.Key.Key_D)
    play_to(stage, hand, 0.5, qtbot)
    QTest.mouseClick(bar(stage).start, Qt.MouseButton.LeftButton)
    play_to(stage, hand, 0.5, qtbot)
    until(qtbot, lambda: not bar(stage).performance.active)
    tap = performed(stage)[0].sample
    assert tap == pytest.approx(9 * 4_800, abs=4_800)
    assert [cue.sample for cue in cues.cues] == [4_800, tap, 40 * 4_800]
    cues.undo()
    assert len(cues.cues) == 4


def test_the_pad_hears_the_mouse_by_height_and_the_count_in_counts(stage: Panel, hand: HandTime, qtbot: QtBot):
    pad, counted = bar(stage).pad, []
    bar(stage).performance.counted.connect(counted.append)
    bar(stage).count_in.setChecked(True)
    QTest.keyClick(focus(stage), Qt.Key.Key_T)
    assert bar(stage).performance.state == "counting"
    play_to(stage, hand, 2.2, qtbot)
    assert counted == [3, 2, 1]
    until(qtbot, lambda: stage.player.playing)
    play_to(stage, hand, 0.3, qtbot)
    finger = Finger(hand, 0.0, 0.0)
    finger.hit(pad, 0.75)
    assert pad.lit
    play_to(stage, hand, 0.3, qtbot)
    finger.hit(pad, 0.02)
    QTest.keyClick(focus(stage), Qt.Key.Key_Escape)
    play_to(stage, hand, 0.5, qtbot)
    until(qtbot, lambda: not bar(stage).performance.active)
    assert [cue.strength for cue in performed(stage)] == [0.75, 0.2]


def test_a_loop_begins_a_new_pass(stage: Panel, hand: HandTime, qtbot: QtBot):
    cues = stage.state.cues
    cues.clear()
    stage.player.set_loop(True)
    stage.player.seek_frame(stage.player.frames - 12)
    QTest.mouseClick(bar(stage).start, Qt.MouseButton.LeftButton)
    play_to(stage, hand, 0.3, qtbot)
    QTest.keyClick(focus(stage), Qt.Key.Key_J)
    play_to(stage, hand, 0.4, qtbot)
    until(qtbot, lambda: stage.player.frame < 20)
    QTest.keyClick(focus(stage), Qt.Key.Key_K)
    bar(stage).end()
    play_to(stage, hand, 0.5, qtbot)
    until(qtbot, lambda: not bar(stage).performance.active)
    assert len(cues.cues) == 2
    cues.undo()
    assert len(cues.cues) == 1
    assert cues.cues[0].sample > stage.player.samples // 2
    cues.undo()
    assert not cues.cues


def test_a_measurement_with_too_few_taps_keeps_what_was_known(stage: Panel, hand: HandTime, qtbot: QtBot):
    bar(stage).latency.value.setValue(90)
    assert "by hand" in bar(stage).latency.spread.whole()
    calibration = bar(stage).calibration
    QTest.mouseClick(bar(stage).latency.measure, Qt.MouseButton.LeftButton)
    assert calibration.running
    play_to(stage, hand, BEAT * (LEAD + COUNTED + 2), qtbot)
    until(qtbot, lambda: not calibration.running)
    assert stage.settings.value(PERFORM_LATENCY, 0.0) == 90
    assert "Too few" in bar(stage).pad.words
    QTest.mouseClick(bar(stage).latency.measure, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar(stage).latency.measure, Qt.MouseButton.LeftButton)
    assert not calibration.running


def test_outliers_are_dropped_and_too_few_are_no_measurement():
    found = estimate([0.10, 0.11, 0.09, 0.10, 0.105, 0.102, 0.38, -0.15])
    assert found is not None
    assert found.milliseconds == pytest.approx(101, abs=2)
    assert (found.used, found.dropped) == (6, 2)
    assert found.spread < 10
    assert estimate([0.1] * 4) is None
    assert estimate([0.0, 0.1, 0.2, 0.3, 0.39, 0.05, 0.33, -0.1]) is not None, "uneven, but it says so by its spread"


def test_events_are_timed_by_their_own_stamp():
    times = EventTime()
    assert times.moment(0, 50.0)() == 50.0
    first = times.moment(1_000, 50.5)
    assert first() == pytest.approx(50.5)
    assert times.moment(2_000, 51.01)() == pytest.approx(51.01), "handled at once: the clocks are nearer than thought"
    assert first() == pytest.approx(50.01), "which is now known of the first one too"
    assert times.moment(3_000, 52.4)() == pytest.approx(52.01)
    assert times.moment(7, 60.0)() == pytest.approx(60.0), "another clock"
