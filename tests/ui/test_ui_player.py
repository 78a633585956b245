# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures by presentation time, and a player that shows the frame that its clock names."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fakes.numbered_film import FRAMES, RATE, number_in, numbered_picture, write_numbered
from fakes.waiting import until
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.model.takes import Sound
from foleycue_ui.playback.clock import SilentClock, frame_at
from foleycue_ui.playback.media_reader import RangeReader
from foleycue_ui.playback.picture_feed import to_image
from foleycue_ui.playback.player import Player
from foleycue_ui.playback.tape import Tape


def never() -> bool:
    return False


def read(reader: RangeReader, frame: int) -> int | None:
    picture = reader.picture(frame, never)
    return None if picture is None else number_in(to_image(picture, 1.0))


@pytest.fixture
def player(qtbot: QtBot, clip: Path) -> Iterator[Player]:
    made = Player(make_clock=SilentClock)
    made.load([Piece(start=0, frames=FRAMES, media=str(clip), name="n")], RATE, FRAMES)
    until(qtbot, lambda: made.picture_frame == 0)
    yield made
    made.close()


class TestReader:
    def test_every_frame_in_any_order(self, clip: Path):
        reader = RangeReader([Piece(start=0, frames=FRAMES, media=str(clip), name="n")], RATE)
        order = [*range(12), 71, 3, 40, 39, 38, 70, 0, 25]
        assert [read(reader, k) for k in order] == order
        reader.close()

    @pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(50)])
    def test_other_rates_and_a_coarse_clock(self, rate: Fraction, tmp_path: Path):
        path = write_numbered(tmp_path / "x.mkv", frames=40, rate=rate)
        reader = RangeReader([Piece(start=0, frames=40, media=str(path), name="n")], rate)
        assert [read(reader, k) for k in range(40)] == list(range(40))
        reader.close()

    def test_shots_gaps_retimes_and_freezes(self, clip: Path, tmp_path: Path):
        other = write_numbered(tmp_path / "b.mp4", frames=24, first=200)
        pieces = [
            Piece(start=0, frames=5, media=str(clip), name="a", media_start=10 / RATE),
            Piece(start=5, frames=3),
            Piece(start=8, frames=4, media=str(other), name="b", speed=Fraction(2)),
            Piece(start=12, frames=3, media=str(clip), name="a", media_start=20 / RATE, speed=Fraction(-1)),
            Piece(start=15, frames=2, media=str(clip), name="a", media_start=7 / RATE, speed=Fraction(0)),
            Piece(start=17, frames=2, media=str(tmp_path / "gone.mp4"), name="offline"),
            Piece(start=19, frames=1, name="offline"),
        ]
        reader = RangeReader(pieces, RATE)
        shown = [read(reader, k) for k in range(20)]
        assert shown == [10, 11, 12, 13, 14, None, None, None, 200, 202, 204, 206, 20, 19, 18, 7, 7, None, None, None]
        reader.close()

    def test_past_the_end_the_last_picture_stays(self, clip: Path):
        reader = RangeReader([Piece(start=0, frames=99, media=str(clip), name="n")], RATE)
        assert read(reader, 95) == FRAMES - 1
        reader.close()

    def test_more_files_than_stay_open(self, tmp_path: Path):
        pieces = []
        for k in range(6):
            path = write_numbered(tmp_path / f"{k}.mp4", frames=2, first=k * 10)
            pieces.append(Piece(start=k, frames=1, media=str(path), name="n"))
        reader = RangeReader(pieces, RATE)
        assert [read(reader, k) for k in (0, 1, 2, 3, 4, 5, 0)] == [0, 10, 20, 30, 40, 50, 0]
        reader.close()

    def test_pixels_that_are_not_square(self, tmp_path: Path):
        path = tmp_path / "anamorphic.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
            stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_picture(3), format="rgb24")))
            container.mux(stream.encode())
        reader = RangeReader([Piece(start=0, frames=1, media=str(path), name="n")], RATE)
        picture = reader.picture(0, never)
        assert picture is not None
        assert reader.pixel_aspect(0) == pytest.approx(4 / 3)
        image = to_image(picture, reader.pixel_aspect(0))
        assert (image.width(), image.height()) == (427, 180)
        assert reader.pixel_aspect(9) == 1.0
        reader.close()


def test_frames_own_the_samples_that_name_them():
    for rate in (RATE, Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)):
        for frame in (*range(50), 10_000, 2_589_407):
            start = frames_to_samples(frame, rate, CUE_RATE)
            assert frame_at(start, rate) == frame
            assert frame_at(frames_to_samples(frame + 1, rate, CUE_RATE) - 1, rate) == frame


