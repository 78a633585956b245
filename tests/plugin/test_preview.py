# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction

import av
import numpy as np
import pytest

from foleycue_plugin import usecases
from foleycue_plugin.preview import pictures, write_preview
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timeline import Piece
from plugin.conftest import CLOCKS
from plugin.media_files import clip, span, write_movie, write_timeline


def numbers(frames):
    """Which frame of the test movie each picture shows (None for black); greys are 4 apart."""
    values = [float(frame.mean()) for frame in frames]
    return [round(value / 4) for value in values]


def sound_for(path, selection, sample_rate=48_000):
    samples = selection.range.samples(sample_rate)
    header = WavHeader(sample_rate=sample_rate, time_reference=0, rate=selection.range.rate)
    write_broadcast_wav(path, [np.full(samples, 0.1, np.float32)], header)
    return path


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_movie_shows_the_timeline_frame_by_frame(edits, tmp_path, clock):
    selection = usecases.mark(usecases.open_source(edits[clock]), "3f", "56f")
    target = tmp_path / "p.mp4"
    write_preview(selection, sound_for(tmp_path / "s.wav", selection), target)
    with av.open(str(target)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert video.average_rate == CLOCKS[clock][0]
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video)]
        container.seek(0)
        heard = sum(frame.samples for frame in container.decode(audio))
    expected = [*range(8, 25), *[0] * 10, *range(0, 24, 2), *range(40, 54)]
    assert len(shown) == 53
    assert all(abs(a - b) <= 1 for a, b in zip(numbers(shown), expected, strict=True))
    assert 0 <= heard - selection.range.samples(48_000) <= 2048
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.mp4", "s.wav"]


def test_two_channels_stay_on_their_sides(edits, tmp_path):
    selection = usecases.mark(usecases.open_source(edits["25"]), "3f", "30f")
    header = WavHeader(sample_rate=48_000, time_reference=0, rate=selection.range.rate, channels=2)
    tone = 0.3 * np.sin(np.arange(selection.range.samples(48_000)) / 20).astype(np.float32)
    write_broadcast_wav(tmp_path / "s.wav", [np.stack([tone, np.zeros_like(tone)], axis=1)], header)
    write_preview(selection, tmp_path / "s.wav", tmp_path / "p.mp4")
    with av.open(str(tmp_path / "p.mp4")) as container:
        heard = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    left, right = np.sqrt((heard[:, 4_096:] ** 2).mean(axis=1))
    assert len(heard) == 2
    assert left > 0.15
    assert right < 0.01


def test_backwards_frozen_and_held_pictures(movies):
    rate = Fraction(25)
    media = str(movies["25"])

    def shown(frames, start, speed):
        piece = Piece(start=0, frames=frames, media=media, name="c", media_start=start / rate, speed=Fraction(speed))
        return numbers(pictures([piece], rate, 64, 36))

    assert shown(30, Fraction(40), -1) == list(range(40, 10, -1))
    assert shown(5, Fraction(7), 0) == [7] * 5
    assert shown(6, Fraction(57), 1) == [57, 58, 59, 59, 59, 59]
    assert shown(4, Fraction(10), Fraction(1, 2)) == [10, 10, 11, 11]


def test_other_shapes_are_fitted_in(tmp_path):
    rate = Fraction(25)
    tall = write_movie(tmp_path / "tall.mov", rate, 5, size=(36, 64))
    piece = Piece(start=0, frames=1, media=str(tall), name="c", media_start=Fraction(4, 25))
    picture = next(pictures([piece], rate, 64, 36))
    assert picture.shape == (36, 64, 3)
    assert picture[:, :20].max() == 0
    assert picture[:, 30:34].min() > 0


def test_errors_leave_nothing_behind(tmp_path, movies):
    rate = Fraction(25)
    path = write_timeline(tmp_path / "t.otio", rate, 0, [clip("c", str(movies["25"]), span(90_000, 20, rate))])
    selection = usecases.mark(usecases.open_source(path))
    sound = sound_for(tmp_path / "s.wav", selection)
    write_preview(selection, sound, tmp_path / "p.mp4")
    with pytest.raises(FoleyCueError) as caught:
        write_preview(selection, sound, tmp_path / "p.mp4")
    assert caught.value.code is ErrorCode.OUTPUT_EXISTS
    write_preview(selection, sound, tmp_path / "p.mp4", force=True)
    with pytest.raises(FoleyCueError):
        write_preview(selection, sound, tmp_path / "no" / "p.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.mp4", "s.wav", "t.otio"]
