# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from foleycue_plugin import usecases
from foleycue_plugin.hosts.otio_save import rehearse
from foleycue_plugin.takes import StoredTake
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.cues import Cue
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Take
from foleycue_shared.timeline import find_placed
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_movie, write_timeline


def make_takes(folder, selection, count=2):
    takes = []
    samples = selection.range.samples(48_000)
    header = WavHeader(sample_rate=48_000, time_reference=0, rate=selection.range.rate)
    for number in range(count):
        path = folder / f"take{number}.wav"
        write_broadcast_wav(path, [np.zeros(samples, np.float32)], header)
        take = Take(
            take_id=f"t{number}", job_id="job", index=number, seed=7 + number, engine="mini", prompt="knock",
            negative="", path=str(path), sha256="", sample_rate=48_000, samples=samples, cues=(Cue(480, 0.5),),
            onsets=(480,), cue_error_ms=0.0,
        )  # fmt: skip
        takes.append(StoredTake(path=path, take=take))
    return takes


def without_takes(timeline, names):
    """The timeline's JSON without our tracks."""
    copy = timeline.clone()
    for track in [track for track in copy.tracks if track.name in names]:
        copy.tracks.remove(track)
    return copy.to_json_string()


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_copy_holds_the_take_at_the_marked_frame_and_all_else_unchanged(edits, tmp_path, clock):
    before = edits[clock].read_bytes()
    selection = usecases.select_frames(usecases.open_source(edits[clock]), 7, 50)
    placement = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / "copy.otio")
    assert (placement.track, placement.start_frame, placement.frames) == ("FoleyCue", 7, 43)
    assert placement.timecode == selection.timecode
    saved = otio.adapters.read_from_file(str(tmp_path / "copy.otio"))
    assert find_placed(saved, "FoleyCue") == selection.range
    assert without_takes(saved, ["FoleyCue"]) == otio.adapters.read_from_file(str(edits[clock])).to_json_string()
    assert edits[clock].read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.otio", "take0.wav", "take1.wav"]


def test_the_first_take_is_heard_and_the_others_are_alternatives(edits, tmp_path):
    selection = usecases.select_frames(usecases.open_source(edits["25"]), 7, 50)
    takes = make_takes(tmp_path, selection, 3)
    usecases.insert(selection, takes, tmp_path / "copy.otio", track="Foley")
    saved = otio.adapters.read_from_file(str(tmp_path / "copy.otio"))
    placed = next(iter(saved.audio_tracks()[-1].find_clips()))
    assert placed.active_media_reference_key == "DEFAULT_MEDIA"
    references = placed.media_references()
    assert list(references) == ["DEFAULT_MEDIA", "take-2", "take-3"]
    assert [r.target_url for r in references.values()] == [take.path.as_uri() for take in takes]
    assert [dict(r.metadata["foleycue"])["seed"] for r in references.values()] == [7, 8, 9]
    ours = placed.metadata["foleycue"]
    assert (ours["job"], ours["seed"], ours["prompt"], ours["engine"]) == ("job", 7, "knock", "mini")


def test_tracks_of_one_name_are_numbered(edits, tmp_path):
    project = usecases.open_source(edits["25"])
    for number, name in enumerate(("FoleyCue", "FoleyCue 2", "FoleyCue 3"), 1):
        selection = usecases.select_frames(project, number, 20)
        placement = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / f"{number}.otio")
        assert placement.track == name
        project = usecases.open_source(placement.saved)


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_bundles_carry_media_and_all_takes(tmp_path, home, suffix):
    rate = Fraction(25)
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write_movie(tmp_path / folder / "same.mov", rate, 20)
    children = [clip(folder, f"{folder}/same.mov", span(0, 20, rate)) for folder in ("x", "y")]
    source = write_timeline(tmp_path / "t.otio", rate, 90_000, children)
    selection = usecases.select_frames(usecases.open_source(source), 3, 33)
    placement = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / f"copy{suffix}")
    (tmp_path / "x").rename(tmp_path / "gone")
    back = usecases.mark(usecases.open_source(placement.saved))
    media = [piece.media for piece in back.picture_pieces]
    assert [Path(path).name for path in media] == ["same.mov", "same-2.mov"]
    assert all(Path(path).is_file() for path in media)
    assert back.sound_pieces[0].start == 3
    # And once more from the bundle, to a plain file: the media come out of the zip beside it.
    again = usecases.select_frames(back.project, 0, 10)
    saved = usecases.insert(again, make_takes(tmp_path, again), tmp_path / "plain.otio").saved
    shown = usecases.mark(usecases.open_source(saved)).picture_pieces
    assert all(Path(piece.media).is_file() for piece in shown)
    assert (tmp_path / "plain_media").is_dir() == (suffix == ".otioz")


