# SPDX-License-Identifier: GPL-3.0-or-later
import os
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from foleycue_plugin import media, usecases
from foleycue_plugin.references import is_relative, media_file
from foleycue_plugin.selection import mark
from foleycue_shared.errors import ErrorCode, FoleyCueError
from plugin.media_files import clip, span, write_movie, write_sound, write_timeline

RATE = Fraction(25)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "media").mkdir()
    for name in ("plain.mov", "with space.mov", "per%20cent.mov"):
        (tmp_path / "media" / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("media/plain.mov", "plain.mov"),
        ("./media/../media/plain.mov", "plain.mov"),
        ("media/with space.mov", "with space.mov"),
        ("media/with%20space.mov", "with space.mov"),
        ("media/per%20cent.mov", "per%20cent.mov"),
        ("file:media/plain.mov", "plain.mov"),
        ("file://media/plain.mov", "plain.mov"),
        ("file://{root}/media/with%20space.mov", "with space.mov"),
        ("file://localhost{root}/media/plain.mov", "plain.mov"),
        ("FILE://{root}/media/per%2520cent.mov", "per%20cent.mov"),
        ("{root}/media/per%20cent.mov", "per%20cent.mov"),
    ],
)
def test_every_way_to_write_a_path_is_understood(folder, url, name):
    assert media_file(url.format(root=folder), folder) == folder / "media" / name


def test_what_is_no_file_here_is_said_as_it_stands(folder):
    assert media_file("http://x/y.mov", folder) is None
    assert media_file("", folder) is None
    assert media_file("a\0b", folder) is None
    if os.name != "nt":
        assert media_file("C:\\clips\\a.mov", folder) == Path("C:\\clips\\a.mov")
        assert media_file("file:///C:/clips/a%20b.mov", folder) == Path("C:/clips/a b.mov")
    assert is_relative("media/a.mov")
    assert not is_relative("C:/a.mov")
    assert not is_relative("file:///a.mov")
    assert not is_relative("https://x/a.mov")


@pytest.mark.parametrize("start", [0, 900_000, 900_040])
@pytest.mark.parametrize("with_range", ["none", "rate 0", "own", "zero-based"])
def test_source_ranges_of_both_kinds_find_their_frame(tmp_path, start, with_range):
    """Media time (Resolve, Premiere) and zero-based (Kdenlive): frame 10 of the file either way."""
    movie = write_movie(tmp_path / "a.mov", RATE, 60, otio_timecode(900_000))
    wanted = 10 if start == 0 else start - 900_000 + 10
    available = {
        "none": None,
        "rate 0": otio.opentime.TimeRange(otio.opentime.RationalTime(0, 0), otio.opentime.RationalTime(60, 0)),
        "own": span(900_000 if start else 0, 60, RATE),
        "zero-based": span(0 if start == 0 else 900_000, 60, RATE),
    }[with_range]
    children = [clip("c", movie.name, span(start + 10, 8, RATE), available)]
    project = usecases.open_source(write_timeline(tmp_path / "t.otio", RATE, 0, children))
    assert mark(project).picture_pieces[0].media_start * RATE == wanted


def otio_timecode(frame):
    return otio.opentime.RationalTime(frame, 25).to_timecode()


def test_a_clip_that_says_nothing_is_as_long_as_its_file(tmp_path):
    write_movie(tmp_path / "a.mov", RATE, 33)
    path = write_timeline(tmp_path / "t.otio", RATE, 0, [clip("c", "a.mov", None)])
    assert usecases.open_source(path).frames == 33
    gone = write_timeline(tmp_path / "u.otio", RATE, 0, [clip("c", "gone.mov", None)])
    with pytest.raises(FoleyCueError) as caught:
        usecases.open_source(gone)
    assert caught.value.code is ErrorCode.MEDIA_OFFLINE


def test_the_active_of_several_references_is_shown(tmp_path):
    for name in ("a", "b"):
        write_movie(tmp_path / f"{name}.mov", RATE, 20)
    both = clip("c", "a.mov", span(0, 20, RATE))
    references = {"DEFAULT_MEDIA": both.media_reference, "proxy": otio.schema.ExternalReference("b.mov")}
    both.set_media_references({k: v.clone() for k, v in references.items()}, "proxy")
    project = usecases.open_source(write_timeline(tmp_path / "t.otio", RATE, 0, [both]))
    assert mark(project).picture_pieces[0].media == str(tmp_path / "b.mov")


