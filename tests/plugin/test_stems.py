# SPDX-License-Identifier: GPL-3.0-or-later
"""Stems on a copy: each on a track of its own at the marked frame, read back, all or none; two channels as well."""

from fractions import Fraction

import msgspec
import numpy as np
import pytest

from fakes.impulse_take import CLICK, MELT, rendered_click, write_take
from fakes.impulse_take import RATE as SAMPLE_RATE
from fakes.mlt_projects import Lane, Project
from foleycue_plugin import usecases
from foleycue_plugin.hosts.mlt.changes import find_item
from foleycue_plugin.hosts.mlt.files import read_edit
from foleycue_plugin.usecases import Stem
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.timeline import find_placed
from foleycue_shared.timing import frames_to_samples
from plugin.media_files import write_movie

FPS = Fraction(24_000, 1_001)
START, STOP = 1_798, 1_848


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_movie(tmp_path_factory.mktemp("film") / "film.mov", FPS, 100, sound=True)


def stem(stored, name):
    return msgspec.structs.replace(stored, take=msgspec.structs.replace(stored.take, stem=name))


def two_channels(take, span):
    """The take with its sound on the right side only."""
    samples = np.zeros((span.samples(SAMPLE_RATE), 2), np.float32)
    samples[CLICK, 1] = 0.9
    header = WavHeader(sample_rate=SAMPLE_RATE, time_reference=0, rate=span.rate, channels=2)
    write_broadcast_wav(take.path, [samples], header)
    return take


@pytest.mark.parametrize("flavour", ["kdenlive-1", "kdenlive-2", "shotcut"])
def test_on_a_project_file(film, tmp_path, flavour):
    lanes = [Lane([(START - 20, 100, 0)], audio=True, name="Sync"), Lane([(START - 20, 100, 0)])]
    source = Project(FPS, film, 100, lanes).write(tmp_path / "edit", flavour)
    selection = usecases.select_frames(usecases.open_source(source), START, STOP)
    takes = {name: stem(write_take(tmp_path / f"{name}.wav", selection.range), name) for name in ("car", "dog")}
    two_channels(takes["dog"], selection.range)
    copy = source.with_stem("copy")
    placements = usecases.insert_stems(selection, [Stem(name, [take]) for name, take in takes.items()], copy)
    assert [(p.track, p.start_frame, p.frames) for p in placements] == [("car", START, 50), ("dog", START, 50)]
    edit, sequence = read_edit(copy)
    for name, take in takes.items():
        found = find_item(edit, sequence, take.path, selection.range)
        assert found is not None
        assert found[0].name == name
    names = {element.property("kdenlive:clipname") for element in edit.services.values()} - {None, ""}
    assert flavour == "shotcut" or {f"{name}: a knock <on> wood & tin, seed 7" for name in takes} <= names
    if MELT is not None:
        played = rendered_click(copy, FPS, START, tmp_path)
        assert played == frames_to_samples(START, FPS, SAMPLE_RATE) + CLICK


@pytest.mark.parametrize("suffix", [".otio", ".otioz"])
def test_on_a_timeline(edits, tmp_path, suffix):
    source = edits["23.976"]
    if suffix == ".otioz":
        whole = usecases.select_frames(usecases.open_source(source), 0, 10)
        source = tmp_path / "edit.otioz"
        usecases.insert(whole, [write_take(tmp_path / "old.wav", whole.range)], source, track="old")
    selection = usecases.select_frames(usecases.open_source(source), 7, 50)
    takes = [write_take(tmp_path / f"{name}.wav", selection.range) for name in "abc"]
    takes = [two_channels(stem(take, f"object {take.path.stem}"), selection.range) for take in takes]
    copy = tmp_path / "copy.otio"
    placements = usecases.insert_stems(selection, [Stem(take.path.stem, [take]) for take in takes], copy)
    assert [p.track for p in placements] == ["a", "b", "c"]
    saved = usecases.open_source(copy)
    for name in "abc":
        assert find_placed(saved.original, name) == selection.range
    assert saved.frames == selection.project.frames
    names = [clip.name for track in saved.original.audio_tracks()[-3:] for clip in track.find_clips()]
    assert names == ["object a", "object b", "object c"]


def test_all_or_none(edits, tmp_path):
    selection = usecases.select_frames(usecases.open_source(edits["25"]), 7, 50)
    good, bad = (write_take(tmp_path / f"{name}.wav", selection.range) for name in ("good", "bad"))
    copy = tmp_path / "copy.otio"
    usecases.insert(selection, [good], copy, track="first")
    before = copy.read_bytes()
    stems = [Stem("one", [good]), Stem("two", [bad])]
    with pytest.raises(FoleyCueError, match="one stem only"):
        usecases.insert_stems(selection, stems, copy.with_suffix(".otiod"), force=True)
    changed = msgspec.structs.replace(bad, take=msgspec.structs.replace(bad.take, seed=2**80))
    with pytest.raises(ValueError, match="range of integers"):
        usecases.insert_stems(selection, [stems[0], Stem("two", [changed])], copy, beside=True)
    assert copy.read_bytes() == before
    with pytest.raises(ValueError, match="range of integers"):
        usecases.insert_stems(selection, [stems[0], Stem("two", [changed])], tmp_path / "new.otio")
    assert not (tmp_path / "new.otio").exists()
