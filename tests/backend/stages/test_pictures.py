# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding by presentation time, on files whose pictures carry their number."""

import os
from fractions import Fraction

import av
import numpy as np
import pytest

from backend.stages.media_files import number_of, numbered, write_video
from foleycue_backend.stages.pictures import Pictures, grey_frames
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.pictures import MediaReader, check_there
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

FILM = Fraction(24000, 1001)


def _piece(path, frames, start=0, media_start=Fraction(0), speed=Fraction(1)):
    return Piece(start=start, frames=frames, media=str(path), name="c", media_start=media_start, speed=speed)


def _sampled(pieces, span, rate=None):
    pictures = Pictures(pieces, span, lambda _: None)
    return [number_of(frame) for frame in pictures.frames(float(rate or span.rate), 96, 64)]


def _grey(pieces, span):
    return [(number_of(frame.image), frame.seconds) for frame in grey_frames(pieces, span)]


@pytest.mark.parametrize("rate", [Fraction(25), FILM, Fraction(60000, 1001)])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_each_record_frame_shows_its_own_picture(tmp_path, rate, suffix):
    path = write_video(tmp_path / f"a{suffix}", numbered, 60, rate, options={"bf": "2", "g": "15"})
    span = FrameRange(0, 40, rate)
    assert _sampled([_piece(path, 40, media_start=10 / rate)], span) == list(range(10, 50))
    assert _sampled([_piece(path, 40, media_start=10 / rate + Fraction(1, 2) / rate)], span) == list(range(10, 50))


def test_native_frames_are_dated_in_record_time(tmp_path):
    path = write_video(tmp_path / "a.mp4", numbered, 50, Fraction(25), options={"bf": "3"})
    span = FrameRange(0, 24, FILM)
    found = _grey([_piece(path, 24, media_start=Fraction(1))], span)
    assert [number for number, _ in found] == list(range(25, 51))[: len(found)]
    assert [time for _, time in found] == pytest.approx([k / 25 for k in range(len(found))])
    assert found[-1][1] < span.seconds


def test_variable_frame_rate(tmp_path):
    times = [0, 1, 2, 10, 11, 30, 31, 32, 33, 49]
    path = write_video(tmp_path / "v.mp4", numbered, times, Fraction(50))
    span = FrameRange(0, 50, Fraction(50))
    expected = [max(k for k, time in enumerate(times) if time <= frame) for frame in range(50)]
    assert _sampled([_piece(path, 50)], span) == expected
    assert [round(time * 50) for _, time in _grey([_piece(path, 50)], span)] == times


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_first_picture_is_time_zero_wherever_its_clock_starts(tmp_path, suffix):
    path = write_video(tmp_path / f"late{suffix}", numbered, range(40, 90), Fraction(25))
    span = FrameRange(0, 20, Fraction(25))
    assert _sampled([_piece(path, 20)], span) == list(range(20))
    assert _sampled([_piece(path, 20, media_start=Fraction(21, 25))], span) == list(range(21, 41))


def test_edit_list_of_a_mov_is_obeyed(tmp_path):
    # B-frames make the muxer write an edit list; sound from 0 fixes the movie's own clock.
    sound = [np.zeros(48_000, np.float32)] * 2
    path = write_video(tmp_path / "e.mov", numbered, range(10, 60), Fraction(25), options={"bf": "3"}, sound=sound)
    with av.open(str(path)) as container:
        assert container.streams.video[0].start_time != 0
    reader = MediaReader(str(path))
    assert reader.origin == Fraction(10, 25)
    span = FrameRange(0, 25, Fraction(25))
    assert _sampled([_piece(path, 25, media_start=Fraction(1, 2) + Fraction(1, 100))], span) == list(range(12, 37))


