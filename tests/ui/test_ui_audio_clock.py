# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock that follows a sound device. The device itself is played only where there is one."""

import contextlib
import sys
from fractions import Fraction

import numpy as np
import pytest
from PyQt6.QtCore import QThread
from pytestqt.qtbot import QtBot

from fakes.null_output import NullOutput
from fakes.waiting import until
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.devices import Devices
from foleycue_ui.playback.follower import Follower
from foleycue_ui.playback.player import Player
from foleycue_ui.playback.tape import Tape, Voice


def test_reports_in_steps_become_a_smooth_clock():
    clock = Follower(0.0)
    shown = []
    for k in range(400):
        now = k * 0.005
        heard = max(0.0, (now - 0.03) // 0.02 * 0.02)
        shown.append(clock.elapsed(heard, now))
    steps = np.diff(shown[20:])
    assert steps.min() > 0
    assert steps.max() < 0.01
    assert abs(shown[-1] - (399 * 0.005 - 0.03)) < 0.02


def test_a_device_that_says_nothing_is_taken_as_running():
    clock = Follower(0.0)
    assert clock.elapsed(0.0, 0.1) == 0.0
    assert clock.elapsed(0.0, 0.3) == 0.0
    assert clock.elapsed(0.0, 0.8) == pytest.approx(0.5)


def test_after_a_stop_of_the_device_its_word_counts():
    clock = Follower(0.0)
    clock.elapsed(0.1, 0.1)
    assert clock.elapsed(0.2, 1.2) == pytest.approx(1.2)
    assert clock.elapsed(0.45, 1.45) == pytest.approx(0.45)


def test_a_dummy_device_that_reports_in_great_steps_does_not_shake_it():
    clock = Follower(0.0)
    shown = []
    for k in range(1200):
        now = k * 0.005
        burst = 2.0 * (now // 2.0) + min(0.04, now % 2.0) * (50 if now >= 2 else 0.4)
        shown.append(clock.elapsed(min(burst, now), now))
    assert np.diff(shown).min() >= 0
    assert abs(shown[-1] - 5.995) < 0.15


def test_what_was_heard_at_a_moment_in_the_past():
    clock = Follower(0.0)
    assert clock.at(5.0) == 0.0
    clock.elapsed(0.5, 10.5)
    assert clock.at(10.25) == pytest.approx(0.25)
    assert clock.at(9.0) == 0.0


def test_without_qtmultimedia_the_clock_is_silent(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot):
    monkeypatch.setitem(sys.modules, "foleycue_ui.playback.audio_clock", None)
    devices = Devices()
    devices.start()
    devices.close()
    assert devices.clock(Tape()).silent


def test_the_device_is_looked_for_in_a_thread_and_used_by_what_plays_already(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    module = pytest.importorskip("foleycue_ui.playback.audio_clock", exc_type=ImportError)
    looked: list[QThread | None] = []

    def look() -> NullOutput:
        looked.append(QThread.currentThread())
        return output

    output = NullOutput()
    monkeypatch.setattr(module, "default_output", look)
    player = Player()
    player.frames, player.samples = 250, 480_000
    player.play()
    assert player.silent
    player.load((), Fraction(25), 250)
    player.play()
    until(qtbot, lambda: not player.silent)
    assert looked[0] is not player.thread()
    until(qtbot, lambda: len(output.sound) > 4_800)
    player.close()
    assert not output.running


def test_stream_gives_frames_for_all_channels_within_full_scale():
    module = pytest.importorskip("foleycue_ui.playback.audio_clock", exc_type=ImportError)
    tape = Tape()
    tape.rewind(1, Fraction(1), 4, False)
    tape.set_voices((Voice(np.array([0.5, -0.5, 1.5], np.float32)),))
    tape.adopt(0)
    stream = module.TapeStream(tape, 2)
    data = np.frombuffer(stream.readData(16), np.int16).reshape(-1, 2)
    assert data[:, 0].tolist() == [-16384, 32767, 0, 0]
    assert (data[:, 0] == data[:, 1]).all()
    assert tape.handed == 4
    assert stream.isSequential()
    assert stream.bytesAvailable() > 0
    assert stream.writeData(b"") == -1


def test_a_device_plays_on_while_takes_are_switched(qtbot: QtBot):
    devices = Devices()
    with contextlib.suppress(qtbot.TimeoutError), qtbot.waitSignal(devices.found, timeout=1_000):
        devices.start()
    tape = Tape()
    clock = devices.clock(tape)
    devices.close()
    if clock.silent:
        pytest.skip("no audio device here (or QtMultimedia lacks a system library)")
    tape.rewind(24_000, Fraction(1), CUE_RATE * 3, False)
    clock.start()
    qtbot.wait(600)
    first = clock.heard()
    tape.set_voices((Voice(np.zeros(CUE_RATE, np.float32), CUE_RATE // 3),))
    qtbot.wait(300)
    second = clock.heard()
    clock.stop()
    assert 0 < first < CUE_RATE
    assert abs(second - first - 0.3 * CUE_RATE) < 0.1 * CUE_RATE
    assert clock.heard() == pytest.approx(second, abs=CUE_RATE // 20)