def test_what_the_editor_draws_itself_is_gap(tmp_path):
    write_movie(tmp_path / "a.mov", RATE, 20)
    bars = otio.schema.Clip("bars", otio.schema.GeneratorReference("bars", "SMPTEBars"), span(0, 10, RATE))
    path = write_timeline(tmp_path / "t.otio", RATE, 0, [bars, clip("c", "a.mov", span(0, 20, RATE))])
    selection = mark(usecases.open_source(path))
    assert [(p.start, p.frames, p.media is None) for p in selection.picture_pieces] == [(0, 10, True), (10, 20, False)]
    usecases.plan_generation(selection, seeds=[1])


def test_image_sequences_and_missing_references_have_a_sentence(tmp_path):
    frames = otio.schema.ImageSequenceReference("f/", "a.", ".png", 1, 1, 25)
    path = write_timeline(tmp_path / "t.otio", RATE, 0, [otio.schema.Clip("seq", frames, span(0, 10, RATE))])
    with pytest.raises(FoleyCueError, match="image sequence"):
        usecases.open_source(path)
    none = otio.schema.Clip("lost", otio.schema.MissingReference(), span(0, 10, RATE))
    project = usecases.open_source(write_timeline(tmp_path / "u.otio", RATE, 0, [none, none.clone()]))
    with pytest.raises(FoleyCueError) as caught:
        usecases.plan_generation(mark(project), seeds=[1])
    assert caught.value.code in (ErrorCode.MEDIA_OFFLINE, ErrorCode.NO_PICTURE)


def test_probe_knows_sound_and_picture_apart(tmp_path):
    silent = media.probe(write_movie(tmp_path / "silent.mov", RATE, 10))
    assert (silent.frames, silent.sound_seconds) == (10, None)
    heard = media.probe(write_movie(tmp_path / "heard.mkv", RATE, 50, sound=True))
    assert heard.frames == 50
    assert heard.sound_seconds is not None
    sound = media.probe(write_sound(tmp_path / "s.wav", 0.5))
    assert (sound.rate, sound.sound_seconds) == (None, Fraction(1, 2))
    empty = media.probe(write_sound(tmp_path / "e.wav", 0))
    assert empty.sound_seconds is None


def test_lengths_of_files_whose_header_says_none(tmp_path):
    import av

    movie = write_movie(tmp_path / "a.mov", RATE, 40, sound=True)
    live = tmp_path / "live.mkv"
    with av.open(str(movie)) as source, av.open(str(live), "w", options={"live": "1"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert media.probe(live).frames == 40
    assert media.probe(write_movie(tmp_path / "a.mkv", RATE, 40, sound=True)).frames == 40


def test_a_changed_file_is_looked_at_anew(tmp_path):
    movie = write_movie(tmp_path / "a.mov", RATE, 20)
    assert media.probe(movie).frames == 20
    write_movie(movie, RATE, 30)
    assert media.probe(movie).frames == 30
    movie.unlink()
    with pytest.raises(FoleyCueError) as caught:
        media.probe(movie)
    assert caught.value.code is ErrorCode.MEDIA_OFFLINE


def test_collections_and_readers_that_are_not_installed(tmp_path):
    write_movie(tmp_path / "a.mov", RATE, 20)
    timeline = otio.adapters.read_from_file(
        str(write_timeline(tmp_path / "t.otio", RATE, 0, [clip("c", "a.mov", span(0, 20, RATE))]))
    )
    for count, suffix in ((1, "one"), (2, "two")):
        collection = otio.schema.SerializableCollection(suffix)
        for _ in range(count):
            collection.append(timeline.clone())
        otio.adapters.write_to_file(collection, str(tmp_path / f"{suffix}.otio"))
    assert usecases.open_source(tmp_path / "one.otio").frames == 20
    with pytest.raises(FoleyCueError, match="holds 2 timelines"):
        usecases.open_source(tmp_path / "two.otio")
    (tmp_path / "a.xges").touch()
    with pytest.raises(FoleyCueError, match="pip install otio-xges-adapter"):
        usecases.open_source(tmp_path / "a.xges")


@pytest.mark.parametrize("number", ["1e999", "NaN", "-5", "1e300"])
def test_impossible_numbers_have_a_sentence(tmp_path, number):
    write_movie(tmp_path / "a.mov", RATE, 20)
    path = write_timeline(tmp_path / "t.otio", RATE, 0, [clip("c", "a.mov", span(0, 777, RATE), span(0, 20, RATE))])
    path.write_text(path.read_text().replace("777.0", number))
    with pytest.raises(FoleyCueError) as caught:
        mark(usecases.open_source(path))
    assert caught.value.code in (ErrorCode.NOT_A_TIMELINE, ErrorCode.LIMIT)