def test_retimes(tmp_path):
    path = write_video(tmp_path / "r.mp4", numbered, 100, Fraction(25), options={"g": "10", "bf": "2"})
    span = FrameRange(0, 20, Fraction(25))
    fast = _piece(path, 20, media_start=Fraction(1), speed=Fraction(2))
    assert _sampled([fast], span) == list(range(25, 65, 2))
    slow = _piece(path, 20, media_start=Fraction(1), speed=Fraction(1, 2))
    assert _sampled([slow], span) == [25 + k // 2 for k in range(20)]
    frozen = _piece(path, 20, media_start=Fraction(2), speed=Fraction(0))
    assert _sampled([frozen], span) == [50] * 20
    back = _piece(path, 20, media_start=Fraction(60, 25), speed=Fraction(-1))
    assert _sampled([back], span) == list(range(60, 40, -1))
    back_fast = _piece(path, 20, media_start=Fraction(98, 25), speed=Fraction(-2))
    assert _sampled([back_fast], span)[:10] == list(range(98, 78, -2))


def test_native_frames_of_retimes(tmp_path):
    path = write_video(tmp_path / "r.mp4", numbered, 100, Fraction(25))
    span = FrameRange(0, 10, Fraction(25))
    fast = _grey([_piece(path, 10, media_start=Fraction(1), speed=Fraction(2))], span)
    assert [number for number, _ in fast] == list(range(25, 45))
    assert [time for _, time in fast] == pytest.approx([k / 50 for k in range(20)])
    back = _grey([_piece(path, 10, media_start=Fraction(2), speed=Fraction(-1))], span)
    assert [number for number, _ in back] == list(range(50, 40, -1))
    assert len(_grey([_piece(path, 10, speed=Fraction(0))], span)) == 1


def test_hasty_pictures_are_thinned_out(tmp_path):
    path = write_video(tmp_path / "r.mp4", numbered, 200, Fraction(50))
    span = FrameRange(0, 10, Fraction(25))
    found = _grey([_piece(path, 10, speed=Fraction(8))], span)
    assert 30 < len(found) <= 49


def test_shots_and_gaps(tmp_path):
    path = write_video(tmp_path / "g.mp4", numbered, 50, Fraction(25))
    pieces = [
        _piece(path, 5, media_start=Fraction(1)),
        Piece(start=5, frames=3),
        _piece(path, 4, start=8, media_start=Fraction(0)),
    ]
    span = FrameRange(0, 12, Fraction(25))
    assert _sampled(pieces, span) == [25, 26, 27, 28, 29, 0, 0, 0, 0, 1, 2, 3]
    assert {frame.piece for frame in grey_frames(pieces, span)} == {0, 2}
    assert Pictures(pieces, span, lambda _: None).seconds == pytest.approx(12 / 25)


def test_sampling_below_the_record_rate(tmp_path):
    path = write_video(tmp_path / "g.mp4", numbered, 50, Fraction(25))
    span = FrameRange(0, 50, Fraction(25))
    assert _sampled([_piece(path, 50)], span, 5) == [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]


def test_sampling_from_a_later_time_and_the_decoders_own_pictures(tmp_path):
    path = write_video(tmp_path / "g.mp4", numbered, 50, Fraction(25))
    pieces = [_piece(path, 25), Piece(start=25, frames=12), _piece(path, 13, start=37)]
    pictures = Pictures(pieces, FrameRange(0, 50, Fraction(25)), lambda _: None)
    found = [number_of(frame) for frame in pictures.frames(4, 96, 64, Fraction(1, 8))]
    assert found == [3, 9, 15, 21, 0, 0, 3, 9]
    own = list(pictures.decoded(4, Fraction(1, 8)))
    assert [None if frame is None else number_of(frame.to_ndarray(format="rgb24")) for frame in own] == [
        3, 9, 15, 21, None, None, 3, 9,
    ]  # fmt: skip


def test_a_still_picture_lasts_as_long_as_it_must(tmp_path):
    path = tmp_path / "still.png"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=25)
        stream.height, stream.width, stream.pix_fmt = 64, 96, "rgb24"
        frame = av.VideoFrame.from_ndarray(numbered(77), "gray").reformat(format="rgb24")
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert set(_sampled([_piece(path, 30, media_start=Fraction(2))], FrameRange(0, 30, Fraction(25)))) == {77}


