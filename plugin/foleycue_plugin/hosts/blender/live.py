# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender while it runs, with our add-on in it."""

import copy
from pathlib import Path

import msgspec

from foleycue_plugin.bridge.host import BridgedHost
from foleycue_plugin.bridge.line import Message
from foleycue_plugin.hosts.blender.timeline import State, to_timeline
from foleycue_plugin.media import load_library
from foleycue_plugin.project import Project
from foleycue_plugin.references import resolved
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange

#: Stands for the file of a project that was never saved.
UNSAVED = "unsaved.blend"


class BlenderHost(BridgedHost):
    """Blender's Video Sequencer, from 3.4 on."""

    name = "Blender"
    host = "blender"

    def project(self, state: Message) -> Project:
        """The Video Sequencer's timeline. Raises BAD_INPUT when it is empty, and media errors."""
        try:
            described = msgspec.convert(state, State, strict=False)
        except msgspec.ValidationError as error:
            sentence = "Blender's add-on is of another version: install it again with foleycue install-host blender."
            raise FoleyCueError(ErrorCode.PROTOCOL, sentence, str(error)) from error
        return project_of(described)


def project_of(state: State) -> Project:
    """A described timeline as a project; the marked range is cut to the timeline."""
    load_library()
    original = to_timeline(state)
    if not any(original.tracks):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "Blender's sequencer holds no movie or sound: add a movie strip there first."
        )
    source = Path(state.file) if state.file else Path.home() / UNSAVED
    return Project(
        source=source,
        original=original,
        timeline=resolved(copy.deepcopy(original), source.parent),
        base=source.parent,
        rate=state.rate,
        drop_frame=False,
        frames=state.length,
        start_frame=0,
        marked=_marked(state),
    )


def _marked(state: State) -> FrameRange | None:
    if state.marked is None:
        return None
    start, end = max(0, state.marked[0]), min(state.length, state.marked[1])
    return FrameRange(start, end - start, state.rate) if start < end else None
