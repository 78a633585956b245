# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on a saved copy of a timeline file, in such a way that each can be taken back or exchanged in its place.

What a copy was before each insertion is kept in memory; an earlier take is exchanged by going back to before it and
laying it and all later ones again. Everything here is slow, for worker threads.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_ui.look.words import tr

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Placement, Selection, Stem, StoredTake

#: A larger file is not kept in memory, and what is kept of one copy is not more than this together.
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Picture:
    """A file as it was at a moment: content is None where there was none; known: whether we can bring it back."""

    path: Path
    content: bytes | None
    known: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content or b"")

    @property
    def digest(self) -> bytes:
        """What tells it from other contents."""
        return hashlib.sha256(self.content or b"").digest()

    def restore(self) -> None:
        """Make the file what it was; one that was not there goes. Raises output errors."""
        try:
            if self.content is None:
                self.path.unlink(missing_ok=True)
            else:
                part = self.path.with_name(f".{self.path.name}.part")
                part.write_bytes(self.content)
                part.replace(self.path)
        except OSError as error:
            raise explain_os_error(error, self.path) from error


@dataclass(frozen=True)
class Laying:
    """Takes laid on a range of a copy, and the copy before; again: beside what it held already."""

    selection: "Selection"
    takes: "tuple[StoredTake, ...]"
    again: bool
    before: Picture


@dataclass(frozen=True)
class Copy:
    """A saved copy as we left it, with what we laid on it and can exchange, first to last."""

    path: Path
    layings: tuple[Laying, ...] = ()
    left: bytes = b""  # the digest of what we wrote

    def place_of(self, fingerprint: str) -> int | None:
        """Which of the layings is the latest on a marked range."""
        places = (k for k, laying in enumerate(self.layings) if laying.selection.fingerprint == fingerprint)
        return max(places, default=None)


@dataclass(frozen=True)
class Change:
    """What was done to a copy; undo() takes it back in a worker thread, None where that cannot be."""

    placements: "tuple[Placement, ...]"  # one, or one a stem
    copy: Copy
    undo: Callable[[], None] | None


def lay(copy: Copy, selection: "Selection", takes: "tuple[StoredTake, ...]", again: bool) -> Change:
    """Write takes onto a copy.

    again: what the copy holds already stays, and the takes are laid beside it. Raises what usecases.insert raises.
    """
    before = _picture_of(copy.path)
    placement = _write(selection, takes, copy.path, again)
    # What somebody else wrote into the copy would be lost by going back to before that.
    earlier = copy.layings if again and before.digest == copy.left else ()
    new = Laying(selection, takes, again, before)
    return _changed((placement,), copy, (*earlier, new) if before.known else (), before)


def lay_stems(copy: Copy, selection: "Selection", stems: "Sequence[Stem]", again: bool) -> Change:
    """Write each stem onto a new track of a copy, all or none; they are taken back together, and not exchanged."""
    from foleycue_plugin.usecases import insert_stems

    before = _picture_of(copy.path)
    placements = insert_stems(selection, stems, copy.path, force=True, beside=again and copy.path.exists())
    return _changed(tuple(placements), copy, (), before)


def exchange(copy: Copy, place: int, selection: "Selection", takes: "tuple[StoredTake, ...]") -> Change:
    """Lay takes in the place of an earlier laying; when that fails, the copy is what it was.

    Raises BAD_INPUT where somebody else has changed the copy since, and what usecases.insert raises.
    """
    now = _picture_of(copy.path)
    _check_ours(copy, now)
    old, later = copy.layings[place], copy.layings[place + 1 :]
    try:
        old.before.restore()
        placement = _write(selection, takes, copy.path, old.again)
        layings = [*copy.layings[:place], replace(old, selection=selection, takes=takes)]
        for laying in later:
            layings.append(replace(laying, before=_picture_of(copy.path)))
            _write(laying.selection, laying.takes, copy.path, again=True)
    except Exception:
        now.restore()
        raise
    return _changed((placement,), copy, tuple(layings), now)


def _changed(placements: "tuple[Placement, ...]", copy: Copy, layings: tuple[Laying, ...], before: Picture) -> Change:
    after = replace(copy, layings=_within_bounds(layings), left=_picture_of(copy.path).digest)

    def undo() -> None:
        _check_ours(after, _picture_of(after.path))
        before.restore()

    return Change(placements, after, undo if before.known and after.path.is_file() else None)


def _within_bounds(layings: tuple[Laying, ...]) -> tuple[Laying, ...]:
    """The latest ones whose pictures fit into memory together."""
    room, kept = _MOST_BYTES, 0
    for laying in reversed(layings):
        room -= laying.before.size
        if room < 0:
            break
        kept += 1
    return layings[len(layings) - kept :]


def _write(selection: "Selection", takes: "tuple[StoredTake, ...]", path: Path, again: bool) -> "Placement":
    from foleycue_plugin.usecases import insert, insert_beside

    if not (again and path.exists()):
        return insert(selection, takes, path, force=True)
    return insert_beside(selection, takes, path)


def _picture_of(path: Path) -> Picture:
    try:
        if path.is_file() and path.stat().st_size <= _MOST_BYTES:
            return Picture(path, path.read_bytes(), True)
    except OSError:
        return Picture(path, None, False)  # the insertion itself will say what is wrong with it
    return Picture(path, None, not path.exists())


def _check_ours(copy: Copy, now: Picture) -> None:
    if now.digest != copy.left:
        text = tr("Insertion", "{file} was changed by another program since: insert the take beside what lies there.")
        raise FoleyCueError(ErrorCode.BAD_INPUT, text.format(file=copy.path.name))