def test_one_frame_beyond_the_end_is_held_two_are_an_error(tmp_path):
    path = write_video(tmp_path / "s.mp4", numbered, 20, Fraction(25))
    assert _sampled([_piece(path, 21)], FrameRange(0, 21, Fraction(25)))[-2:] == [19, 19]
    with pytest.raises(FoleyCueError, match=r"s\.mp4 ends after 0\.80 s, .* until 0\.88 s") as caught:
        _sampled([_piece(path, 22)], FrameRange(0, 22, Fraction(25)))
    assert caught.value.code is ErrorCode.MEDIA_UNREADABLE


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(-1), Fraction(0)])
def test_media_far_outside_the_file_is_an_error(tmp_path, speed):
    path = write_video(tmp_path / "s.mp4", numbered, 20, Fraction(25))
    span = FrameRange(0, 5, Fraction(25))
    with pytest.raises(FoleyCueError) as caught:
        _grey([_piece(path, 5, media_start=Fraction(3), speed=speed)], span)
    assert caught.value.code is ErrorCode.MEDIA_UNREADABLE
    if speed:
        with pytest.raises(FoleyCueError, match="before its first picture"):
            _grey([_piece(path, 5, media_start=Fraction(-3), speed=speed)], span)


def test_truncated_file_is_fine_as_far_as_it_goes(tmp_path):
    whole = write_video(tmp_path / "w.mp4", _noisy, 60, Fraction(25), container={"movflags": "faststart"})
    data = whole.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: len(data) // 2])
    assert len(_grey([_piece(path, 10)], FrameRange(0, 10, Fraction(25)))) == 10
    for media_start in (Fraction(0), Fraction(2)):
        with pytest.raises(FoleyCueError, match=r"cut\.mp4 .*\d\.\d\d s") as caught:
            _grey([_piece(path, 10, media_start=media_start + Fraction(1))], FrameRange(0, 10, Fraction(25)))
        assert caught.value.code is ErrorCode.MEDIA_UNREADABLE


def _noisy(k):
    return np.random.default_rng(k).integers(0, 255, (64, 96)).astype(np.uint8)


def test_corrupt_file_names_the_time(tmp_path):
    path = write_video(tmp_path / "c.mp4", _noisy, 60, Fraction(25), container={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = os.urandom(20_000)
    path.write_bytes(data)
    with pytest.raises(FoleyCueError, match=r"c\.mp4 cannot be read after [01]\.\d\d s") as caught:
        _grey([_piece(path, 60)], FrameRange(0, 60, Fraction(25)))
    assert caught.value.code is ErrorCode.MEDIA_UNREADABLE


def test_files_that_are_no_pictures(tmp_path):
    with pytest.raises(FoleyCueError, match="offline") as caught:
        MediaReader(str(tmp_path / "none.mp4"))
    assert caught.value.code is ErrorCode.MEDIA_OFFLINE
    for name, content in (("empty.mp4", b""), ("junk.mp4", os.urandom(4000)), ("text.mov", b"hello")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FoleyCueError, match=name) as caught:
            MediaReader(str(tmp_path / name))
        assert caught.value.code is ErrorCode.MEDIA_UNREADABLE
    with pytest.raises(FoleyCueError, match="relink"):
        check_there(str(tmp_path))


def test_sound_only_has_no_picture(tmp_path):
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
    with pytest.raises(FoleyCueError, match="no video stream") as caught:
        MediaReader(str(path))
    assert caught.value.code is ErrorCode.NO_PICTURE


def test_a_video_stream_without_a_picture(tmp_path):
    path = write_video(tmp_path / "n.avi", numbered, 0, codec="mpeg4")
    with pytest.raises(FoleyCueError) as caught:
        MediaReader(str(path))
    assert caught.value.code is ErrorCode.NO_PICTURE
