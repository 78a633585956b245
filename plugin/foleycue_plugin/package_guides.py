# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package for an editor holds, and the words that tell how to bring it in."""

from dataclasses import dataclass
from enum import StrEnum

from foleycue_plugin.hosts.media_time import MediaTime


class Editor(StrEnum):
    """Editors that a package can be made for."""

    RESOLVE = "resolve"
    PREMIERE = "premiere"
    FINAL_CUT = "final-cut"
    AVID = "avid"
    KDENLIVE = "kdenlive"
    BLENDER = "blender"
    SHOTCUT = "shotcut"


@dataclass(frozen=True)
class Guide:
    """An editor's name, the formats it imports (best first), how it counts media time, and the way in.

    steps may use {timeline} (the first interchange file), {timecode}, {frame} (from the timeline's first frame, at 0),
    {wav} and {track}; by_hand is the way in without an interchange file.
    """

    name: str
    formats: tuple[str, ...]
    media_time: MediaTime
    steps: tuple[str, ...]
    by_hand: tuple[str, ...]


_PLACE_WAV = (
    "Import {wav} into the project's media.",
    "Put it on a free audio track at the record timecode {timecode}. Its own timecode is that very timecode.",
)

GUIDES: dict[Editor, Guide] = {
    Editor.RESOLVE: Guide(
        "DaVinci Resolve",
        (".otio", ".xml"),
        MediaTime.TIMECODE,
        (
            "File > Import > Timeline, and choose {timeline} (.otio needs Resolve 18.5; the .xml holds the same).",
            "Resolve makes a new timeline. Open it, and copy the clip of the track {track}.",
            "Open your own timeline, put the playhead at {timecode}, and paste onto a free audio track.",
        ),
        _PLACE_WAV,
    ),
    Editor.PREMIERE: Guide(
        "Adobe Premiere Pro",
        (".xml", ".otio"),
        MediaTime.TIMECODE,
        (
            "File > Import, and choose {timeline}.",
            "Premiere makes a new sequence. Open it, and copy the clip of its last audio track.",
            "Open your own sequence, target a free audio track, put the playhead at {timecode}, and paste.",
        ),
        _PLACE_WAV,
    ),
    Editor.FINAL_CUT: Guide(
        "Final Cut Pro",
        (".fcpxml",),
        MediaTime.TIMECODE,
        (
            "File > Import > XML, and choose {timeline}.",
            "Final Cut Pro makes an event FoleyCue with a project in it. Open that project, and copy the lowest clip.",
            "Open your own project, put the playhead at {timecode}, and choose Edit > Paste as Connected Clip.",
        ),
        (
            "File > Import > Media, and choose {wav}.",
            "Put the playhead at {timecode}, and connect the clip there (Edit > Connect to Primary Storyline).",
        ),
    ),
    Editor.AVID: Guide(
        "Avid Media Composer",
        (".aaf", ".edl"),
        MediaTime.TIMECODE,
        (
            "Select a bin, import {timeline} into it, and link to {wav} where Avid asks for it.",
            "Load the sequence, and copy the clip of its last audio track.",
            "Load your own sequence, put the position bar at {timecode}, and paste onto a free audio track.",
        ),
        _PLACE_WAV,
    ),
    Editor.KDENLIVE: Guide(
        "Kdenlive",
        (".otio",),
        MediaTime.FIRST_FRAME,
        (
            "Open {timeline} (.kdenlive), or choose it in File > OpenTimelineIO Import (.otio, from 25.04 on).",
            "It becomes a project of its own. Copy the clip of the track {track} there.",
            "Open your own project, put the playhead at frame {frame}, activate a free audio track, and paste.",
        ),
        (
            "Add {wav} to the project bin.",
            "Put the playhead at frame {frame} (record timecode {timecode}), and drop the clip there on a free track.",
        ),
    ),
    Editor.BLENDER: Guide(
        "Blender",
        (),
        MediaTime.FIRST_FRAME,
        (),
        (
            "In the Video Sequencer, go to frame {frame} + the scene's start frame (usually 1).",
            "Add > Sound, choose {wav}, and put the strip on a free channel. It starts at the current frame.",
            "FoleyCue's extension does this by itself: foleycue install-host blender.",
        ),
    ),
    Editor.SHOTCUT: Guide(
        "Shotcut",
        (),
        MediaTime.FIRST_FRAME,
        ("Open {timeline}, which is a copy of your project with the take on a new audio track.",),
        (
            "Open {wav} from the playlist.",
            "Put the playhead at frame {frame} of the timeline, select a free audio track, and choose Overwrite.",
        ),
    ),
}
