# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on copies of project files: at the exact frame by reading back, at the exact sample by melt's own render."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from fakes.impulse_take import CLICK, MELT, RATE, rendered_click, write_take
from fakes.mlt_projects import FLAVOURS, Lane, Project
from foleycue_plugin import usecases
from foleycue_plugin.hosts.mlt.additions import add_track
from foleycue_plugin.hosts.mlt.changes import find_item, remove
from foleycue_plugin.hosts.mlt.document import Patch
from foleycue_plugin.hosts.mlt.files import read_edit
from foleycue_plugin.hosts.mlt.parts import Sound
from foleycue_plugin.hosts.registry import file_host
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange, frames_to_samples
from plugin.media_files import write_movie

RATES = {"25": Fraction(25), "29.97": Fraction(30000, 1001), "23.976": Fraction(24000, 1001)}
#: Near the start, where plain time is already wrong at 23.976, beyond ten minutes, and at the end of an hour.
POSITIONS = (61, 1798, 17_981, "hour")

needs_melt = pytest.mark.skipif(MELT is None, reason="melt is not installed (Debian: melt)")


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return {name: write_movie(folder / f"{name}.mov", rate, 100, sound=True) for name, rate in RATES.items()}


def edit_at(films, name, start, **more):
    """Picture and its sound around a frame, and a free audio track."""
    items = [(max(0, start - 20), 100, 0)]
    lanes = [Lane([], audio=True), Lane(items, audio=True, name="Sync"), Lane(items)]
    return Project(RATES[name], films[name], 100, lanes, **more)


@needs_melt
@pytest.mark.parametrize(
    ("flavour", "position"),
    [("kdenlive-1", position) for position in POSITIONS]
    + [(flavour, position) for flavour in ("shotcut", "kdenlive-2") for position in (1798, "hour")],
)
@pytest.mark.parametrize("name", RATES)
def test_melt_plays_the_take_at_its_sample(films, tmp_path, name, flavour, position):
    rate = RATES[name]
    start = int(3600 * rate) - 7 if position == "hour" else position
    source = edit_at(films, name, start).write(tmp_path / "edit", flavour)
    before = source.read_bytes()
    selection = usecases.select_frames(usecases.open_source(source), start, start + 50)
    take = write_take(tmp_path / "take.wav", selection.range)
    placement = usecases.insert(selection, [take], source.with_stem("copy"))
    assert (placement.track, placement.start_frame, placement.frames) == ("FoleyCue", start, 50)
    assert source.read_bytes() == before
    played = rendered_click(placement.saved, rate, start, tmp_path)
    assert played == frames_to_samples(start, rate, RATE) + CLICK


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nothing_but_additions(films, tmp_path, flavour):
    source = edit_at(films, "25", 40, active=2, zone=(40, 90)).write(tmp_path / "edit", flavour)
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    takes = [write_take(tmp_path / f"take{n}.wav", selection.range, seed=n) for n in range(3)]
    saved = usecases.insert(selection, takes, source.with_stem("copy"), track="Foley").saved
    old, new = source.read_text().splitlines(), saved.read_text().splitlines()
    counted = ("b_track", "activeTrack", "groups", "tracksCount")
    kept = [line for line in old if not any(word in line for word in counted)]
    rest = iter(new)  # a search through an iterator goes on where the last one ended: order counts
    assert all(line in rest for line in kept), "a line was changed, lost or moved"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".wav") == sorted(
        [source.name, saved.name]
    )
    edit, sequence = read_edit(saved)
    found = find_item(edit, sequence, takes[0].path, selection.range)
    assert found is not None and found[0].name == "Foley"
    names = [element.property("kdenlive:clipname") for element in edit.services.values() if "kdenlive" in flavour]
    if names:
        assert [n for n in names if n.startswith("a knock <on>")].count("a knock <on> wood & tin, seed 2") == 1
    # And once more, beside the first.
    again = usecases.insert(usecases.mark(usecases.open_source(saved), "0f", "30f"), takes[:1], saved.with_stem("two"),
                            track="Foley")  # fmt: skip
    assert again.track == "Foley 2"


