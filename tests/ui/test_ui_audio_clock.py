# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock that follows a sound device. The device itself is played only where there is one."""

import sys

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import Sound, peaks_of
from foleycue_ui.playback.clock import SilentClock, open_clock


def follower(started: float = 0.0):
    module = pytest.importorskip("foleycue_ui.playback.audio_clock", exc_type=ImportError)
    return module.Follower(started)


def test_reports_in_steps_become_a_smooth_clock():
    clock = follower()
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
    clock = follower()
    assert clock.elapsed(0.0, 0.1) == 0.0
    assert clock.elapsed(0.0, 0.3) == 0.0
    assert clock.elapsed(0.0, 0.8) == pytest.approx(0.5)


def test_after_a_stop_of_the_device_its_word_counts():
    clock = follower()
    clock.elapsed(0.1, 0.1)
    assert clock.elapsed(0.2, 1.2) == pytest.approx(1.2)
    assert clock.elapsed(0.45, 1.45) == pytest.approx(0.45)


def test_a_dummy_device_that_reports_in_great_steps_does_not_shake_it():
    clock = follower()
    shown = []
    for k in range(1200):
        now = k * 0.005
        burst = 2.0 * (now // 2.0) + min(0.04, now % 2.0) * (50 if now >= 2 else 0.4)
        shown.append(clock.elapsed(min(burst, now), now))
    assert np.diff(shown).min() >= 0
    assert abs(shown[-1] - 5.995) < 0.15


def test_without_qtmultimedia_the_clock_is_silent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "foleycue_ui.playback.audio_clock", None)
    assert isinstance(open_clock(), SilentClock)


def test_stream_gives_the_take_and_then_silence():
    module = pytest.importorskip("foleycue_ui.playback.audio_clock", exc_type=ImportError)
    stream = module._TakeStream(2)
    stream.set_samples(np.array([0.5, -0.5, 1.0], np.float32))
    stream.rewind(1)
    data = np.frombuffer(stream.readData(16), np.int16).reshape(-1, 2)
    assert data[:, 0].tolist() == [-16384, 32767, 0, 0]
    assert (data[:, 0] == data[:, 1]).all()
    assert stream.at == 5
    assert stream.isSequential()
    assert stream.bytesAvailable() > 0
    assert stream.writeData(b"") == -1


def test_a_device_plays_on_while_takes_are_switched(qtbot: QtBot):
    clock = open_clock()
    if clock.silent:
        pytest.skip("no audio device here (or QtMultimedia lacks a system library)")
    samples = np.zeros(CUE_RATE * 3, np.float32)
    clock.set_sound(Sound(samples, CUE_RATE, peaks_of(samples)))
    clock.start(24_000)
    qtbot.wait(600)
    first = clock.position()
    clock.set_sound(Sound(samples[::3], CUE_RATE // 3, peaks_of(samples)))
    qtbot.wait(300)
    second = clock.position()
    clock.stop()
    assert 24_000 < first < 24_000 + CUE_RATE
    assert abs(second - first - 0.3 * CUE_RATE) < 0.1 * CUE_RATE
    assert clock.position() == pytest.approx(second, abs=CUE_RATE // 20)
