# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve's menu script, as it is installed, against a fake of the documented behaviour; never the real one."""

import importlib
import json
import sys
import threading
import time
from fractions import Fraction

import opentimelineio as otio
import pytest

from fakes.impulse_take import write_take
from fakes.resolve import FakeItem, FakeMedia, FakeProject, FakeResolve, FakeTimeline, FakeTrack, exported
from foleycue_plugin import usecases
from foleycue_plugin.bridge.server import close_bridge, open_bridge
from foleycue_plugin.hosts.install import EDITORS, installer
from foleycue_plugin.hosts.resolve.live import ResolveHost
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange
from plugin.media_files import write_movie

#: Resolve's words for a rate, the exact one, record frame of the first frame, drop frame.
CLOCKS = {
    "25": ("25", Fraction(25), 90_000, False),
    "23.976": ("23.976", Fraction(24000, 1001), 86_400, False),
    "29.97 DF": ("29.97", Fraction(30000, 1001), 107_892, True),
}


@pytest.fixture
def folders(tmp_path, home, monkeypatch):
    """A Resolve that was started once, on Linux."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    scripts = tmp_path / "share" / "DaVinciResolve" / "Fusion" / "Scripts"
    (scripts / "Utility").mkdir(parents=True)
    (scripts / "Utility" / "other.py").touch()
    return scripts


@pytest.fixture
def timeline(tmp_path, request):
    """Sixty frames with something on the audio track."""
    label, rate, start, drop = CLOCKS[getattr(request, "param", "25")]
    document = exported(write_movie(tmp_path / "m.mov", rate, 60), rate, start, 60)
    made = FakeTimeline(document, label, start, drop, {"video": {"in": 10, "out": 39}, "audio": {"in": 10, "out": 39}})
    made.tracks[0].items.append(FakeItem(FakeMedia("/production.wav"), start, 60))
    return made


@pytest.fixture
def resolve(folders, timeline):
    """The installed script at work, started as Resolve's menu does; gives the fake and the panel's host."""
    bridge = open_bridge(places.home())
    bridge.on_ask = lambda editor, ask, arguments: asked.append((editor.about.title, ask))
    asked: list[tuple[str, str]] = []
    installer("resolve").install()
    fake = FakeResolve(FakeProject(timeline))
    menu = (folders / "Utility" / "FoleyCue.py").read_text()
    path = list(sys.path)
    script = threading.Thread(target=exec, args=(menu, {"resolve": fake}), daemon=True)
    script.start()
    host, end = ResolveHost(), time.monotonic() + 10
    while not (host.probe() and asked) and time.monotonic() < end:
        time.sleep(0.01)
    assert asked == [("Film / Cut", "open")]
    yield fake, host
    close_bridge()
    script.join(10)
    assert not script.is_alive()
    sys.path[:] = path
    for name in ("foleycue_resolve", "foleycue_line"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("timeline", CLOCKS, indirect=True)
def test_marks_insert_read_back_replace_remove(tmp_path, resolve, timeline):
    fake, host = resolve
    editor = host.probe()[0]
    assert editor.title == "Film / Cut"
    project = host.open(editor)
    assert (project.start_frame, project.drop_frame, project.frames) == (timeline.start, timeline.drop, 60)
    assert project.marked == FrameRange(10, 30, project.rate)
    selection = usecases.select_frames(project, 10, 40)
    take = write_take(tmp_path / "take.wav", selection.range)
    placed = host.insert(editor, selection, take)
    assert (placed.track, placed.start_frame, placed.frames) == ("FoleyCue", 10, 30)
    assert (placed.timecode, placed.media) == (selection.timecode, take.path)
    assert [(track.subtype, track.name) for track in timeline.tracks] == [("stereo", "Audio 1"), ("stereo", "FoleyCue")]
    assert timeline.tracks[1].items[0].GetStart() == timeline.start + 10

    # The same range again needs another track; the next range does not.
    assert host.insert(editor, selection, take).track == "FoleyCue 2"
    beside = usecases.select_frames(project, 40, 50)
    assert host.insert(editor, beside, write_take(tmp_path / "b.wav", beside.range)).track == "FoleyCue"

    found = host.find(editor, selection)
    assert found is not None
    assert found.track == "FoleyCue 2"
    other = write_take(tmp_path / "other.wav", selection.range, seed=8)
    again = host.replace(found, other)
    assert (again.media, again.start_frame, again.handle) == (other.path, 10, found.handle)
    assert json.loads(timeline.tracks[2].items[0].media.metadata["foleycue"])["seed"] == 8
    host.remove(again)
    assert timeline.tracks[2].items == []
    assert len(timeline.tracks[0].items) == 1
    assert host.find(editor, beside) is not None
    assert fake.project.timeline is timeline


@pytest.mark.parametrize(("reading", "whole"), [("inclusive", 0), ("inclusive", 1), ("exclusive", -1)])
def test_both_readings_of_end_frame_come_to_the_exact_length(tmp_path, resolve, timeline, reading, whole):
    fake, host = resolve
    fake.project.pool.reading, fake.project.pool.whole = reading, whole
    selection = usecases.select_frames(host.open(host.probe()[0]), 10, 40)
    placed = host.insert(host.probe()[0], selection, write_take(tmp_path / "take.wav", selection.range))
    assert placed.frames == 30
    assert [(item.start - timeline.start, item.length) for item in timeline.tracks[1].items] == [(10, 30)]


def test_a_clip_in_the_wrong_place_is_taken_back_with_its_track(tmp_path, resolve, timeline):
    fake, host = resolve
    fake.project.pool.moved = 1
    selection = usecases.select_frames(host.open(host.probe()[0]), 10, 40)
    with pytest.raises(FoleyCueError, match="taken out again") as caught:
        host.insert(host.probe()[0], selection, write_take(tmp_path / "take.wav", selection.range))
    assert caught.value.code is ErrorCode.VERIFICATION
    assert [track.name for track in timeline.tracks] == ["Audio 1"]


def test_older_versions_keep_the_recipe_in_a_marker_and_tell_no_marks(tmp_path, resolve, timeline, monkeypatch):
    fake, host = resolve
    monkeypatch.delattr(FakeTimeline, "GetMarkInOut")
    fake.project.pool.keeps_metadata = False
    project = host.open(host.probe()[0])
    assert project.marked is None
    selection = usecases.select_frames(project, 0, 20)
    placed = host.insert(host.probe()[0], selection, write_take(tmp_path / "take.wav", selection.range))
    assert json.loads(timeline.tracks[1].items[0].markers[0]["customData"])["seed"] == 7
    found = host.find(host.probe()[0], selection)
    assert found is not None
    assert found.handle == placed.handle


def test_with_a_take_on_it_a_range_stays_the_same_range(tmp_path, resolve, timeline):
    _, host = resolve
    before = usecases.select_frames(host.open(host.probe()[0]), 10, 40)
    take = write_take(tmp_path / "take.wav", before.range)
    host.insert(host.probe()[0], before, take)
    # What Resolve exports now has the take on a track of its own.
    track = otio.schema.Track("FoleyCue", kind=otio.schema.TrackKind.Audio)
    shown = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(30, 25))
    track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(10, 25)))
    track.append(otio.schema.Clip("take", otio.schema.ExternalReference(take.path.as_uri()), shown))
    timeline.document.tracks.append(track)
    after = usecases.select_frames(host.open(host.probe()[0]), 10, 40)
    assert after.fingerprint == before.fingerprint


def test_marks_are_a_range_only_when_both_are_set(resolve, timeline):
    _, host = resolve
    for marks, expected in (({}, None), ({"video": {"in": 5}}, None), ({"audio": {"in": 5, "out": 5}}, (5, 1))):
        timeline.marks = marks
        marked = host.open(host.probe()[0]).marked
        assert (None if marked is None else (marked.start, marked.frames)) == expected


def test_every_no_of_resolve_is_a_sentence(tmp_path, resolve, timeline):
    fake, host = resolve
    editor = host.probe()[0]
    selection = usecases.select_frames(host.open(editor), 10, 40)
    take = write_take(tmp_path / "take.wav", selection.range)
    timeline.can_export = False
    with pytest.raises(FoleyCueError, match="could not export"):
        host.open(editor)
    timeline.can_add = False
    with pytest.raises(FoleyCueError, match="did not make a new audio track"):
        host.insert(editor, selection, take)
    timeline.tracks.append(FakeTrack("stereo", "FoleyCue", locked=True))
    with pytest.raises(FoleyCueError, match="did not make a new audio track"):
        host.insert(editor, selection, take)
    timeline.tracks[1].locked = False
    placed = host.insert(editor, selection, take)
    timeline.tracks[1].items[0].media.can_replace = False
    with pytest.raises(FoleyCueError, match="did not exchange"):
        host.replace(placed, take)
    take.path.unlink()
    with pytest.raises(FoleyCueError, match="is missing"):
        host.insert(editor, selection, take)
    timeline.tracks[1].items.clear()
    with pytest.raises(FoleyCueError, match="not on the timeline any more"):
        host.remove(placed)
    timeline.id = "another"
    with pytest.raises(FoleyCueError, match="another timeline"):
        host.find(editor, selection)
    fake.project.timeline = None
    with pytest.raises(FoleyCueError, match="No timeline is open") as caught:
        host.open(editor)
    assert caught.value.code is ErrorCode.BAD_INPUT
    fake.project = None
    with pytest.raises(FoleyCueError, match="No project is open"):
        host.open(editor)


def test_install_and_uninstall_touch_nothing_else(folders, home):
    before = sorted(folders.rglob("*"))
    made = installer("resolve").install()
    assert made == [folders / "Utility" / "FoleyCue.py", home / "data" / "resolve"]
    assert json.loads((made[1] / "installed.json").read_text())["panel"][0] == sys.executable
    assert installer("resolve").install() == made
    assert installer("resolve").uninstall() == made
    assert sorted(folders.rglob("*")) == before
    (folders / "Utility" / "FoleyCue.py").write_text("somebody else's")
    with pytest.raises(FoleyCueError, match="not FoleyCue's"):
        installer("resolve").install()
    assert installer("resolve").uninstall() == []
    assert {"blender", "resolve"} <= set(EDITORS)


@pytest.mark.parametrize(("system", "tail"), [("win32", "Support/Fusion/Scripts"), ("darwin", "Fusion/Scripts")])
def test_each_systems_script_folder_is_found(tmp_path, home, monkeypatch, system, tail):
    module = importlib.import_module("foleycue_plugin.hosts.resolve.install")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "every"))
    assert module._script_folders()[0].as_posix().endswith(f"DaVinci Resolve/{tail}")


def test_without_resolve_the_user_is_told(tmp_path, home, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    with pytest.raises(FoleyCueError, match="start Resolve once"):
        installer("resolve").install()