@pytest.mark.parametrize("flavour", ["kdenlive-1", "kdenlive-2"])
def test_kdenlive_counts_its_tracks_anew(films, tmp_path, flavour):
    children = [{"data": data, "leaf": "clip", "type": "Leaf"} for data in ("1:20", "2:20:-1")]
    groups = json.dumps([{"children": children, "type": "AVSplit"}])
    source = edit_at(films, "25", 40, active=2, groups=groups).write(tmp_path / "edit", flavour)
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    saved = usecases.insert(
        selection, [write_take(tmp_path / "t.wav", selection.range)], source.with_stem("copy")
    ).saved
    edit, sequence = read_edit(saved)
    assert [(track.index, track.name) for track in sequence.tracks] == [(1, "FoleyCue"), (2, ""), (3, "Sync"), (4, "")]
    mixes = [(t.property("a_track"), t.property("b_track"), t.property("mlt_service"))
             for t in sequence.element.named("transition")]  # fmt: skip
    assert sorted(mixes) == [("0", "1", "mix"), ("0", "2", "mix"), ("0", "3", "mix"), ("0", "4", "qtblend")]
    holder = edit.bin if flavour == "kdenlive-1" else sequence.element
    prefix = "kdenlive:docproperties" if flavour == "kdenlive-1" else "kdenlive:sequenceproperties"
    assert holder.property(f"{prefix}.activeTrack") == "3"
    assert holder.property(f"{prefix}.audioTarget") == "-1"
    if flavour == "kdenlive-2":
        assert holder.property(f"{prefix}.tracksCount") == "4"
        assert edit.sequence("{22222222-2222-4222-8222-222222222222}").property(f"{prefix}.tracksCount") == "2"
    leaves = [child["data"] for child in json.loads(holder.property(f"{prefix}.groups"))[0]["children"]]
    assert leaves == ["2:20", "3:20:-1"]


@pytest.mark.parametrize("flavour", ["kdenlive-1", "kdenlive-2"])
def test_tracks_that_were_made_for_sounds_go_with_them(films, tmp_path, flavour):
    """Byte for byte what it was, whichever goes first; a track on which something else lies stays."""
    children = [{"data": data, "leaf": "clip", "type": "Leaf"} for data in ("1:20", "2:20:-1")]
    groups = json.dumps([{"children": children, "type": "AVSplit"}], indent=4)
    path = edit_at(films, "25", 40, active=2, groups=groups).write(tmp_path / "edit", flavour)
    span = FrameRange(40, 50, RATES["25"])
    sounds = {name: Sound(path=tmp_path / f"{name}.wav", name=name, frames=50) for name in ("car", "dog")}

    def taken_out(data, name):
        edit, sequence = read_edit(path, data)
        found = find_item(edit, sequence, sounds[name].path, span)
        assert found is not None
        return remove(edit, sequence, *found, with_track=True)

    before = both = path.read_bytes()
    for name, sound in sounds.items():
        both = add_track(*read_edit(path, both), name, span, [sound])
    for order in (("car", "dog"), ("dog", "car")):
        data = both
        for name in order:
            data = taken_out(data, name)
        assert data == before, order
    edit, sequence = read_edit(path, both)
    _, item = find_item(edit, sequence, sounds["car"].path, span)
    patch = Patch(edit.document)
    patch.insert(item.entry.end, both[item.entry.start : item.entry.end].decode())
    assert [t.name for t in read_edit(path, taken_out(patch.apply(), "car"))[1].audio_tracks] == [
        "dog", "car", "", "Sync"
    ]  # fmt: skip


