# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user thinks of takes: stars, names, the bin with its undo, and a store that asks before it removes."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import STORE_LIMIT_MB
from foleycue_ui.model.takes import TakeEntry

if TYPE_CHECKING:
    from foleycue_plugin.usecases import StoredTake

DEFAULT_LIMIT_MB = 4_096
_MB = 1 << 20
#: Discarded takes of a panel that was killed can be recovered for so long.
_GRACE = timedelta(days=1)


class Keeping(QObject):
    """Everything is written down at once; files go only when the panel ends, so that a discard can be undone."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._takes = desk.state.takes
        self._bin: list[str] = []
        self._refused = 0  # bytes at which the user last said to keep everything

    def start(self) -> None:
        """Remove what was discarded long ago, and look whether the store is too large."""
        self._write(lambda: self._desk.store().purge(before=datetime.now(UTC) - _GRACE))
        self.check_room()

    def close(self) -> None:
        """The discarded takes cannot be brought back any more."""
        if gone := tuple(self._bin):
            self._write(lambda: self._desk.store().purge(gone))

    def star(self, take_id: str, starred: bool) -> None:
        """Mark a take as one to keep, or no longer."""
        self._takes.note(take_id, starred=starred)
        self._write(lambda: self._desk.store().note(take_id, starred=starred))

    def rename(self, take_id: str, name: str) -> None:
        """Give a take a name; empty: none."""
        name = name.strip()
        self._takes.note(take_id, name=name)
        self._write(lambda: self._desk.store().note(take_id, name=name))

    def mark_used(self, take_id: str, used: bool = True) -> None:
        """A take lies on a timeline now, whose editor must find its file for ever; or no longer."""
        self._takes.note(take_id, used=used)
        self._write(lambda: self._desk.store().note(take_id, used=used))

    def discard(self, take_id: str) -> None:
        """Put a take away; a notice brings it back."""
        entry = self._takes.get(take_id)
        if entry is not None:
            self._throw([take_id])
            self._offer_undo(tr("Takes", "“{name}” was discarded.").format(name=entry.title()), [take_id], (entry,))

    def check_room(self) -> None:
        """Ask what to do when the store has outgrown its limit."""
        limit = _MB * self._desk.settings.value(STORE_LIMIT_MB, DEFAULT_LIMIT_MB)

        def look() -> "tuple[int, tuple[StoredTake, ...]]":
            store = self._desk.store()
            return store.size(), store.spare(limit)

        def done(found: "tuple[int, tuple[StoredTake, ...]]") -> None:
            size, spare = found
            if spare and size > 1.1 * self._refused:
                self._refused = size
                self._ask(size, spare)

        self._desk.work.submit(look, done, self._failed)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _ask(self, size: int, spare: "Sequence[StoredTake]") -> None:
        text = tr(
            "Takes",
            "Your takes fill {size} MB. The {count} oldest ones without a star, and on no timeline, can go; "
            "dismiss this to keep everything.",
        ).format(size=size // _MB, count=len(spare))
        self._desk.warn(text, key="room", action=tr("Takes", "Remove them"), run=lambda: self._make_room(spare))

    def _make_room(self, spare: "Sequence[StoredTake]") -> None:
        self._desk.state.notices.clear("room")
        # A star may have come since we asked.
        kept = {entry.take.take_id for entry in self._takes.entries if entry.stored.starred or entry.stored.used}
        ids = [stored.take.take_id for stored in spare if stored.take.take_id not in kept]
        shown = tuple(entry for entry in self._takes.entries if entry.take.take_id in ids)
        self._throw(ids)
        self._offer_undo(tr("Takes", "{count} takes were removed.").format(count=len(ids)), ids, shown)

    def _throw(self, take_ids: list[str]) -> None:
        for take_id in take_ids:
            self._takes.remove(take_id)
        self._bin += take_ids
        self._write(lambda: self._desk.store().discard(take_ids))

    def _offer_undo(self, text: str, take_ids: list[str], shown: tuple[TakeEntry, ...]) -> None:
        selection = self._desk.state.range.selection
        fingerprint = selection.fingerprint if selection is not None else ""

        def back(_: None) -> None:
            if self._desk.shown(fingerprint):
                for entry in shown:
                    self._takes.restore(entry)

        def undo() -> None:
            self._desk.state.notices.clear("discard")
            self._bin = [take_id for take_id in self._bin if take_id not in take_ids]
            self._desk.work.in_turn(lambda: self._desk.store().restore(take_ids), back, self._failed)

        self._desk.inform(text, key="discard", action=tr("Takes", "Undo"), run=undo)

    def _write(self, write: Callable[[], None]) -> None:
        self._desk.work.in_turn(write, lambda _: None, self._failed)

    def _failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key="store")
