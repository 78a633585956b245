# SPDX-License-Identifier: GPL-3.0-or-later
"""Which project a Kdenlive has open, and what a scene, an exchange and a removal look like; without a Kdenlive."""

import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fakes.impulse_take import write_take
from fakes.mlt_projects import Lane, Project
from foleycue_plugin import usecases
from foleycue_plugin.hosts.kdenlive.instances import projects, title_name
from foleycue_plugin.hosts.kdenlive.scene import scene
from foleycue_plugin.hosts.mlt.changes import exchange, find_item, remove
from foleycue_plugin.hosts.mlt.files import read_edit, sound_of
from foleycue_plugin.hosts.mlt.parts import Sound
from foleycue_shared.timing import FrameRange
from plugin.media_files import write_movie

linux = pytest.mark.skipif(sys.platform != "linux", reason="a running Kdenlive is found on Linux only")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("film [*]/ HD 1080p 25 fps", "film"),
        ("film */ HD 1080p 25 fps", "film"),
        ("a [b] / 29.97", "a [b]"),
        ("Sequence 2:film [*]/ x", "Sequence 2:film"),
        ("", ""),
    ],
)
def test_titles(title, name):
    assert title_name(title) == name


@pytest.fixture
def process(tmp_path):
    """A process that looks like a Kdenlive started in a folder with two projects of one name."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my film.kdenlive").write_text("<mlt/>")
    rc = tmp_path / "home" / ".config" / "kdenliverc"
    rc.parent.mkdir(parents=True)
    recent = f"[Recent Files]\nFile1[$e]={tmp_path}/one/my film.kdenlive\nFile2[$e]=$HOME/../two/my film.kdenlive\n"
    rc.write_text(f"[version]\nversion=22.12.3\n{recent}Name1[$e]=my film\n[Broken\nx\n")
    command = [sys.executable, "-c", "import time; time.sleep(60)", "my film.kdenlive"]
    with subprocess.Popen(command, cwd=tmp_path / "one", env={"HOME": str(tmp_path / "home")}) as running:
        # The system fills these in a moment after the program has begun.
        while not Path(f"/proc/{running.pid}/environ").read_bytes():
            time.sleep(0.01)
        yield running.pid, tmp_path
        running.kill()


@linux
def test_the_command_line_comes_first_then_recent_files(process):
    pid, folder = process
    found = [path.resolve() for path in projects(pid, "my film [*]/ HD")]
    assert found == [folder / "one" / "my film.kdenlive", folder / "two" / "my film.kdenlive"]
    assert projects(pid, "Sequence 1:my film [*]/ HD")[0] == folder / "one" / "my film.kdenlive"
    assert projects(pid, "Untitled [*]/ HD") == []
    assert projects(2**22 + 1, "my film [*]/ HD") == []


def test_a_scene_is_one_clip_from_the_playhead(tmp_path):
    sound = Sound(path=tmp_path / "a <b> & c.wav", name='steps "on" gravel', frames=75)
    root = ElementTree.fromstring(scene(sound, -12, 9))
    clip, producer = root.find("clip"), root.find("bin/producer")
    assert (clip.get("position"), clip.get("in"), clip.get("out"), clip.get("binid")) == ("-12", "0", "74", "9")
    facts = {element.get("name"): element.text for element in producer}
    assert (facts["resource"], facts["kdenlive:clipname"], facts["kdenlive:id"]) == (str(sound.path), sound.name, "9")
    # Without a rate Kdenlive compares none, and without a duration it leaves the playhead where it is.
    assert root.get("fps") is None and root.get("duration") == "0"


@pytest.fixture
def placed(tmp_path):
    """A project with a take of ours on a new track, twice on the timeline if wanted."""
    rate = Fraction(25)
    film = write_movie(tmp_path / "film.mov", rate, 100)
    lanes = [Lane([], audio=True), Lane([(20, 100, 0)])]
    source = Project(rate, film, 100, lanes).write(tmp_path / "edit", "kdenlive-2")
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    take = write_take(tmp_path / "one.wav", selection.range)
    saved = usecases.insert(selection, [take], tmp_path / "copy.kdenlive").saved
    return saved, take, selection.range


def change(path, data):
    path.write_bytes(data)
    return read_edit(path)


def test_exchanging_keeps_what_was_done_to_the_clip(placed, tmp_path):
    path, take, span = placed
    fade = b'<filter id="fade"><property name="kdenlive_id">fadein</property></filter></entry>'
    edit, sequence = read_edit(path)
    _, item = find_item(edit, sequence, take.path, span)
    data = edit.document.data
    edit, sequence = change(path, data[: item.entry.inside_end] + fade + data[item.entry.inside_end + 8 :])
    _, item = find_item(edit, sequence, take.path, span)
    other = write_take(tmp_path / "two.wav", span)
    edit, sequence = change(path, exchange(edit, item, sound_of(other, span)))
    assert find_item(edit, sequence, take.path, span) is None
    track, item = find_item(edit, sequence, other.path, span)
    assert track.name == "FoleyCue" and item.entry.named("filter")[0].property("kdenlive_id") == "fadein"
    assert b"one.wav" not in edit.document.data
    with pytest.raises(ValueError, match="does not fit"):
        exchange(edit, item, Sound(path=other.path, name="x", frames=49))


def test_removing_leaves_a_hole_and_no_trace_in_bin_and_groups(placed):
    path, take, span = placed
    leaves = [{"data": f"{track}:{span.start}", "leaf": "clip", "type": "Leaf"} for track in (0, 2)]
    groups = json.dumps([{"children": leaves, "type": "Normal"}])
    text = path.read_text().replace('sequenceproperties.groups">[\n]\n<', f'sequenceproperties.groups">{groups}<')
    path.write_text(text)
    edit, sequence = read_edit(path)
    track, item = find_item(edit, sequence, take.path, span)
    assert track.index == 1
    edit, sequence = change(path, remove(edit, sequence, track, item))
    assert find_item(edit, sequence, take.path, span) is None and b"one.wav" not in edit.document.data
    assert json.loads(sequence.element.property("kdenlive:sequenceproperties.groups")) == []
    assert [track.name for track in sequence.tracks] == ["FoleyCue", "", ""]
    assert usecases.open_source(path).frames == 120


def test_a_clip_that_is_used_twice_stays_in_the_bin(placed):
    path, take, span = placed
    edit, sequence = read_edit(path)
    _, item = find_item(edit, sequence, take.path, span)
    entry = edit.document.data[item.entry.start : item.entry.end]
    data = edit.document.data
    edit, sequence = change(path, data[: item.entry.end] + entry + data[item.entry.end :])
    track, item = find_item(edit, sequence, take.path, span)
    edit, sequence = change(path, remove(edit, sequence, track, item))
    again = FrameRange(span.end, span.frames, span.rate)
    assert find_item(edit, sequence, take.path, span) is None
    assert find_item(edit, sequence, take.path, again) is not None
