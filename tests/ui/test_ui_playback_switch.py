# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes switched while they play: what a device is given has no gap, and the picture stays with what is heard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.null_output import NullOutput
from fakes.numbered_film import FRAMES, RATE
from fakes.playback_probe import SyncProbe, coded_take, longest_gap
from fakes.waiting import until, wait_ready
from foleycue_shared.timeline import Piece
from foleycue_ui.app import client_factory
from foleycue_ui.panel import Panel
from foleycue_ui.playback.player import Player

audio_clock = pytest.importorskip("foleycue_ui.playback.audio_clock", exc_type=ImportError)


@pytest.fixture
def output() -> NullOutput:
    return NullOutput()


@pytest.fixture
def player(qtbot: QtBot, clip: Path, output: NullOutput) -> Iterator[Player]:
    made = Player(make_clock=lambda tape: audio_clock.AudioClock(tape, output))
    made.load([Piece(start=0, frames=FRAMES, media=str(clip), name="n")], RATE, FRAMES)
    until(qtbot, lambda: made.picture_frame == 0)
    yield made
    made.close()


def test_switching_takes_leaves_no_gap_and_keeps_the_picture(player: Player, output: NullOutput, qtbot: QtBot):
    takes = [coded_take(k, player.samples) for k in range(3)]
    player.set_take(takes[0])
    probe = SyncProbe(player, output)
    player.play()
    for k in range(1, 13):
        qtbot.wait(120)
        player.set_take(takes[k % 3])
    player.pause()
    assert longest_gap(output.sound) <= 10, "milliseconds"
    levels = np.unique(output.sound // 10_000)
    assert {0, 1, 2} <= set(levels.tolist()), "all takes were heard"
    errors = probe.errors()
    assert len(errors) > 15
    # A loaded machine may show a picture late, never early.
    assert max(errors) <= 1, errors
    assert np.median(np.abs(errors)) <= 1, errors


def test_digits_switch_takes_in_the_panel_while_it_plays(
    backend: FakeBackend, clip: Path, output: NullOutput, qtbot: QtBot
):
    panel = Panel(
        backend.places,
        client_factory(backend.places),
        Player(make_clock=lambda tape: audio_clock.AudioClock(tape, output)),
    )
    panel.show()
    panel.controller.start()
    panel.controller.open(clip)
    wait_ready(panel, qtbot)
    takes = panel.state.takes
    panel.controller.generate()
    until(qtbot, lambda: len(takes.entries) == 3 and not panel.state.job.active)
    panel.player.play()
    for key, number in ((Qt.Key.Key_2, 1), (Qt.Key.Key_3, 2), (Qt.Key.Key_1, 0)):
        qtbot.wait(100)
        before = panel.player.position
        QTest.keyClick(panel, key)
        assert takes.chosen is takes.entries[number]
        assert panel.player.playing
        assert panel.player.position == before
    assert output.running
    panel.close()
    assert not output.running
    panel.deleteLater()


def test_seek_loop_and_speed_while_it_plays_are_heard_without_a_gap(player: Player, output: NullOutput, qtbot: QtBot):
    player.set_take(coded_take(0, player.samples))
    player.set_loop(True)
    player.seek_frame(FRAMES - 8)
    player.play()
    until(qtbot, lambda: 0 < player.frame < 30)
    player.seek_frame(50)
    assert player.frame == 50
    qtbot.wait(60)
    assert player.frame >= 50
    player.shuttle(-1)
    until(qtbot, lambda: player.frame < 40)
    player.pause()
    assert longest_gap(output.sound) <= 10


def test_levels_are_heard_at_once_and_mute_is_silence(player: Player, output: NullOutput, qtbot: QtBot):
    player.set_take(coded_take(0, player.samples))
    player.set_guide(coded_take(1, player.samples))
    player.play()
    qtbot.wait(150)
    player.mixer.set(take_on=False)
    qtbot.wait(150)
    player.mixer.set(muted=True)
    qtbot.wait(200)
    player.pause()
    sound = output.sound
    assert 14_000 <= sound[100] < 16_000, "both at their own levels"
    assert ((sound >= 12_000) & (sound < 14_000)).any(), "the guide alone"
    assert sound[-100] == 0


def test_a_position_is_known_for_a_moment_that_has_passed(player: Player, output: NullOutput, qtbot: QtBot):
    assert player.place_at(0.0) is None
    player.set_take(coded_take(0, player.samples))
    player.play()
    qtbot.wait(700)
    moment = output.started + 0.4
    place = player.place_at(moment)
    player.pause()
    assert place is not None
    assert abs(place - output.sample_at(moment)) <= 48 * 20, "20 ms"
    later = player.place_at(moment)
    assert later is not None
    assert abs(later - place) < 96, "the same after the stop"
