# SPDX-License-Identifier: GPL-3.0-or-later
"""MLT documents on disk: read as a project, written whole, and proven by reading back."""

import os
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.hosts.mlt.changes import find_item
from foleycue_plugin.hosts.mlt.document import parse_document, read_document
from foleycue_plugin.hosts.mlt.parts import Sound
from foleycue_plugin.hosts.mlt.sequence import Edit, Sequence
from foleycue_plugin.hosts.mlt.timeline import marked_range, to_timeline
from foleycue_plugin.hosts.otio_read import not_a_timeline
from foleycue_plugin.media import load_library
from foleycue_plugin.project import Project
from foleycue_plugin.references import resolved
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared import timeline as timelines
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange

#: What comes out of a document that contradicts itself, or of impossible numbers in it.
_MALFORMED = (ValueError, OverflowError, RecursionError, otio.exceptions.OTIOError)
_LONGEST_NAME = 48


def read_edit(source: Path, data: bytes | None = None) -> tuple[Edit, Sequence]:
    """The edit in a file, or in bytes that came from it. Raises NOT_A_TIMELINE or BAD_INPUT."""
    document = read_document(source) if data is None else parse_document(data, source.name)
    try:
        edit = Edit(document, source.parent)
        return edit, edit.main()
    except _MALFORMED as error:
        raise not_a_timeline(source.name, f"{type(error).__name__}: {error}") from error


def open_project(source: Path) -> Project:
    """A file as a project. Raises NOT_A_TIMELINE, BAD_INPUT, MEDIA_OFFLINE or MEDIA_UNREADABLE."""
    load_library()  # whoever shows this timeline will decode it next, on threads of its own
    edit, sequence = read_edit(source)
    try:
        return _project(source, edit, sequence)
    except _MALFORMED as error:
        raise not_a_timeline(source.name, f"{type(error).__name__}: {error}") from error


def _project(source: Path, edit: Edit, sequence: Sequence) -> Project:
    original = to_timeline(edit, sequence, sequence.element.property("kdenlive:clipname") or source.stem)
    timeline = resolved(original, edit.folder)
    frames = timelines.whole_range(timeline).frames
    if frames < 1:
        raise FoleyCueError(ErrorCode.NOT_A_TIMELINE, f"{source.name} is an empty timeline: put a clip on it first.")
    return Project(
        source=source,
        original=original,
        timeline=timeline,
        base=edit.folder,
        rate=edit.rate,
        drop_frame=timelines.drop_frame(timeline),
        frames=frames,
        start_frame=0,
        marked=marked_range(edit, sequence, frames),
        document=source,
    )


def timeline_of(edit: Edit, sequence: Sequence, project: Project) -> otio.schema.Timeline:
    """An edit as a timeline that can be compared with a project's. Raises ValueError."""
    return to_timeline(edit, sequence, project.original.name)


def sound_of(stored: StoredTake, span: FrameRange) -> Sound:
    """A take as a document names it."""
    said = dict.fromkeys(part for part in (stored.take.stem, stored.take.prompt) if part)
    prompt = " ".join(": ".join(said).split())[:_LONGEST_NAME]
    name = f"{prompt or 'FoleyCue'}, seed {stored.take.seed}"
    return Sound(path=stored.path.absolute(), name=name, frames=span.frames)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file through to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def verify_copy(part: Path, name: str, sound: Sound, selection: Selection) -> None:
    """Read a copy back: the sound lies at its frames on its track, and everything else is as it was.

    Raises VERIFICATION.
    """
    try:
        edit, sequence = read_edit(part)
        found = find_item(edit, sequence, sound.path, selection.range)
        copy = timeline_of(edit, sequence, selection.project)
    except (FoleyCueError, *_MALFORMED) as error:
        raise _mismatch(str(error)) from error
    if found is None or found[0].name != name or edit.rate != selection.range.rate:
        raise _mismatch("the sound is not where it was put")
    for track in [track for track in copy.tracks if track.name == name]:
        copy.tracks.remove(track)
    if copy.to_json_string() != selection.project.original.to_json_string():
        raise _mismatch("something else has changed")


def _mismatch(found: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.VERIFICATION,
        "The saved copy did not hold the take where it belongs and was removed: save it as .otio instead.",
        found,
    )
