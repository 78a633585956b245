# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue sheets as files: what is written comes back to the sample, and what cannot be read says so in one sentence."""

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_plugin import cue_files
from foleycue_plugin.cli.main import main
from foleycue_plugin.usecases import Selection, open_source, select_frames
from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from plugin.media_files import clip, span, write_movie, write_timeline

RATE = Fraction(30000, 1001)
START, FRAMES = 12, 90
ORIGIN = 107_892


def marker(start: float, frames: float = 0) -> otio.schema.Marker:
    return otio.schema.Marker("m", span(start, frames, RATE))


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of four seconds at 29.97 that begin at 01:00:00;00."""
    folder = tmp_path_factory.mktemp("timeline")
    film = str(write_movie(folder / "film.mp4", RATE, 240))
    clips = [clip(f"clip {k}", film, span(k, 120, RATE), span(0, 240, RATE)) for k in (0, 120)]
    return write_timeline(folder / "edit.otio", RATE, ORIGIN, clips)


@pytest.fixture(scope="module")
def selection(timeline: Path) -> Selection:
    return select_frames(open_source(timeline), START, START + FRAMES)


LIMIT = frames_to_samples(FRAMES, RATE, CUE_RATE)
CUES = (
    Cue(0, 1.0, CueSource.USER),
    Cue(frames_to_samples(7, RATE, CUE_RATE), 0.8125, CueSource.PICTURE),
    Cue(31_337, 0.5, CueSource.PERFORMED),
    Cue(LIMIT - 1, 0.05, CueSource.GUIDE),
)


@pytest.mark.parametrize("suffix", cue_files.SUFFIXES)
def test_every_format_gives_back_what_was_written(suffix: str, selection: Selection, tmp_path: Path):
    path = tmp_path / f"cues{suffix}"
    cue_files.write_cues(path, CUES, selection)
    assert cue_files.read_cues(path, selection) == CUES


@settings(max_examples=25, deadline=None)
@given(samples=st.sets(st.integers(0, LIMIT - 1), min_size=1, max_size=20))
def test_every_sample_survives_markers_and_labels(
    samples: set[int], selection: Selection, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.getbasetemp()
    cues = tuple(Cue(sample) for sample in sorted(samples))
    for suffix in (".otio", ".txt"):
        cue_files.write_cues(folder / f"any{suffix}", cues, selection, force=True)
        assert cue_files.read_cues(folder / f"any{suffix}", selection) == cues


def test_markers_are_in_frames_where_cues_lie_on_frames(selection: Selection, tmp_path: Path):
    cue_files.write_cues(tmp_path / "m.otio", CUES, selection)
    written = otio.adapters.read_from_file(str(tmp_path / "m.otio"))
    places = [marker.marked_range.start_time for marker in written.tracks.markers]
    assert [(time.value, round(time.rate, 2)) for time in places[:3]] == [(0, 29.97), (7, 29.97), (31_337, 48_000)]
    assert written.global_start_time.value == ORIGIN + START
    assert len(written.video_tracks()[0]) == 1


def test_markers_of_an_edit_are_found_wherever_they_hang(timeline: Path, selection: Selection, tmp_path: Path):
    edit = otio.adapters.read_from_file(str(timeline))
    edit.tracks.markers.append(marker(START + 10, 1))
    edit.tracks.markers.append(marker(3, 1))  # before the range
    edit.tracks[0].markers.append(marker(START + 20))
    edit.tracks[0][0].markers.append(marker(START + 30))
    edit.tracks[0][1].markers.append(marker(230))  # after the range
    path = tmp_path / "edit.otio"
    otio.adapters.write_to_file(edit, str(path))
    found = cue_files.read_cues(path, selection)
    assert [cue.sample for cue in found] == [frames_to_samples(k, RATE, CUE_RATE) for k in (10, 20, 30)]
    assert {cue.source for cue in found} == {CueSource.USER}


def test_labels_of_others_need_no_text_and_may_span_and_have_frequencies(selection: Selection, tmp_path: Path):
    path = tmp_path / "labels.txt"
    path.write_text("0.5\t0.75\tknock\n\\\t100\t2000\n1,25\t1,25\t\n2.0\n")
    assert cue_files.read_cues(path, selection) == (Cue(24_000), Cue(60_000), Cue(96_000))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "knock\t1\n", "does not begin with a time"),
        ("a.txt", "9\t9\tlate\n", "outside the range of 3.003 s"),
        ("a.txt", b"\xff\xfe\x00", "holds no labels"),
        ("a.tsv", "0.1\n" * (MAX_CUES + 1), f"{MAX_CUES} are the most"),
        ("a.otio", "<xml>", "is no OTIO timeline"),
        ("a.otio", otio.schema.Clip("x").to_json_string(), "holds no timeline"),
        ("a.otio", otio.schema.Timeline("x").to_json_string(), "holds no markers"),
        ("a.json", "[{}]", "not a JSON list"),
        ("a.json", None, "cannot be read"),
    ],
)
def test_a_bad_file_is_one_sentence(
    name: str, content: str | bytes | None, sentence: str, selection: Selection, tmp_path: Path
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FoleyCueError, match=sentence) as caught:
        cue_files.read_cues(path, selection)
    assert caught.value.code is ErrorCode.BAD_CUES


def test_markers_outside_of_the_range_are_told(timeline: Path, selection: Selection, tmp_path: Path):
    edit = otio.adapters.read_from_file(str(timeline))
    edit.tracks.markers.append(marker(200, 1))
    otio.adapters.write_to_file(edit, str(tmp_path / "far.otio"))
    with pytest.raises(FoleyCueError, match="None of the 1 markers"):
        cue_files.read_cues(tmp_path / "far.otio", selection)


def test_nothing_is_replaced_unasked_and_other_endings_are_refused(selection: Selection, tmp_path: Path):
    path = tmp_path / "cues.json"
    path.write_text("mine")
    with pytest.raises(FoleyCueError, match="exists"):
        cue_files.write_cues(path, CUES, selection)
    assert path.read_text() == "mine"
    with pytest.raises(FoleyCueError, match=r"must end in \.json"):
        cue_files.write_cues(tmp_path / "cues.xml", CUES, selection)


def test_the_command_line_turns_labels_into_markers(timeline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    labels, markers = tmp_path / "labels.txt", tmp_path / "markers.otio"
    labels.write_text("0.5\t0.5\t0.7 performed\n")
    command = ["cues", str(timeline), "--range", "12f", "102f", "--import", str(labels), "--export", str(markers)]
    assert main(command) == 0
    assert "1 cues" in capsys.readouterr().out
    found = cue_files.read_cues(markers, select_frames(open_source(timeline), START, START + FRAMES))
    assert found == (Cue(24_000, 0.7, CueSource.PERFORMED),)
    assert main(command) == 2
    assert "exists" in capsys.readouterr().err
