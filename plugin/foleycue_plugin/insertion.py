# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes onto copies of timeline files: one sound, or several stems that arrive together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foleycue_plugin.hosts.registry import check_save_format, file_host
from foleycue_plugin.outputs import remove, temporary
from foleycue_plugin.project import Placement
from foleycue_plugin.selection import Selection, select_frames
from foleycue_plugin.takes import StoredTake
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

DEFAULT_TRACK = "FoleyCue"
#: Copies that can be opened again with all that they held.
_COMPLETE = (".otio", ".kdenlive", ".mlt")


@dataclass(frozen=True)
class Stem:
    """What goes onto one new track: the first take is heard, the others are its alternatives."""

    track: str
    takes: Sequence[StoredTake]


def insert(
    selection: Selection,
    takes: Sequence[StoredTake],
    save_path: Path,
    *,
    track: str = DEFAULT_TRACK,
    force: bool = False,
) -> Placement:
    """Write a copy of the selection's timeline with the takes on a new audio track.

    Raises BAD_INPUT for a name whose format cannot be written, and whatever Host.insert raises.
    """
    save = Path(save_path)
    check_save_format(save)
    return file_host(save).insert(selection, takes, track, save, force)


def insert_beside(
    selection: Selection, takes: Sequence[StoredTake], copy: Path, *, track: str = DEFAULT_TRACK
) -> Placement:
    """Put takes onto a copy that was saved before, beside what it holds. Raises what insert raises."""
    # The source stays what it was, so that the check which keeps it from being overwritten still guards the right file.
    project = replace(file_host(copy).open(copy), source=selection.project.source)
    marked = selection.range
    return insert(select_frames(project, marked.start, marked.end), takes, copy, track=track, force=True)


def insert_stems(
    selection: Selection, stems: Sequence[Stem], save: Path, *, force: bool = False, beside: bool = False
) -> list[Placement]:
    """Put each stem on a new audio track of one copy, each proven by reading back; after an error nothing is changed.

    beside: the copy is there already and keeps what it holds. Raises what insert raises, and BAD_INPUT for a format
    that does not keep everything.
    """
    check_stems_format(save, len(stems))
    placements: list[Placement] = []
    before = _content(save) if len(stems) > 1 else None
    try:
        for stem in stems:
            if beside or placements:
                placements.append(insert_beside(selection, stem.takes, save, track=stem.track))
            else:
                placements.append(insert(selection, stem.takes, save, track=stem.track, force=force))
    except Exception:
        if placements:
            put_back(save, before)
        raise
    return placements


def put_back(copy: Path, before: bytes | None) -> None:
    """Make a copy what it was; None: it was not there. Raises output errors."""
    part = temporary(copy)
    try:
        if before is None:
            copy.unlink(missing_ok=True)
        else:
            part.write_bytes(before)
            part.replace(copy)
    except OSError as error:
        raise explain_os_error(error, copy) from error
    finally:
        remove(part)


def _content(copy: Path) -> bytes | None:
    try:
        return copy.read_bytes() if copy.is_file() else None
    except OSError as error:
        raise explain_os_error(error, copy) from error


def check_stems_format(save: Path, stems: int) -> None:
    """Raise BAD_INPUT where a copy could not be opened again for the next stem."""
    if stems > 1 and save.suffix.lower() not in _COMPLETE:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"A copy of the type {save.suffix or '?'} takes one stem only: save it as .otio or as the project is.",
        )
