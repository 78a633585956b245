# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages for editors: everything or nothing, and each file holds the take where it belongs."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from foleycue_plugin import package as packages
from foleycue_plugin import usecases
from foleycue_plugin.cli.arguments import EDITORS
from foleycue_plugin.cli.main import main
from foleycue_plugin.package import PAGE, write_package
from foleycue_plugin.package_guides import GUIDES, Editor
from foleycue_plugin.takes import TakeStore
from foleycue_plugin.wav_takes import take_from_wav
from foleycue_shared import places
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import frames_to_samples
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_timeline
from plugin.test_interchange import CUES, take


@pytest.fixture
def edit(tmp_path, movies):
    """Makes a selection of frames 12 to 50 of a timeline at a clock; plain, or with a changed speed."""

    def make(clock: str, speed: float = 1.0) -> usecases.Selection:
        rate, start, _, _ = CLOCKS[clock]
        url = str(movies[clock])
        shots = [
            clip("one", url, span(start + 5, 20, rate)),
            gap(10, rate),
            clip("two", url, span(start, 25, rate), speed=speed),
        ]
        source = write_timeline(tmp_path / "edit.otio", rate, start, shots)
        return usecases.select_frames(usecases.open_source(source), 12, 50)

    return make


def test_the_command_line_names_every_editor():
    assert tuple(Editor) == EDITORS
    assert set(GUIDES) == set(Editor)


@pytest.mark.parametrize("clock", ["23.976", "29.97 DF"])
@pytest.mark.parametrize("editor", Editor)
def test_every_editor_gets_takes_timelines_and_words(tmp_path, edit, editor, clock):
    selection = edit(clock)
    takes = [take(tmp_path, selection, number) for number in range(2)]
    package = write_package(selection, takes, editor, tmp_path / "out")
    assert [path.name for path in package.takes] == ["knock-take-1.wav", "knock-take-2.wav"]
    assert [path.suffix for path in package.timelines] == list(GUIDES[editor].formats)
    reference = frames_to_samples(selection.scope.start_frame, selection.range.rate, 48_000)
    assert all(read_wav_header(path).time_reference == reference for path in package.takes)
    for path in package.timelines:
        back = usecases.open_source(path)
        placed = back.timeline.audio_tracks()[-1].find_clips()[0]
        assert Path(placed.media_reference.target_url) == package.takes[0]
    page = (tmp_path / "out" / PAGE).read_text()
    assert GUIDES[editor].name in page
    assert selection.timecode in page
    assert "{" not in page
    assert not package.left_out
    assert not list(tmp_path.glob(".foleycue*"))


@pytest.mark.parametrize(("editor", "first"), [(Editor.KDENLIVE, 0), (Editor.RESOLVE, 90_000)])
def test_media_time_counts_as_the_editor_does(tmp_path, edit, editor, first):
    """Kdenlive counts from a file's first frame, Resolve by its timecode; both show the same."""
    selection = edit("25")
    package = write_package(selection, [take(tmp_path, selection)], editor, tmp_path / "out")
    written = otio.adapters.read_from_file(str(package.timelines[0]))
    shot = written.video_tracks()[0].find_clips()[0]
    assert (shot.source_range.start_time.value, shot.available_range().start_time.value) == (first + 5, first)
    placed = written.audio_tracks()[-1].find_clips()[0]
    record = 0 if first == 0 else 90_012
    assert (placed.source_range.start_time.value, placed.available_range().start_time.value) == (record, record)
    assert placed.markers[1].marked_range.start_time.value == record + CUES[1].sample * 25 // 48_000
    shown = [(p.start, p.media_start) for p in usecases.mark(usecases.open_source(package.timelines[0])).picture_pieces]
    assert shown == [(p.start, p.media_start) for p in usecases.mark(selection.project).picture_pieces]


def test_what_a_format_cannot_hold_is_left_out_and_said(tmp_path, edit):
    selection = edit("25", speed=2.0)
    package = write_package(selection, [take(tmp_path, selection)], Editor.FINAL_CUT, tmp_path / "out")
    assert package.timelines == ()
    assert "changed speed" in package.left_out[".fcpxml"]
    page = (tmp_path / "out" / PAGE).read_text()
    assert "Left out:" in page
    assert "Connect to Primary Storyline" in page


