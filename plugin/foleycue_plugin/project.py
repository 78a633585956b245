# SPDX-License-Identifier: GPL-3.0-or-later
"""An opened timeline, as every use case sees it, and where a take lies on it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
from opentimelineio.schema import Timeline

from foleycue_shared.timecode import format_timecode
from foleycue_shared.timing import FrameRange


@dataclass(frozen=True, eq=False)
class Project:
    """A timeline that was read from a file, with its exact time base.

    original is the timeline as the file holds it (saving starts from it); timeline is a copy whose media references
    are absolute paths with filled-in available ranges. base is the folder against which relative references of
    original count. Frames are counted from the timeline's first frame, whose record frame is start_frame. marked is the
    range that the editor itself has marked, where there is one: a proposal. document is the project file that a copy is
    made from byte by byte, for hosts that work so.
    """

    source: Path
    original: Timeline
    timeline: Timeline
    base: Path
    rate: Fraction
    drop_frame: bool
    frames: int
    start_frame: int
    marked: FrameRange | None = None
    document: Path | None = None

    def timecode(self, frame: int, drop_frame: bool | None = None) -> str:
        """The record timecode of a timeline frame; drop_frame overrides the timeline's own flag."""
        drop = self.drop_frame if drop_frame is None else drop_frame
        return format_timecode(self.start_frame + frame, self.rate, drop)


class PlannedPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a take will lie, fixed at the click: start_frame counts from the timeline's first frame."""

    track: str
    start_frame: int
    frames: int
    timecode: str


class Placement(PlannedPlacement, frozen=True, kw_only=True):
    """Where a take lies, read back from the saved copy."""

    saved: Path


class RunningEditor(msgspec.Struct, frozen=True, kw_only=True):
    """One running instance of an editor: id tells it from others of the same host, project is the file open in it."""

    host: str
    id: str
    title: str
    project: Path | None = None


class LivePlacement(PlannedPlacement, frozen=True, kw_only=True):
    """Where a take lies in a running editor, read back from it.

    media is the sound that lies there; handle is the host's own word for the clip; new_track tells that its track was
    made for it.
    """

    editor: RunningEditor
    media: Path
    handle: str
    new_track: bool = False
