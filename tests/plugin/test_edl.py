# SPDX-License-Identifier: GPL-3.0-or-later
"""CMX 3600 lists: ours as others read them, and others' as we do."""

import re
from fractions import Fraction

import opentimelineio as otio
import pytest

from foleycue_plugin import usecases
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import format_timecode
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_movie, write_timeline
from plugin.test_interchange import take


@pytest.fixture
def written(tmp_path, movies, request):
    """A list with a take on frames 12 to 70 of: a gap of 6 frames, 30, a gap of 9, 30."""
    rate, start, _, _ = CLOCKS[request.param]
    url = str(movies[request.param])
    edit = [
        gap(6, rate),
        clip("one", url, span(start + 5, 30, rate)),
        gap(9, rate),
        clip("two", url, span(start, 30, rate)),
    ]
    source = write_timeline(tmp_path / "edit.otio", rate, start, edit)
    selection = usecases.select_frames(usecases.open_source(source), 12, 70)
    return selection, usecases.insert(selection, [take(tmp_path, selection)], tmp_path / "copy.edl").saved


@pytest.mark.parametrize("written", CLOCKS, indirect=True)
def test_the_list_says_record_and_source_as_timecode(written):
    selection, path = written
    project, lines = selection.project, path.read_text().splitlines()
    assert lines[:2] == ["TITLE: edit", f"FCM: {'' if project.drop_frame else 'NON-'}DROP FRAME"]
    event = next(line for line in lines if re.match(r"\d{3}  AX       A ", line))
    record = [format_timecode(project.start_frame + frame, project.rate, project.drop_frame) for frame in (12, 70)]
    # The take's own timecode is its record timecode: the WAV carries it as TimeReference.
    assert event.split()[4:] == [*record, *record]
    after = lines[lines.index(event) + 1 :]
    assert after[0] == "* FROM CLIP NAME: take 0"
    assert after[3] == f"* LOC: {record_at(project, 12, 4_800)} RED     Cue 1 strength 0.50, user"
    assert ("; " in path.read_text() or ";" in event) == project.drop_frame


def record_at(project, frame: int, sample: int) -> str:
    offset = int(sample * project.rate // 48_000)
    return format_timecode(project.start_frame + frame + offset, project.rate, project.drop_frame)


@pytest.mark.parametrize("written", ["23.976", "25", "29.97 DF"], indirect=True)
def test_the_public_reader_finds_the_same_events(written):
    pytest.importorskip("otio_cmx3600_adapter", reason="the public EDL reader is not installed")
    selection, path = written
    project = selection.project
    back = otio.adapters.read_from_file(str(path), adapter_name="cmx_3600", rate=float(project.rate))
    tracks = {track.name: track for track in back.tracks}
    assert set(tracks) == {"V", "A1"}
    placed = tracks["A1"].find_clips()[0]
    first = project.start_frame + 12
    assert (round(placed.source_range.start_time.value), round(placed.source_range.duration.value)) == (first, 58)
    assert placed.media_reference.target_url.endswith("take 0.wav")
    names = [(clip.name, round(clip.duration().value)) for clip in tracks["V"].find_clips()]
    assert [length for _, length in names] == [6, 30, 9, 30]


FOREIGN = """TITLE: Reel 1
FCM: NON-DROP FRAME

001  CAM1     V     C        00:00:00:10 00:00:01:10 10:00:00:00 10:00:01:00
* FROM CLIP NAME: a.mov
002  CAM1     AA/V  C        00:00:00:00 00:00:00:00 10:00:01:00 10:00:01:00
002  CAM1     AA/V  D    012 00:00:00:20 00:00:01:20 10:00:01:00 10:00:02:00
* FROM CLIP NAME: a.mov
* TO CLIP NAME: a.mov
"""


def test_lists_of_others_are_read(tmp_path):
    write_movie(tmp_path / "a.mov", Fraction(25), 60)
    path = tmp_path / "foreign.edl"
    path.write_text(FOREIGN)
    selection = usecases.mark(usecases.open_source(path))
    assert (selection.project.rate, selection.project.start_frame, selection.project.frames) == (25, 900_000, 50)
    assert [(p.start, p.frames, p.media_start * 25) for p in selection.picture_pieces] == [(0, 25, 10), (25, 25, 20)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TITLE: x\n", "no event"),
        (FOREIGN.replace("a.mov", "gone.mov"), "does not say its frame rate"),
        (FOREIGN + "M2   CAM1       050.0                10:00:01:00\n", "changed speed"),
        (FOREIGN.replace("10:00:01:00 10:00:02:00", "10:00:00:20 10:00:02:00"), "overlap"),
        (FOREIGN.replace("AA/V  D    012 00:00:00:20", "AA/V  D    012 nonsense"), "not understood"),
        ("* FOLEYCUE RATE: 0/1\n", "not a rate"),
        (FOREIGN.replace("10:00:01:00", "10:00:61:00"), "not a timecode"),
    ],
)
def test_lists_that_cannot_be_read_say_why(tmp_path, text, reason):
    write_movie(tmp_path / "a.mov", Fraction(25), 60)
    path = tmp_path / "bad.edl"
    path.write_text(text)
    with pytest.raises(FoleyCueError, match=reason) as caught:
        usecases.open_source(path)
    assert caught.value.code is ErrorCode.NOT_A_TIMELINE


def test_more_than_a_list_can_hold_is_refused(tmp_path, movies):
    rate, url = Fraction(25), str(movies["25"])
    shot = [clip("one", url, span(90_000, 30, rate))]
    source = write_timeline(tmp_path / "two.otio", rate, 0, shot, [clip("two", url, span(90_000, 5, rate))])
    selection = usecases.mark(usecases.open_source(source))
    with pytest.raises(FoleyCueError, match="more than one picture track"):
        usecases.insert(selection, [take(tmp_path, selection)], tmp_path / "copy.edl")
    assert not (tmp_path / "copy.edl").exists()