# The AAF adapter takes seconds for each file: its slowest and its trickiest rate must do.
@pytest.mark.parametrize(
    ("clock", "suffix"), [*((clock, ".xml") for clock in CLOCKS), ("23.976", ".aaf"), ("29.97 DF", ".aaf")]
)
def test_older_formats_hold_the_take_at_its_frame(tmp_path, movies, clock, suffix):
    rate, start, _, drop = CLOCKS[clock]
    url = str(movies[clock])
    children = [clip("one", url, span(start + 5, 20, rate)), gap(10, rate), clip("two", url, span(start, 12, rate))]
    source = write_timeline(tmp_path / "t.otio", rate, start, children)
    selection = usecases.select_frames(usecases.open_source(source), 7, 40)
    if suffix == ".xml":
        rehearse(selection, tmp_path / "copy.xml")
        assert not (tmp_path / "copy.xml").exists()
    placement = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / f"copy{suffix}")
    assert (placement.start_frame, placement.frames) == (7, 33)
    back = usecases.open_source(placement.saved)
    assert (back.rate, back.start_frame, back.frames) == (rate, start, 42)
    if suffix == ".xml":
        assert back.drop_frame == drop
        text = placement.saved.read_text()
        assert ("<displayformat>DF</displayformat>" in text) == drop
        if drop:
            assert "<string>01:00:00;00</string>" in text


@pytest.mark.parametrize("suffix", [".xml"])
def test_formats_that_would_lose_something_are_refused_before_any_work(edits, tmp_path, suffix):
    selection = usecases.select_frames(usecases.open_source(edits["25"]), 7, 50)
    with pytest.raises(FoleyCueError, match="does not keep") as caught:
        rehearse(selection, tmp_path / f"copy{suffix}")
    assert caught.value.code is ErrorCode.BAD_INPUT
    with pytest.raises(FoleyCueError) as caught:
        usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / f"copy{suffix}")
    assert caught.value.code is ErrorCode.VERIFICATION
    assert sorted(p.name for p in tmp_path.iterdir()) == ["take0.wav", "take1.wav"]


def test_relative_media_still_resolve_from_another_folder(tmp_path):
    rate = Fraction(25)
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    write_movie(tmp_path / "in" / "a b.mov", rate, 20)
    source = write_timeline(tmp_path / "in" / "t.otio", rate, 0, [clip("c", "a b.mov", span(0, 20, rate))])
    selection = usecases.mark(usecases.open_source(source))
    near = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / "in" / "copy.otio").saved
    far = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / "out" / "copy.otio").saved
    assert otio.adapters.read_from_file(str(near)).find_clips()[0].media_reference.target_url == "a b.mov"
    assert not otio.adapters.read_from_file(str(far)).find_clips()[0].media_reference.target_url.startswith("/")
    for path in (near, far):
        shown = usecases.mark(usecases.open_source(path)).picture_pieces[0].media
        assert shown == str(tmp_path / "in" / "a b.mov")


@pytest.mark.parametrize("way", ["itself", "detour", "symlink", "hardlink"])
def test_the_source_is_never_written(tmp_path, movies, way):
    rate = Fraction(25)
    source = write_timeline(tmp_path / "t.otio", rate, 0, [clip("c", str(movies["25"]), span(0, 20, rate))])
    before = source.read_bytes()
    (tmp_path / "sub").mkdir()
    target = {
        "itself": source,
        "detour": tmp_path / "sub" / ".." / "t.otio",
        "symlink": tmp_path / "link.otio",
        "hardlink": tmp_path / "hard.otio",
    }[way]
    if way == "symlink":
        target.symlink_to(source)
    elif way == "hardlink":
        target.hardlink_to(source)
    selection = usecases.mark(usecases.open_source(source))
    with pytest.raises(FoleyCueError, match="never written"):
        usecases.insert(selection, make_takes(tmp_path, selection), target, force=True)
    assert source.read_bytes() == before


def test_a_plain_media_file_becomes_a_timeline(tmp_path, movies):
    selection = usecases.select_frames(usecases.open_source(movies["29.97 DF"]), 10, 40)
    placement = usecases.insert(selection, make_takes(tmp_path, selection), tmp_path / "new.otio")
    assert placement.timecode == "01:00:00;10"
    assert usecases.open_source(placement.saved).drop_frame
