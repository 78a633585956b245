# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading project files of Shotcut and of both generations of Kdenlive."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from fakes.impulse_take import MELT, run_melt
from fakes.mlt_projects import FLAVOURS, Lane, Project
from foleycue_plugin import usecases
from foleycue_plugin.hosts.mlt.document import Patch, parse_document, property_xml
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange
from plugin.media_files import write_movie

RATES = [Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001)]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return {rate: write_movie(folder / f"f{n}.mov", rate, 60, sound=True) for n, rate in enumerate(RATES)}


@pytest.fixture
def edit(films):
    """Music, steps, a picture track with a hole, and one at double speed above it."""
    lanes = [
        Lane([(5, 50, 3)], audio=True, name="Music"),
        Lane([(30, 20, 0), (50, 10, 20)], audio=True, hide="both"),
        Lane([(0, 40, 7), (50, 10, 30)]),
        Lane([(20, 10, 4)], speed=2.0),
    ]
    rate = Fraction(30000, 1001)
    return Project(rate, films[rate], 60, lanes, zone=(30, 48))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_edit_comes_across_to_the_frame(edit, films, tmp_path, flavour):
    project = usecases.open_source(edit.write(tmp_path / "edit", flavour))
    film = str(films[edit.rate])
    assert (project.rate, project.frames, project.start_frame) == (edit.rate, 60, 0)
    frame = 1 / edit.rate
    assert usecases.mark(project, "0f", "60f").picture_pieces == (
        Piece(start=0, frames=20, media=film, name="f1.mov", media_start=7 * frame),
        Piece(start=20, frames=10, media=film, name="f1.mov", media_start=8 * frame, speed=Fraction(2)),
        Piece(start=30, frames=10, media=film, name="f1.mov", media_start=37 * frame),
        Piece(start=40, frames=10),
        Piece(start=50, frames=10, media=film, name="f1.mov", media_start=30 * frame),
    )
    tracks = {track.name: track.enabled for track in project.timeline.audio_tracks()}
    assert tracks["Music"]
    assert tracks["T2" if flavour == "shotcut" else "A1"] is False
    if flavour != "shotcut":
        assert list(tracks) == ["A1", "Music"]
        assert project.marked == FrameRange(30, 18, edit.rate)
        assert usecases.mark(project).range == project.marked
    else:
        assert project.marked is None and usecases.mark(project).range.frames == 60


@pytest.mark.parametrize(
    ("zone", "marked"), [((10, 10), None), ((20, 10), None), ((60, 90), None), ((50, 90), (50, 10)), ((0, 75), (0, 60))]
)
def test_a_zone_that_leaves_the_timeline_is_cut_or_left_alone(edit, tmp_path, zone, marked):
    project = usecases.open_source(replace(edit, zone=zone).write(tmp_path / "edit", "kdenlive-2"))
    assert project.marked == (None if marked is None else FrameRange(*marked, edit.rate))


def test_a_mix_is_cut_in_its_middle(films, tmp_path):
    lanes = [Lane([(0, 30, 0)], second=[(20, 30, 5)])]
    path = Project(Fraction(25), films[Fraction(25)], 60, lanes).write(tmp_path / "mix", "kdenlive-1")
    pieces = usecases.mark(usecases.open_source(path), "0f", "50f").picture_pieces
    assert [(p.start, p.frames, p.media_start * 25) for p in pieces] == [(0, 25, 0), (25, 25, 10)]


@pytest.mark.skipif(MELT is None, reason="melt is not installed (Debian: melt)")
@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5, -1.0, -2.0])
def test_retimed_clips_show_what_melt_shows(films, tmp_path, speed):
    rate = Fraction(25)
    frames = round(60 / abs(speed))
    lanes = [Lane([(3, 20, 4)], speed=speed)]
    path = Project(rate, films[rate], 60, lanes).write(tmp_path / "retimed", "kdenlive-1")
    (piece,) = [p for p in usecases.mark(usecases.open_source(path), "3f", "23f").picture_pieces if p.media]
    assert (piece.frames, piece.speed) == (20, Fraction(speed)) and frames >= 24
    for frame in (0, 7, 19):
        wanted = piece.media_start + frame * piece.speed / rate
        picture = tmp_path / f"{frame}.pgm"
        at = 3 + frame
        run_melt(path, picture, at, at, "an=1", "f=image2", "vcodec=pgm")
        luma = float(np.median(np.frombuffer(picture.read_bytes()[-64 * 36 :], np.uint8)))
        shown = (luma - 16) * 255 / 219 / 4  # frame n is a grey of 4 n, written in video range
        assert abs(shown - wanted * rate) <= 0.6, (frame, shown, float(wanted * rate))