def test_silent_clock_runs_by_its_clock():
    now = [100.0]
    tape = Tape()
    clock = SilentClock(tape, lambda: now[0])
    tape.rewind(1_000, Fraction(1), 96_000, False)
    clock.start()
    now[0] = 100.5
    assert tape.place(clock.heard()) == 25_000
    tape.set_speed(Fraction(1, 2))
    clock.heard()
    now[0] = 101.0
    assert tape.place(clock.heard()) == 37_000
    clock.stop()
    now[0] = 102.0
    assert tape.place(clock.heard()) == 37_000
    assert tape.place(clock.heard_at(100.25)) == 13_000


class TestPlayer:
    def test_seeking_shows_exactly_the_frame(self, player: Player, qtbot: QtBot):
        shown: list[QImage] = []
        player.picture_changed.connect(shown.append)
        for frame in (30, 31, 5, 71, 70, 0):
            player.seek_frame(frame)
            until(qtbot, lambda frame=frame: player.picture_frame == frame)
            assert number_in(shown[-1]) == frame

    def test_pictures_keep_up_with_the_clock(self, player: Player, qtbot: QtBot):
        """Over the whole clip, each shown picture is the clock's frame, or at most one frame old."""
        late: list[int] = []
        numbers: list[int] = []

        def shown(image: QImage) -> None:
            late.append(player.frame - number_in(image))
            numbers.append(number_in(image))

        player.picture_changed.connect(shown)
        player.play()
        with qtbot.waitSignal(player.playing_changed, timeout=15_000):
            pass
        assert not player.playing
        assert numbers == sorted(numbers)
        assert numbers[-1] == FRAMES - 1
        assert min(late) >= 0
        assert sum(value <= 1 for value in late) >= 0.95 * len(late), late
        # A loaded machine may drop pictures, never the time.
        assert len(numbers) > FRAMES / 2

    def test_changing_the_take_keeps_the_position(self, player: Player, qtbot: QtBot):
        player.play()
        qtbot.wait(200)
        before = player.position
        player.set_take(Sound(np.zeros(48_000, np.float32), 48_000, np.zeros((1, 2), np.float32)))
        qtbot.wait(60)
        assert player.playing
        assert 0 < player.position - before < CUE_RATE // 2
        assert player.silent
        player.pause()

    def test_loop_starts_over_and_play_at_the_end_too(self, player: Player, qtbot: QtBot):
        player.set_loop(True)
        player.seek_frame(FRAMES - 3)
        player.play()
        until(qtbot, lambda: player.playing and 0 < player.frame < 20)
        player.set_loop(False)
        player.pause()
        player.seek_frame(FRAMES - 1)
        player.play()
        assert player.frame == 0
        player.stop()
        assert player.position == 0

    def test_seek_while_playing_goes_on_from_there(self, player: Player, qtbot: QtBot):
        player.play()
        player.seek_frame(50)
        qtbot.wait(100)
        assert player.playing
        assert 50 <= player.frame < 62
        player.toggle()
        assert not player.playing

    def test_backward_shows_each_frame_and_stops_at_the_start(self, player: Player, qtbot: QtBot):
        numbers: list[int] = []
        player.seek_frame(30)
        until(qtbot, lambda: player.picture_frame == 30)
        player.picture_changed.connect(lambda image: numbers.append(number_in(image)))
        player.shuttle(-1)
        assert player.speed == -1
        with qtbot.waitSignal(player.playing_changed, timeout=15_000):
            pass
        until(qtbot, lambda: player.picture_frame == 0)
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) > 15
        assert player.speed == 1

    def test_j_k_l_change_the_speed_while_it_runs(self, player: Player, qtbot: QtBot):
        player.shuttle(1)
        player.shuttle(1)
        assert player.speed == 2
        before = player.position
        qtbot.wait(300)
        assert 0.4 * CUE_RATE < player.position - before < 1.2 * CUE_RATE
        player.shuttle(1, held=True)
        assert player.speed == Fraction(1, 2)
        player.pause()
        player.seek(0)
        player.shuttle(-1)
        assert player.frame >= FRAMES - 3, "backward from the start begins at the end"
        player.pause()

    def test_scrubbing_fast_shows_pictures_on_the_way(self, player: Player, qtbot: QtBot):
        shown: list[int] = []
        player.picture_changed.connect(lambda image: shown.append(number_in(image)))
        for k in range(60):
            player.seek_frame(k * 37 % FRAMES)
            qtbot.wait(5)
        last = player.frame
        until(qtbot, lambda: player.picture_frame == last)
        assert shown[-1] == last
        assert len(shown) > 5, "not only the last one"

    def test_an_empty_player_does_nothing(self, qtbot: QtBot):
        player = Player(make_clock=SilentClock)
        player.play()
        player.step(1)
        player.unload()
        assert not player.playing
        player.close()