def test_old_packages_are_replaced_only_when_that_was_asked(tmp_path, edit):
    selection = edit("25")
    takes = [take(tmp_path, selection)]
    folder = write_package(selection, takes, Editor.BLENDER, tmp_path / "out").folder
    with pytest.raises(FoleyCueError, match="--force"):
        write_package(selection, takes, Editor.AVID, folder)
    write_package(selection, takes, Editor.PREMIERE, folder, force=True)
    assert sorted(path.suffix for path in folder.iterdir()) == [".otio", ".txt", ".wav", ".xml"]
    other = tmp_path / "mine"
    other.mkdir()
    (other / "precious").touch()
    with pytest.raises(FoleyCueError, match="no package") as caught:
        write_package(selection, takes, Editor.AVID, other, force=True)
    assert caught.value.code is ErrorCode.OUTPUT_EXISTS
    assert (other / "precious").exists()


def test_a_package_that_the_timeline_lives_in_is_not_replaced(tmp_path, edit):
    selection = edit("25")
    takes = [take(tmp_path, selection)]
    first = write_package(selection, takes, Editor.RESOLVE, tmp_path / "out")
    again = usecases.select_frames(usecases.open_source(first.timelines[0]), 12, 50)
    with pytest.raises(FoleyCueError, match="would be replaced"):
        write_package(again, takes, Editor.RESOLVE, tmp_path / "out", force=True)


def test_after_a_failure_the_old_package_is_back(tmp_path, edit, monkeypatch):
    selection = edit("25")
    takes = [take(tmp_path, selection)]
    write_package(selection, takes, Editor.BLENDER, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packages, "_page", full)
    with pytest.raises(FoleyCueError) as caught:
        write_package(selection, takes, Editor.RESOLVE, tmp_path / "out", force=True)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    with pytest.raises(FoleyCueError):
        write_package(selection, takes, Editor.RESOLVE, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edit.otio", "out", "take 0.wav"]


def test_takes_from_wav_files_know_what_made_them(tmp_path, edit):
    selection = edit("25")
    path = take(tmp_path, selection).path
    again = take_from_wav(path, selection).take
    assert (again.samples, again.sample_rate, again.cues) == (38 * 1920, 48_000, ())
    shorter = usecases.select_frames(selection.project, 12, 40)
    with pytest.raises(FoleyCueError, match="mark the range it was made for"):
        take_from_wav(path, shorter)
    path.write_bytes(b"no sound")
    with pytest.raises(FoleyCueError, match="give a WAV that FoleyCue made"):
        take_from_wav(path, selection)


def test_the_command_packs_named_files_or_the_newest_takes(tmp_path, home, edit, capsys):
    selection = edit("29.97 DF")
    source, wav = selection.project.source, take(tmp_path, selection).path
    arguments = ["package", str(source), "--range", "12f", "50f", "--editor", "premiere"]
    assert main([*arguments, "--out", str(tmp_path / "a")]) == 2
    assert "There are no takes of this range yet" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "a"), "--audio", str(wav), "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert set(entry) == {"range", "editor", "folder", "takes", "timelines", "left_out", "placement"}
    assert entry["placement"] == {"track": "FoleyCue", "timecode": "01:00:00;12", "start_frame": 12, "frames": 38}
    plan = usecases.plan_generation(selection, seeds=[1])
    store = TakeStore(places.home())
    store.remember(plan)
    made = take_from_wav(wav, selection).take
    outbox = places.home().outbox / "t.wav"
    shutil.copyfile(wav, outbox)
    import msgspec

    store.adopt(msgspec.structs.replace(made, path=str(outbox), job_id=plan.request.job_id), plan)
    assert main([*arguments, "--out", str(tmp_path / "b")]) == 0
    assert sorted(Path(line).suffix for line in capsys.readouterr().out.split()) == [".otio", ".txt", ".wav", ".xml"]
    assert Fraction(entry["range"]["rate"]) == selection.range.rate