def test_a_lone_playlist_gets_a_tractor_around_it(films, tmp_path):
    source = tmp_path / "plain.mlt"
    source.write_text(
        "<mlt producer='p'><profile frame_rate_num='25' frame_rate_den='1' width='64' height='36'/>"
        f"<producer id='f' in='0' out='99'><property name='resource'>{films['25']}</property></producer>"
        "<playlist id='p'><entry producer='f' in='0' out='99'/></playlist></mlt>"
    )
    selection = usecases.mark(usecases.open_source(source), "10f", "60f")
    (tmp_path / "sub").mkdir()
    take = write_take(tmp_path / "take.wav", selection.range)
    saved = usecases.insert(selection, [take], tmp_path / "sub" / "copy.mlt").saved
    back = usecases.open_source(saved)
    assert back.frames == 100 and [t.name for t in back.timeline.audio_tracks()] == ["FoleyCue", "V1 sound"]
    if MELT is not None:
        assert rendered_click(saved, Fraction(25), 10, tmp_path) == frames_to_samples(10, Fraction(25), RATE) + CLICK


def test_relative_media_still_resolve_from_another_folder(films, tmp_path):
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "in" / "film.mov").write_bytes(films["25"].read_bytes())
    source = edit_at(films, "25", 40).write(tmp_path / "in" / "edit", "shotcut")
    text = source.read_text().replace(str(films["25"]), "film.mov").replace(f' root="{source.parent}"', "")
    source.write_text(text)
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    take = write_take(tmp_path / "take.wav", selection.range)
    saved = usecases.insert(selection, [take], tmp_path / "out" / "copy.mlt").saved
    assert usecases.mark(usecases.open_source(saved)).picture_pieces[1].media == str(tmp_path / "in" / "film.mov")


def test_what_was_not_found_on_reading_back_is_not_there(films, tmp_path, monkeypatch):
    source = edit_at(films, "25", 40).write(tmp_path / "edit", "kdenlive-1")
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    take = write_take(tmp_path / "take.wav", selection.range)
    monkeypatch.setattr("foleycue_plugin.hosts.mlt.files.find_item", lambda *_: None)
    with pytest.raises(FoleyCueError) as caught:
        usecases.insert(selection, [take], tmp_path / "copy.kdenlive")
    assert caught.value.code is ErrorCode.VERIFICATION
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edit.kdenlive", "take.wav"]


def test_a_second_take_goes_onto_the_same_copy(films, tmp_path):
    source = edit_at(films, "25", 40).write(tmp_path / "edit", "kdenlive-1")
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    takes = [write_take(tmp_path / f"take{n}.wav", selection.range) for n in range(2)]
    saved = usecases.insert(selection, takes[:1], tmp_path / "copy.kdenlive").saved
    copy = replace(usecases.open_source(saved), source=source)
    usecases.insert(usecases.select_frames(copy, 40, 90), takes[1:], saved, force=True)
    names = [track.name for track in usecases.open_source(saved).timeline.audio_tracks()]
    assert [name for name in names if name.startswith("FoleyCue")] == ["FoleyCue", "FoleyCue 2"]


def test_a_project_that_was_edited_meanwhile_is_not_copied(films, tmp_path):
    source = edit_at(films, "25", 40).write(tmp_path / "edit", "kdenlive-1")
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    edit_at(films, "25", 44).write(tmp_path / "edit", "kdenlive-1")
    with pytest.raises(FoleyCueError, match="has changed since") as caught:
        usecases.insert(selection, [write_take(tmp_path / "t.wav", selection.range)], tmp_path / "copy.kdenlive")
    assert caught.value.code is ErrorCode.BAD_INPUT and not (tmp_path / "copy.kdenlive").exists()


def test_copies_of_another_kind(films, tmp_path):
    source = edit_at(films, "25", 40).write(tmp_path / "edit", "kdenlive-2")
    selection = usecases.mark(usecases.open_source(source), "40f", "90f")
    take = write_take(tmp_path / "take.wav", selection.range)
    for save in (tmp_path / "copy.mlt", source):
        with pytest.raises(FoleyCueError) as caught:
            usecases.insert(selection, [take], save, force=True)
        assert caught.value.code is ErrorCode.BAD_INPUT
    saved = usecases.insert(selection, [take], tmp_path / "copy.otio").saved
    assert usecases.mark(usecases.open_source(saved), "40f", "90f").picture_pieces == selection.picture_pieces
    file_host(tmp_path / "copy.kdenlive").rehearse(selection, tmp_path / "copy.kdenlive")
