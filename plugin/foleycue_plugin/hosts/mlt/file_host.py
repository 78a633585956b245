# SPDX-License-Identifier: GPL-3.0-or-later
"""The host of MLT project files: Kdenlive's and Shotcut's in, a copy with a new audio track out."""

from collections.abc import Sequence
from pathlib import Path

from foleycue_plugin.hosts.mlt.additions import add_track, free_track_name
from foleycue_plugin.hosts.mlt.files import open_project, read_edit, sound_of, timeline_of, verify_copy, write_whole
from foleycue_plugin.hosts.mlt.parts import Sound
from foleycue_plugin.hosts.otio_read import absolute, check_file
from foleycue_plugin.outputs import Delivery, check_apart, check_output, remove, temporary
from foleycue_plugin.project import Placement, Project
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error


class MltFileHost:
    """Timelines from MLT documents. A copy differs from its source by additions only, byte for byte."""

    name = "Kdenlive or Shotcut file"

    def open(self, source: Path) -> Project:
        """Read the edit; a Kdenlive zone is its marked range. Raises BAD_INPUT, NOT_A_TIMELINE or MEDIA_*."""
        source = absolute(source)
        check_file(source)
        return open_project(source)

    def save_targets(self, project: Project, save: Path) -> list[Path]:
        """The copy. Raises BAD_INPUT where the source is a timeline of another kind."""
        if project.source.suffix.lower() != save.suffix.lower():
            kind = project.source.suffix or "file without an extension"
            raise FoleyCueError(
                ErrorCode.BAD_INPUT,
                f"{save.name} can only be a copy of a {save.suffix.lower()} file, and {project.source.name} is a "
                f"{kind}: save it as .otio instead.",
            )
        return [save]

    def rehearse(self, selection: Selection, save: Path) -> None:
        """Make the copy in memory. Raises BAD_INPUT where the document has no place for a new track."""
        self.save_targets(selection.project, save)
        sound = Sound(path=save.with_suffix(".wav"), name=save.stem, frames=selection.range.frames)
        try:
            _with_track(selection, "FoleyCue", [sound])
        except FoleyCueError as error:
            raise FoleyCueError(ErrorCode.BAD_INPUT, error.message, error.detail) from error

    def insert(
        self, selection: Selection, takes: Sequence[StoredTake], track: str, save: Path, force: bool
    ) -> Placement:
        """Save a copy with the first take on a new audio track; the others lie ready in the bin of a Kdenlive project.

        Raises output errors or VERIFICATION; nothing new is on disk then.
        """
        save, project = absolute(save), selection.project
        self.save_targets(project, save)
        check_output(save, force)
        check_apart([save], [project.source])
        sounds = [sound_of(stored, selection.range) for stored in takes]
        data, name = _with_track(selection, track, sounds, folder=save.parent)
        part = temporary(save)
        try:
            with Delivery(force) as delivery:
                write_whole(part, data)
                verify_copy(part, name, sounds[0], selection)
                delivery.move(part, save)
        except OSError as error:
            raise explain_os_error(error, save) from error
        finally:
            remove(part)
        start = selection.range.start
        timecode = project.timecode(start, selection.drop_frame)
        return Placement(track=name, start_frame=start, frames=selection.range.frames, timecode=timecode, saved=save)


def _with_track(
    selection: Selection, track: str, sounds: Sequence[Sound], folder: Path | None = None
) -> tuple[bytes, str]:
    """The source's document with a new track, fit for a folder, and the track's name."""
    project = selection.project
    source = project.document or project.source
    edit, sequence = read_edit(source)
    name = free_track_name(sequence, track)
    try:
        if timeline_of(edit, sequence, project).to_json_string() != project.original.to_json_string():
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"{source.name} has changed since it was opened: open it again.")
        return add_track(edit, sequence, name, selection.range, sounds, folder), name
    except ValueError as error:
        raise FoleyCueError(
            ErrorCode.VERIFICATION,
            f"{source.name} has no place for a new audio track ({error}): save it as .otio instead.",
        ) from error
