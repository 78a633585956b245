# SPDX-License-Identifier: GPL-3.0-or-later
"""Editors that run a script of ours, as live hosts: all of them are asked the same few things over the bridge."""

from abc import ABC, abstractmethod
from pathlib import Path

import msgspec

from foleycue_plugin.bridge.line import Message
from foleycue_plugin.bridge.server import Editor, current_bridge
from foleycue_plugin.hosts.base import Capabilities, Clipboard
from foleycue_plugin.project import LivePlacement, Project, RunningEditor
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Take

#: Where a project keeps what its editor must see again before anything is put into it: its clock and origin.
CLOCK = "foleycue_clock"
RECIPE_VERSION = 1


class Placed(msgspec.Struct, frozen=True):
    """A sound of ours as a script reads it back; start counts from the timeline's first frame."""

    handle: str
    track: str
    start: int
    frames: int
    path: str


class BridgedHost(ABC):
    """A live host over the bridge. Each kind of editor says how its state becomes a project."""

    name = ""
    host = ""
    capabilities = Capabilities(new_track=True, replace=True, undo=True)

    def __init__(self, clipboard: Clipboard | None = None) -> None:  # noqa: B027 - made like every live host
        """No clipboard is needed: scripts do the work."""

    @abstractmethod
    def project(self, state: Message) -> Project:
        """The timeline as the editor's script described it, with its clock in original.metadata[CLOCK]."""

    def probe(self) -> tuple[RunningEditor, ...]:
        """The editors whose script is connected to this panel; none where no bridge is open."""
        return tuple(self._running(editor) for editor in self._editors())

    def open(self, editor: RunningEditor) -> Project:
        """The editor's timeline as it is now, with the range that is marked there."""
        return self.project(self._editor(editor).call("state", {}))

    def insert(self, editor: RunningEditor, selection: Selection, take: StoredTake, track: str = "") -> LivePlacement:
        """Put a take on a free track, and read back where it lies."""
        marked = selection.range
        arguments = {
            "clock": _clock(selection.project),
            "path": str(take.path),
            "start": marked.start,
            "frames": marked.frames,
            "name": track or "FoleyCue",
            "recipe": recipe(take.take),
        }
        script = self._editor(editor)
        placed = _placed(script.call("insert", arguments))
        if (placed.start, placed.frames, Path(placed.path)) != (marked.start, marked.frames, take.path):
            script.call("remove", {"handle": placed.handle})
            raise _not_there(self.name)
        return self._placement(editor, selection.timecode, placed)

    def find(self, editor: RunningEditor, selection: Selection) -> LivePlacement | None:
        """The newest take of ours on exactly this range."""
        marked = selection.range
        arguments = {"clock": _clock(selection.project), "start": marked.start, "frames": marked.frames}
        answer = self._editor(editor).call("find", arguments)
        return self._placement(editor, selection.timecode, _placed(answer)) if answer else None

    def replace(self, placement: LivePlacement, take: StoredTake) -> LivePlacement:
        """Exchange the sound of a clip; the clip itself stays as it is."""
        arguments = {"handle": placement.handle, "path": str(take.path), "recipe": recipe(take.take)}
        placed = _placed(self._editor(placement.editor).call("replace", arguments))
        # The user may have moved or trimmed it since: that stays, only the sound has to be the new one.
        if Path(placed.path) != take.path or placed.handle != placement.handle:
            raise _not_there(self.name)
        return self._placement(placement.editor, placement.timecode, placed)

    def remove(self, placement: LivePlacement) -> None:
        """Take a clip out again."""
        self._editor(placement.editor).call("remove", {"handle": placement.handle})

    def _editor(self, wanted: RunningEditor) -> Editor:
        for editor in self._editors():
            if editor.id == wanted.id:
                return editor
        raise FoleyCueError(ErrorCode.BUSY, f"{self.name} was closed, or its script was: start it again there.")

    def _editors(self) -> list[Editor]:
        bridge = current_bridge()
        return [] if bridge is None else bridge.editors(self.host)

    def _running(self, editor: Editor) -> RunningEditor:
        about = editor.about
        project = Path(about.project) if about.project else None
        return RunningEditor(host=self.name, id=editor.id, title=about.title, project=project)

    @staticmethod
    def _placement(editor: RunningEditor, timecode: str, placed: Placed) -> LivePlacement:
        return LivePlacement(
            track=placed.track,
            start_frame=placed.start,
            frames=placed.frames,
            timecode=timecode,
            editor=editor,
            media=Path(placed.path),
            handle=placed.handle,
        )


def recipe(take: Take) -> Message:
    """What a clip carries so that it can be made again, also in another session."""
    return {
        "version": RECIPE_VERSION,
        "job": take.job_id,
        "take": take.take_id,
        "engine": take.engine,
        "prompt": take.prompt,
        "negative": take.negative,
        "seed": take.seed,
        "cues": [[cue.sample, round(cue.strength, 4), cue.source.value] for cue in take.cues],
        "sha256": take.sha256,
    }


def _clock(project: Project) -> object:
    clock = project.original.metadata.get(CLOCK)
    if clock is None:
        raise FoleyCueError(ErrorCode.BAD_INPUT, "This timeline was not read from that editor: open it from there.")
    return [str(part) for part in clock]


def _placed(answer: Message) -> Placed:
    try:
        return msgspec.convert(answer, Placed)
    except msgspec.ValidationError as error:
        raise FoleyCueError(
            ErrorCode.PROTOCOL, "The editor's script answered nonsense: update it.", str(error)
        ) from error


def _not_there(name: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.VERIFICATION, f"{name} did not put the take where it belongs: look at its timeline, and try again."
    )
