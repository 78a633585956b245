# SPDX-License-Identifier: GPL-3.0-or-later
"""DaVinci Resolve while it runs, with our menu script. Tested against a fake; it has not met the real Resolve."""

from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import opentimelineio as otio
from msgspec import Meta

from foleycue_plugin.bridge.host import CLOCK, BridgedHost
from foleycue_plugin.bridge.line import Message
from foleycue_plugin.hosts.base import Capabilities
from foleycue_plugin.hosts.otio_file import OtioFileHost
from foleycue_plugin.project import Project, RunningEditor
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange

_Frame = Annotated[int, Meta(ge=-10_000_000, le=10_000_000)]


class State(msgspec.Struct, frozen=True):
    """What the menu script says beside the OTIO file; frames count from the timeline's first.

    ours are the files of takes that lie on the timeline already.
    """

    clock: tuple[str, ...]
    rate: str
    drop_frame: bool
    start: int
    name: str
    marked: tuple[_Frame, _Frame] | None = None
    ours: tuple[str, ...] = ()


class ResolveHost(BridgedHost):
    """Resolve 18.5 and later; marks are known from 19.1 on. Its undo takes several steps for one insertion."""

    name = "DaVinci Resolve"
    host = "resolve"
    capabilities = Capabilities(new_track=True, replace=True, undo=False)

    def open(self, editor: RunningEditor) -> Project:
        """The timeline through Resolve's own OTIO export."""
        script = self._editor(editor)
        path = places.home().spool / f"{editor.id}.otio"
        path.unlink(missing_ok=True)
        state = script.call("state", {"export_to": str(path)})
        return self.project({**state, "exported": str(path)})

    def project(self, state: Message) -> Project:
        """The exported timeline, with Resolve's own marks and drop-frame flag."""
        try:
            said = msgspec.convert(state, State, strict=False)
        except msgspec.ValidationError as error:
            sentence = "Resolve's script is of another version: install it again with foleycue install-host resolve."
            raise FoleyCueError(ErrorCode.PROTOCOL, sentence, str(error)) from error
        project = OtioFileHost().open(Path(str(state["exported"])))
        if project.start_frame != said.start:
            raise FoleyCueError(
                ErrorCode.VERIFICATION,
                "Resolve's export starts at another timecode than its timeline: export it as .otio by hand instead.",
            )
        project.original.metadata[CLOCK] = list(said.clock)
        _without(project.timeline, said.ours)
        return replace(project, drop_frame=said.drop_frame, marked=_marked(said, project))


def _without(timeline: otio.schema.Timeline, files: Container[str]) -> None:
    """Take our own sounds out: with a take on it, a range stays the same range."""
    for track in list(timeline.audio_tracks()):
        for clip in list(track.find_clips()):
            reference = clip.media_reference
            if isinstance(reference, otio.schema.ExternalReference) and reference.target_url in files:
                parent = clip.parent()
                parent[parent.index(clip)] = otio.schema.Gap(duration=clip.duration())
        if not track.find_clips():
            timeline.tracks.remove(track)


def _marked(said: State, project: Project) -> FrameRange | None:
    if said.marked is None:
        return None
    start, end = max(0, said.marked[0]), min(project.frames, said.marked[1])
    return FrameRange(start, end - start, project.rate) if start < end else None
