# SPDX-License-Identifier: GPL-3.0-or-later
"""FCPXML against the rules of its DTD, as far as our writer uses it, and against what Final Cut Pro writes itself."""

import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from foleycue_plugin import usecases
from foleycue_plugin.hosts.exchange.fcpxml_write import time_text
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import frames_to_samples
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_movie, write_sound, write_timeline
from plugin.test_interchange import take

#: Content model, required and optional attributes of FCPXML 1.10's DTD for the elements that our writer uses.
DTD = {
    "fcpxml": (r"(resources )?(event )*", {"version"}, set()),
    "resources": (r"((asset|format) )*", set(), set()),
    "format": (r"", {"id"}, {"name", "frameDuration", "fieldOrder", "width", "height", "colorSpace"}),
    "asset": (
        r"(media-rep )+(metadata )?",
        {"id"},
        {"name", "start", "duration", "hasVideo", "format", "hasAudio", "videoSources", "audioSources", "audioChannels",
         "audioRate"},
    ),
    "media-rep": (r"(bookmark )?", {"src"}, {"kind", "sig", "suggestedFilename"}),
    "event": (r"(project )*", set(), {"name", "uid"}),
    "project": (r"sequence ", set(), {"name", "uid", "id", "modDate"}),
    "sequence": (
        r"(note )?spine (metadata )?", {"format"}, {"duration", "tcStart", "tcFormat", "audioLayout", "audioRate"}
    ),
    "spine": (r"((asset-clip|gap) )*", set(), {"lane", "offset", "name", "format"}),
    "gap": (r"(note )?(asset-clip )*(marker )*", {"duration"}, {"name", "offset", "start", "enabled"}),
    "asset-clip": (
        r"(note )?(conform-rate )?(asset-clip )*(marker )*(metadata )?",
        {"ref"},
        {"lane", "offset", "name", "start", "duration", "enabled", "srcEnable", "format", "tcStart", "tcFormat",
         "audioRole", "videoRole"},
    ),
    "conform-rate": (r"", set(), {"scaleEnabled", "srcFrameRate", "frameSampling"}),
    "marker": (r"", {"start", "value"}, {"duration", "completed", "note"}),
}  # fmt: skip
TIMES = ("frameDuration", "start", "duration", "tcStart", "offset")


def check_rules(root: ElementTree.Element) -> None:
    """Content models, attributes, references, and the form of every time."""
    assert root.get("version") == "1.10"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        content, required, optional = DTD[element.tag]
        assert re.fullmatch(content, "".join(f"{child.tag} " for child in element)), element.tag
        assert required <= set(element.attrib) <= required | optional, element.attrib
        for name in TIMES:
            assert re.fullmatch(r"\d+(/\d+)?s", element.get(name, "0s")), element.attrib
        for name in ("ref", "format"):
            assert element.get(name, ids[0]) in ids


@pytest.fixture
def written(tmp_path, movies, request):
    """A copy with a take on frames 12 to 70: in its storyline lie 20 frames, a gap of 10, and 45 frames."""
    rate, start, _, _ = CLOCKS[request.param]
    url = str(movies[request.param])
    edit = [clip("one", url, span(start + 5, 20, rate)), gap(10, rate), clip("two", url, span(start + 3, 45, rate))]
    above = [gap(25, rate), clip("over the gap", url, span(start, 4, rate))]
    source = write_timeline(
        tmp_path / "edit.otio", rate, start, edit, above, audio=[clip("s", url, span(start, 60, rate))]
    )
    selection = usecases.select_frames(usecases.open_source(source), 12, 70)
    return selection, usecases.insert(selection, [take(tmp_path, selection)], tmp_path / "copy.fcpxml").saved


@pytest.mark.parametrize("written", CLOCKS, indirect=True)
def test_documents_follow_the_dtd_and_count_in_frames(written):
    selection, path = written
    rate, project = selection.project.rate, selection.project
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ElementTree.fromstring(text)
    check_rules(root)
    sequence = next(root.iter("sequence"))
    assert sequence.get("tcFormat") == ("DF" if project.drop_frame else "NDF")
    assert seconds(sequence.get("tcStart")) * rate == project.start_frame
    placed = next(c for c in root.iter("asset-clip") if c.get("name") == "take 0")
    # Attached to the clip that covers its first frame, in that clip's own time.
    parent = next(e for e in root.iter() if placed in list(e))
    local = seconds(placed.get("offset")) - seconds(parent.get("start"))
    assert (local + seconds(parent.get("offset"))) * rate == project.start_frame + 12
    assert int(placed.get("lane")) < 0
    # The file's own start is the TimeReference that the WAV carries, to the sample.
    reference = frames_to_samples(project.start_frame + 12, rate, 48_000)
    asset = next(e for e in root.iter("asset") if e.get("id") == placed.get("ref"))
    assert seconds(asset.get("start")) * 48_000 == seconds(placed.get("start")) * 48_000 == reference
    assert usecases.open_source(path).timeline.video_tracks()[1].find_clips()[0].name == "over the gap"


