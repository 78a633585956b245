# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on a saved copy of a timeline file, in such a way that the last one can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_shared.errors import FoleyCueError, explain_os_error

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Placement, Selection, StoredTake

#: A larger file is not kept in memory: its insertion cannot be undone from the panel.
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class LastCopy:
    """A copy as it was before a take of a range was put on it; before is None when there was no such file."""

    path: Path
    before: bytes | None
    can_undo: bool
    fingerprint: str

    def undo(self) -> None:
        """Make the copy what it was; one that we made goes. Raises output errors."""
        try:
            if self.before is None:
                self.path.unlink(missing_ok=True)
            else:
                part = self.path.with_name(f".{self.path.name}.part")
                part.write_bytes(self.before)
                part.replace(self.path)
        except OSError as error:
            raise explain_os_error(error, self.path) from error


def lay_on_copy(
    selection: "Selection",
    takes: "Sequence[StoredTake]",
    path: Path,
    again: bool,
    instead: LastCopy | None = None,
) -> "tuple[Placement, LastCopy]":
    """Write the takes onto the copy at path; slow, for a worker thread.

    again: what the copy holds already stays, and the takes are laid beside it. instead: first take back what was put
    there last. Raises what usecases.insert raises.
    """
    now = _picture_of(path, selection.fingerprint)
    if instead is None or not instead.can_undo:
        return _lay(selection, takes, path, again), now
    instead.undo()
    try:
        return _lay(selection, takes, path, again), replace(instead, fingerprint=selection.fingerprint)
    except FoleyCueError:
        now.undo()
        raise


def _lay(selection: "Selection", takes: "Sequence[StoredTake]", path: Path, again: bool) -> "Placement":
    from foleycue_plugin.usecases import insert, open_source, select_frames

    if not (again and path.exists()):
        return insert(selection, takes, path, force=True)
    # The source stays what it was, so that the check which keeps it from being overwritten still guards the right file.
    copy = replace(open_source(path), source=selection.project.source)
    marked = selection.range
    return insert(select_frames(copy, marked.start, marked.end), takes, path, force=True)


def _picture_of(path: Path, fingerprint: str) -> LastCopy:
    try:
        if path.is_file() and path.stat().st_size <= _MOST_BYTES:
            return LastCopy(path, path.read_bytes(), True, fingerprint)
    except OSError:
        return LastCopy(path, None, False, fingerprint)  # the insertion itself will say what is wrong with it
    return LastCopy(path, None, not path.exists(), fingerprint)
