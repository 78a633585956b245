# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own FCPXML and EDL hold any frame of a day, at every clock, and know a file's own timecode."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_plugin import usecases
from foleycue_plugin.hosts.exchange.edl_read import read_edl
from foleycue_plugin.hosts.exchange.edl_write import write_edl
from foleycue_plugin.hosts.exchange.fcpxml_read import read_fcpxml
from foleycue_plugin.hosts.exchange.fcpxml_write import write_fcpxml
from foleycue_plugin.project import Project
from foleycue_shared.cues import Cue
from foleycue_shared.timecode import nominal
from foleycue_shared.timeline import TakeMedia, find_placed, place_takes, start_frame
from foleycue_shared.timeline.times import seconds
from foleycue_shared.timing import FrameRange
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_timeline
from plugin.test_interchange import take

WAYS = {".fcpxml": (write_fcpxml, read_fcpxml), ".edl": (write_edl, read_edl)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("positions")


@pytest.mark.parametrize("suffix", WAYS)
@settings(max_examples=60, deadline=None)
@given(
    clock=st.sampled_from(list(CLOCKS)),
    hour=st.integers(0, 20),
    offset=st.integers(0, 5_000),
    start=st.integers(0, 250_000),
    frames=st.integers(1, 50_000),
    cue=st.integers(0, 48_000),
)
def test_any_position_comes_back(folder, suffix, clock, hour, offset, start, frames, cue):
    rate, _, _, drop = CLOCKS[clock]
    origin = hour * 3600 * nominal(rate) + offset
    length = start + frames
    path = write_timeline(folder / "t.otio", rate, origin, [clip("m", "/none/m.mov", span(0, length, rate))])
    original = usecases.open_source(path).original
    project = Project(
        source=path, original=original, timeline=original, base=folder, rate=rate, drop_frame=drop, frames=length,
        start_frame=origin,
    )  # fmt: skip
    marked = FrameRange(start, frames, rate)
    sample = min(cue, marked.samples(48_000) - 1)
    media = TakeMedia(url="file:///none/t.wav", name="t", cues=(Cue(sample, 1.0),), origin=origin + start)
    placed, _ = place_takes(original, marked, [media], "FoleyCue")
    write, read = WAYS[suffix]
    write(placed, folder / f"copy{suffix}", project)
    back = read(folder / f"copy{suffix}")
    track = back.audio_tracks()[-1]
    assert find_placed(back, track.name) == marked
    assert (start_frame(back), bool(back.metadata["drop_frame"])) == (origin, drop)
    found = track.find_clips()[0]
    at = seconds(found.markers[0].marked_range.start_time) - seconds(found.source_range.start_time)
    assert at * rate == int(sample * rate // 48_000)


@pytest.mark.parametrize("suffix", [".fcpxml", ".edl", ".xml"])
@pytest.mark.parametrize("clock", ["23.976", "25", "29.97 DF"])
def test_a_timeline_that_counts_from_first_frames_gets_the_files_own_timecode(tmp_path, movies, clock, suffix):
    """As Kdenlive writes them. Whoever conforms by timecode must find the same picture."""
    rate, start, timecode, _ = CLOCKS[clock]
    url = str(movies[clock])
    shots = [clip("one", url, span(5, 20, rate)), gap(10, rate), clip("two", url, span(0, 9, rate)), gap(5, rate)]
    source = write_timeline(tmp_path / "edit.otio", rate, start, shots)
    selection = usecases.select_frames(usecases.open_source(source), 2, 20)
    saved = usecases.insert(selection, [take(tmp_path, selection)], tmp_path / f"copy{suffix}").saved
    pieces = usecases.select_frames(usecases.open_source(saved), 0, 20).picture_pieces
    assert [(piece.start, piece.media_start * rate) for piece in pieces] == [(0, 5)]
    if suffix == ".edl":
        assert f"{timecode[:-2]}05" in saved.read_text()