def seconds(text: str) -> Fraction:
    return Fraction(text.removesuffix("s"))


def test_times_are_rational_in_the_rates_own_scale():
    film = Fraction(24000, 1001)
    assert time_text(Fraction(1001, 24000) * 86_400, film) == "86486400/24000s"
    assert time_text(Fraction(3600), Fraction(25)) == "3600s"
    assert time_text(Fraction(1, 25) * 27, Fraction(25)) == "27/25s"
    assert time_text(Fraction(1, 48_000), film) == "1/48000s"


FINAL_CUT = """<?xml version="1.0"?><!DOCTYPE fcpxml>
<fcpxml version="1.11"><resources>
<format id="r1" name="FFVideoFormat1080p25" frameDuration="100/2500s" width="1920" height="1080"/>
<asset id="r2" name="m" start="0s" duration="60/25s" hasVideo="1" hasAudio="1" format="r1"><media-rep
kind="original-media" src="{movie}"/></asset>
<asset id="r3" name="w" start="0s" duration="48000/48000s" hasAudio="1"><media-rep src="{sound}"/></asset>
<effect id="r4" name="Title" uid="x"/></resources>
<library><event name="e"><project name="Cut">
<sequence format="r1" duration="80/25s" tcStart="3600s" tcFormat="NDF"><spine>
{story}
</spine></sequence></project></event></library></fcpxml>"""
STORY = """
<asset-clip ref="r2" offset="3600s" name="a" start="10/25s" duration="20/25s">
  <asset-clip ref="r3" lane="-1" offset="15/25s" duration="10/25s" start="0s" audioRole="effects"/>
  <spine lane="1" offset="12/25s"><gap offset="0s" duration="2/25s"/><asset-clip ref="r2" name="b" offset="2/25s"
    duration="4/25s" srcEnable="video"/></spine>
</asset-clip>
<title ref="r4" offset="90020/25s" duration="30/25s"/>
<transition offset="90048/25s" duration="4/25s"/>
<clip name="c" offset="90050/25s" start="20/25s" duration="30/25s"><video ref="r2" offset="0s" duration="60/25s"><audio
  ref="r2" lane="-1" offset="0s" duration="60/25s"/></video></clip>"""


@pytest.fixture
def final_cut(tmp_path):
    """Writes a project as Final Cut Pro does, with a given primary storyline."""
    movie = write_movie(tmp_path / "m.mov", Fraction(25), 60, sound=True)
    sound = write_sound(tmp_path / "w.wav")

    def write(story: str) -> Path:
        path = tmp_path / "cut.fcpxml"
        path.write_text(FINAL_CUT.format(movie=movie.as_uri(), sound=sound.as_uri(), story=story))
        return path

    return write


def test_what_final_cut_writes_is_read(final_cut):
    project = usecases.open_source(final_cut(STORY))
    assert (project.rate, project.start_frame, project.frames) == (25, 90_000, 80)
    selection = usecases.mark(project)
    shown = [(p.start, p.frames, p.name, p.media_start * 25) for p in selection.picture_pieces]
    assert shown == [
        (0, 4, "a", 10), (4, 4, "b", 0), (8, 12, "a", 18), (20, 30, "", 0), (50, 30, "c", 20),
    ]  # fmt: skip
    heard = [(p.start, p.frames, Path(p.media).name) for p in selection.sound_pieces]
    assert heard == [(0, 20, "m.mov"), (5, 10, "w.wav"), (50, 30, "m.mov")]


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ('<ref-clip ref="r2" name="nest" offset="3600s" duration="1s"/>', "nest is a compound or multicam clip"),
        ('<asset-clip ref="r2" name="fast" offset="3600s" duration="1s"><timeMap/></asset-clip>', "changed speed"),
        ('<asset-clip ref="r2" offset="soon" duration="1s"/>', "'soon' is not a time"),
        ('</spine></sequence></project><project><sequence format="r1"><spine>', "2 projects"),
        ("<spine>", "not well-formed"),
    ],
)
def test_what_only_final_cut_can_resolve_is_refused(final_cut, story, reason):
    with pytest.raises(FoleyCueError, match=reason) as caught:
        usecases.open_source(final_cut(story))
    assert caught.value.code is ErrorCode.NOT_A_TIMELINE


def test_entities_are_refused(tmp_path):
    path = tmp_path / "bomb.fcpxml"
    path.write_text('<!DOCTYPE fcpxml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><fcpxml>&b;</fcpxml>')
    with pytest.raises(FoleyCueError, match="entities"):
        usecases.open_source(path)
