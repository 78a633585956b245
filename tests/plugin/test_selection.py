# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foleycue_plugin import usecases
from foleycue_plugin.project import Project
from foleycue_plugin.selection import mark, parse_position, select_frames
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import format_timecode, may_drop
from foleycue_shared.timing import CUE_RATE
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_movie, write_timeline

RATES = [Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (50, 1), (60000, 1001), (120, 1))]


def bare_project(rate, start_frame=0, frames=10_000_000, drop=False):
    empty = otio.schema.Timeline("t")
    return Project(
        source=None, original=empty, timeline=empty, base=None, rate=rate, drop_frame=drop, frames=frames,
        start_frame=start_frame,
    )  # fmt: skip


@given(st.sampled_from(RATES), st.integers(0, 86_400), st.integers(0, 2_000_000), st.booleans())
def test_any_timecode_names_its_frame(rate, start_frame, frame, drop):
    drop = drop and may_drop(rate)
    project = bare_project(rate, start_frame)
    text = format_timecode(start_frame + frame, rate, drop)
    found, typed = parse_position(text, project)
    assert found == frame
    assert typed == (drop if may_drop(rate) else None)


@given(st.sampled_from(RATES), st.integers(0, 9_999_999))
def test_frames_and_exact_seconds_name_their_frame(rate, frame):
    project = bare_project(rate)
    assert parse_position(f"{frame}f", project) == (frame, None)
    seconds = round(frame / rate * 10**6)
    assert parse_position(f"{seconds // 10**6}.{seconds % 10**6:06}s", project)[0] == frame


@given(st.text(max_size=20))
def test_any_text_is_a_position_or_a_sentence(text):
    try:
        frame, _ = parse_position(text, bare_project(Fraction(30000, 1001)))
    except FoleyCueError as error:
        assert error.code is ErrorCode.BAD_RANGE
        assert error.message.endswith(".")
    else:
        assert isinstance(frame, int)


@pytest.mark.parametrize("text", ["", "f", "s", "-1f", "1.2.3s", "1e3s", "nans", "٣f", "01:00", "01:00:60:00", "1f2s"])
def test_bad_positions_have_a_sentence(text):
    with pytest.raises(FoleyCueError) as caught:
        parse_position(text, bare_project(Fraction(25)))
    assert caught.value.code is ErrorCode.BAD_RANGE


def test_labels_that_drop_frame_skips_are_refused():
    with pytest.raises(FoleyCueError, match="skips"):
        parse_position("00:01:00;00", bare_project(Fraction(30000, 1001)))
    with pytest.raises(FoleyCueError, match="does not exist"):
        parse_position("00:01:00;00", bare_project(Fraction(25)))


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_marked_range_knows_its_exact_time(edits, clock):
    rate, start, timecode, drop = CLOCKS[clock]
    project = usecases.open_source(edits[clock])
    assert (project.rate, project.start_frame, project.frames, project.drop_frame) == (rate, start, 57, drop)
    selection = mark(project, "7f", "50f")
    assert (selection.range.start, selection.range.frames, selection.range.rate) == (7, 43, rate)
    assert selection.timecode == f"{timecode[:9]}07"
    assert selection.scope.start_frame == start + 7
    assert selection.scope.drop_frame == drop
    assert selection.range.samples(48_000) == round(Fraction(43 * 48_000) / rate)


@pytest.mark.parametrize("clock", CLOCKS)
def test_pieces_show_the_right_part_of_the_file(edits, movies, clock):
    rate = CLOCKS[clock][0]
    selection = mark(usecases.open_source(edits[clock]))
    shown = [(p.start, p.frames, p.media, p.media_start * rate, p.speed) for p in selection.picture_pieces]
    media = str(movies[clock])
    assert shown == [(0, 20, media, 5, 1), (20, 10, None, 0, 1), (30, 12, media, 0, 2), (42, 15, media, 40, 1)]
    assert [(p.start, p.frames, p.media) for p in selection.sound_pieces] == [(0, 57, media)]