def test_a_nested_sequence_is_a_nested_stack(films, tmp_path):
    path = Project(Fraction(25), films[Fraction(25)], 60, [Lane([(0, 5, 0)])]).write(tmp_path / "n", "kdenlive-2")
    text = path.read_text().replace('<entry producer="film0" in="00:00:00.000"', '<entry producer="OTHER" in="2"')
    path.write_text(text.replace('"OTHER"', '"{22222222-2222-4222-8222-222222222222}"'))
    project = usecases.open_source(path)
    assert isinstance(project.timeline.video_tracks()[0][0], otio.schema.Stack)
    (piece,) = usecases.mark(project, "0f", "3f").picture_pieces
    assert (piece.media, piece.media_start * 25) == (str(films[Fraction(25)]), 2)


PROFILE = "<profile frame_rate_num='25' frame_rate_den='1'/>"
BAD = {
    "text": "no xml",
    "other": "<html/>",
    "entities": '<!DOCTYPE mlt [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><mlt>&b;</mlt>',
    "profile": "<mlt><playlist id='p'/></mlt>",
    "rate": "<mlt><profile frame_rate_num='25' frame_rate_den='0'/></mlt>",
    "nothing": f"<mlt>{PROFILE}</mlt>",
    "missing": f"<mlt>{PROFILE}<playlist id='p'><entry producer='x'/></playlist></mlt>",
    "backwards": f"<mlt>{PROFILE}<producer id='x'/><playlist id='p'>"
    "<entry producer='x' in='9' out='3'/></playlist></mlt>",
    "itself": f"<mlt>{PROFILE}<tractor id='t'><track producer='t'/></tractor></mlt>",
    "loop": f"<mlt>{PROFILE}<playlist id='p'><entry producer='p' in='0' out='9'/></playlist></mlt>",
    "deep": "<mlt>" + "<a>" * 5000 + "</a>" * 5000 + "</mlt>",
    "utf-16": f"<mlt>{PROFILE}</mlt>".encode("utf-16"),
    "number": "<mlt><profile frame_rate_num='x' frame_rate_den='1'/></mlt>",
    "speed": f"<mlt>{PROFILE}<producer id='x' out='9'><property name='mlt_service'>"
    "timewarp</property><property name='warp_speed'>nan</property></producer></mlt>",
    "huge": f"<mlt>{PROFILE}<producer id='x' in='0' out='9999999999'>"
    "<property name='resource'>x.mov</property></producer></mlt>",
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path, what):
    path = tmp_path / "bad.kdenlive"
    content = BAD[what]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FoleyCueError) as caught:
        usecases.mark(usecases.open_source(path))
    assert caught.value.user_fixable and "\n" not in caught.value.message


def test_a_missing_or_unreadable_file_is_bad_input(tmp_path):
    for path in (tmp_path / "none.kdenlive", tmp_path):
        with pytest.raises(FoleyCueError) as caught:
            usecases.open_source(path if path.suffix else path / "x.mlt")
        assert caught.value.code is ErrorCode.BAD_INPUT


def test_a_patch_leaves_every_other_byte_alone():
    data = (
        "<?xml version='1.0'?>\n<mlt b='2'  a=\"ä>\"><!-- note --><x/>\r\n <p  name = 'q'>1 &lt; 2</p></mlt>\n".encode()
    )
    document = parse_document(data, "t.mlt")
    (x, p) = document.root.children
    assert p.text == "1 < 2"
    patch = Patch(document)
    patch.append_to(x, "<y/>")
    patch.append_to(document.root, "<ü/>".replace("ü", "u"))
    patch.insert(p.inside, f"\n  {property_xml('n', 'größer & <b>')}")
    done = patch.apply()
    assert done == data.replace(b"<x/>", b"<x><y/></x>").replace(
        b"'q'>", b"'q'>\n  <property name=\"n\">gr&#246;&#223;er &amp; &lt;b&gt;</property>"
    ).replace(b"</p>", b"</p><u/>")
    assert parse_document(done, "t.mlt").root.children[1].property("n") == "größer & <b>"