def test_the_typed_separator_decides_the_answer(edits):
    project = usecases.open_source(edits["29.97 NDF"])
    assert mark(project, "01:00:00:10", "01:00:01:00").timecode == "01:00:00:10"
    # The same origin read as drop frame: record frame 107992 lies before the timeline's 108000.
    dropped = usecases.open_source(edits["29.97 DF"])
    assert mark(dropped, "01:00:00;10", "20f").timecode == "01:00:00;10"
    assert mark(dropped, "00:59:56:22", "20f").timecode == "00:59:56:22"
    with pytest.raises(FoleyCueError, match="mix"):
        mark(dropped, "01:00:00;10", "00:59:57:22")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [("5f", "5f", "empty"), ("9f", "5f", "reversed"), ("0f", "58f", "leaves"), ("00:59:00:00", "5f", "leaves"),
     ("20f", "30f", "only gap")],
)  # fmt: skip
def test_impossible_ranges_are_refused(edits, start, end, words):
    with pytest.raises(FoleyCueError, match=words) as caught:
        mark(usecases.open_source(edits["25"]), start, end)
    assert caught.value.code is ErrorCode.BAD_RANGE


def test_too_long_a_range_is_refused(tmp_path, movies):
    rate = Fraction(25)
    path = write_timeline(tmp_path / "long.otio", rate, 0, [clip("c", str(movies["25"]), span(0, 50_000, rate))])
    with pytest.raises(FoleyCueError) as caught:
        mark(usecases.open_source(path))
    assert caught.value.code is ErrorCode.LIMIT


def test_a_timeline_without_picture_is_refused(tmp_path, movies):
    rate = Fraction(25)
    path = write_timeline(
        tmp_path / "sound.otio", rate, 0, [gap(40, rate)], audio=[clip("s", str(movies["25"]), span(0, 40, rate))]
    )
    with pytest.raises(FoleyCueError) as caught:
        mark(usecases.open_source(path))
    assert caught.value.code is ErrorCode.NO_PICTURE


def test_the_fingerprint_names_range_and_edit(edits):
    project = usecases.open_source(edits["25"])
    again = usecases.open_source(edits["25"])
    assert select_frames(project, 0, 20).fingerprint == select_frames(again, 0, 20).fingerprint
    assert select_frames(project, 0, 20).fingerprint != select_frames(project, 0, 19).fingerprint
    assert select_frames(project, 0, 20).fingerprint != usecases.open_source(edits["50"]).source


def test_media_offline_outside_the_range_does_no_harm(tmp_path, movies):
    rate = Fraction(25)
    children = [clip("here", str(movies["25"]), span(0, 20, rate)), clip("away", "lost.mov", span(0, 20, rate))]
    project = usecases.open_source(write_timeline(tmp_path / "t.otio", rate, 0, children))
    usecases.plan_generation(mark(project, "0f", "20f"), seeds=[1])
    with pytest.raises(FoleyCueError, match=r"clip away needs .*lost\.mov") as caught:
        usecases.plan_generation(mark(project, "0f", "21f"), seeds=[1])
    assert caught.value.code is ErrorCode.MEDIA_OFFLINE


def test_a_media_file_is_a_timeline_of_one_clip(tmp_path):
    rate = Fraction(24000, 1001)
    movie = write_movie(tmp_path / "a b%20é.mp4", rate, 31, "10:00:00:12")
    project = usecases.open_source(movie)
    assert (project.rate, project.frames, project.timecode(0)) == (rate, 31, "10:00:00:12")
    piece = mark(project, "1f", "31f").picture_pieces[0]
    assert (piece.media, piece.media_start) == (str(movie), 1 / rate)
    assert mark(project, None, None).range.samples(CUE_RATE) == round(Fraction(31 * CUE_RATE) / rate)
