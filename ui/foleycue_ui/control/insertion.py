# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts takes into the editor that the timeline came from, or on a saved copy of a timeline file.

Where a copy should lie is asked only the first time. Either way the last insertion can be undone, from the notice that
tells of it or by undo().
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.control.copies import Change, Copy, exchange, lay, lay_stems
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors, Laid, Way, take_out
from foleycue_ui.control.keeping import Keeping
from foleycue_ui.look.words import tr
from foleycue_ui.model.takes import TakeEntry, stems_of

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Selection, Stem, StoredTake

#: Project files whose copy is a project file again.
OWN_COPIES = (".kdenlive", ".mlt")

#: Asks the user for a path, given a proposal; None: the user would rather not.
AskPath = Callable[[Path], Path | None]


_Key = tuple[tuple[str, ...], str, Way]


@dataclass(frozen=True)
class _Wanted:
    """One insertion."""

    selection: "Selection"
    chosen: TakeEntry
    takes: "tuple[StoredTake, ...]"  # the chosen one, then its alternatives
    way: Way
    stems: tuple[TakeEntry, ...] = ()  # a take of each object, where they go together

    @property
    def entries(self) -> tuple[TakeEntry, ...]:
        """What will be heard."""
        return self.stems or (self.chosen,)

    @property
    def key(self) -> _Key:
        """What makes it the same one, clicked twice."""
        return tuple(entry.take.take_id for entry in self.entries), self.selection.fingerprint, self.way


@dataclass(frozen=True)
class _Undo:
    """How an insertion is taken back: run in a worker thread, then done."""

    run: Callable[[], object]
    done: Callable[[], None]


class Insertion(QObject):
    """Works in the background, one insertion after the other: where a take goes depends on the one before.

    Further insertions go onto the same copy, beside the earlier ones.
    """

    def __init__(
        self, desk: Desk, editors: Editors, keeping: Keeping, ask_path: AskPath, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._editors = editors
        self._keeping = keeping
        self._state = desk.state
        self._ask_path = ask_path
        self._busy = False
        self._deeds: deque[Callable[[], None]] = deque()
        self._under_way: set[_Key] = set()
        self._latest: _Wanted | None = None  # the last insertion, under way or done, while it may be undone
        self._edit_before: object = None  # the last edit of cues when it began
        self._undo: _Undo | None = None
        self._copies: dict[Path, Copy] = {}  # by the timeline they were made of

    def can_replace(self) -> bool:
        """Whether a take on the marked range could be exchanged for another one."""
        selection = self._state.range.selection
        if selection is None:
            return False
        if self._editors.reaches(selection):
            return self._editors.can_replace(selection)
        copy = self._copies.get(selection.project.source)
        return copy is not None and copy.place_of(selection.fingerprint) is not None

    def insert(self, take_id: str = "", way: Way = Way.USUAL) -> None:
        """Insert a take (the chosen one without an id); the range's other takes become its alternatives."""
        selection, takes = self._state.range.selection, self._state.takes
        chosen = takes.get(take_id or takes.chosen_id)
        if selection is None or chosen is None:
            return
        others = (entry.stored for entry in takes.entries if entry is not chosen)
        self._do(_Wanted(selection, chosen, (chosen.stored, *others), way))

    def insert_stems(self, take_id: str) -> None:
        """Insert the stems of a take's round: a take of each object on a new track of its own, all or none."""
        selection, takes = self._state.range.selection, self._state.takes
        stems = tuple(stems_of(takes.round_with(take_id), takes.chosen_id).values())
        if selection is not None and len(stems) > 1:
            self._do(_Wanted(selection, stems[0], (), Way.NEW_TRACK, stems))

    @property
    def comes_last(self) -> bool:
        """Whether the last thing done to the open timeline is an insertion, under way too, and no edit of cues."""
        if self._latest is None or self._latest.selection.project is not self._state.range.project:
            return False
        last_edit = self._state.cues.last_edit
        return last_edit is None or last_edit is self._edit_before

    def undo(self) -> None:
        """Take the last insertion back, a take or all its stems, once it is done; nothing where there is none."""
        self._in_turn(self._take_back)

    def _do(self, wanted: _Wanted) -> None:
        if wanted.key not in self._under_way:
            self._under_way.add(wanted.key)
            self._in_turn(lambda: self._begin(wanted))

    def _begin(self, wanted: _Wanted) -> None:
        # What could be undone a moment ago is no longer the last thing that was done.
        self._latest, self._edit_before, self._undo = wanted, self._state.cues.last_edit, None
        if self._editors.reaches(wanted.selection):
            self._lay(wanted)
        else:
            self._save(wanted)

    # -- into a running editor ------------------------------------------------------------------------------------

    def _lay(self, wanted: _Wanted) -> None:
        def done(laid: tuple[Laid, ...]) -> None:
            first = laid[0].placement
            one = tr("Insertion", "The take lies on {track} of {editor} at {timecode}.")
            many = tr("Insertion", "The stems lie on {track} of {editor} at {timecode}.")
            tracks = ", ".join(each.placement.track for each in laid)
            text = (many if wanted.stems else one).format(
                track=tracks, editor=first.editor.host, timecode=first.timecode
            )
            self._over(text, wanted, (lambda: take_out(laid)) if wanted.stems else self._undo_laid(laid[0]))

        def work() -> tuple[Laid, ...]:
            if wanted.stems:
                return self._editors.lay_stems(wanted.selection, [entry.stored for entry in wanted.stems])
            return (self._editors.lay(wanted.selection, wanted.chosen.stored, wanted.way),)

        self._desk.work.submit(work, done, lambda error: self._failed(error, wanted))

    def _undo_laid(self, laid: Laid) -> Callable[[], object] | None:
        """What takes it out again, or brings back what was there; None where we do not know that sound."""
        if laid.instead_of is None:
            return lambda: laid.host.remove(laid.placement)
        old = next((entry for entry in self._state.takes.entries if entry.path == laid.instead_of), None)
        return None if old is None else lambda: laid.host.replace(laid.placement, old.stored)

    # -- onto a copy ----------------------------------------------------------------------------------------------

    def _save(self, wanted: _Wanted) -> None:
        source = wanted.selection.project.source
        old = self._copies.get(source)
        place = old.place_of(wanted.selection.fingerprint) if old is not None and wanted.way is Way.REPLACE else None
        copy = old if place is not None else self._target(source)
        if copy is None:
            self._end(wanted)
            self._next()
            return

        def write() -> Change:
            if place is not None:
                return exchange(copy, place, wanted.selection, wanted.takes)
            again = copy is old and copy.path.suffix.lower() in (".otio", *OWN_COPIES)
            if wanted.stems:
                return lay_stems(copy, wanted.selection, _stems(wanted.stems), again)
            return lay(copy, wanted.selection, wanted.takes, again)

        def done(change: Change) -> None:
            self._copies[source] = change.copy
            first = change.placements[0]
            one = tr("Insertion", "Inserted on track {track} at {timecode} of {file}.")
            many = tr("Insertion", "Inserted on tracks {track} at {timecode} of {file}.")
            tracks = ", ".join(placed.track for placed in change.placements)
            text = (many if wanted.stems else one).format(track=tracks, timecode=first.timecode, file=first.saved.name)
            self._over(text, wanted, change.undo, lambda: self._put_back(source, old))

        def failed(error: FoleyCueError) -> None:
            if place is None:
                self._copies.pop(source, None)  # so that another place can be chosen
            self._failed(error, wanted)

        self._desk.work.submit(write, done, failed)

    def _target(self, source: Path) -> Copy | None:
        """The copy of a timeline that takes go onto; None: the user would rather not."""
        known = self._copies.get(source)
        # A bundle's media are unpacked beside each copy, so each insertion from one makes a copy of its own.
        if known is not None and source.suffix.lower() != ".otioz":
            return known
        suffix = source.suffix if source.suffix.lower() in OWN_COPIES else ".otio"
        path = self._ask_path(source.with_name(f"{source.stem}-foley{suffix}"))
        return None if path is None else Copy(path)

    def _put_back(self, source: Path, copy: Copy | None) -> None:
        if copy is None:
            del self._copies[source]
        else:
            self._copies[source] = copy

    # -- either way -----------------------------------------------------------------------------------------------

    def _in_turn(self, deed: Callable[[], None]) -> None:
        """Do something now or after what is under way; it ends with a call of _next()."""
        self._deeds.append(deed)
        if not self._busy:
            self._next()

    def _next(self) -> None:
        self._busy = bool(self._deeds)
        if self._busy:
            self._state.notices.clear("insert")
            self._deeds.popleft()()

    def _end(self, wanted: _Wanted, undo: _Undo | None = None) -> None:
        self._under_way.discard(wanted.key)
        self._undo = undo
        if undo is None:
            self._latest = None

    def _over(
        self,
        text: str,
        wanted: _Wanted,
        undo: Callable[[], object] | None,
        undone: Callable[[], None] = lambda: None,
    ) -> None:
        self._end(wanted, _Undo(undo, undone) if undo else None)
        for entry in wanted.entries:
            self._keeping.mark_used(entry.take.take_id, True)
        action = tr("Insertion", "Undo") if undo else ""
        self._desk.inform(text, key="insert", action=action, run=self.undo if undo else None)
        self._next()

    def _take_back(self) -> None:
        wanted, undo = self._latest, self._undo
        if wanted is None or undo is None:
            self._next()
            return
        self._latest = self._undo = None

        def done(_: object) -> None:
            undo.done()
            for entry in wanted.entries:
                self._keeping.mark_used(entry.take.take_id, entry.stored.used)
            self._desk.inform(tr("Insertion", "The insertion was undone."), key="insert")
            self._next()

        def failed(error: FoleyCueError) -> None:
            self._desk.tell(error, key="insert")
            self._next()

        self._desk.work.submit(undo.run, done, failed)

    def _failed(self, error: FoleyCueError, wanted: _Wanted) -> None:
        self._end(wanted)
        self._desk.tell(error, key="insert", action=tr("Insertion", "Try again"), run=lambda: self._do(wanted))
        self._next()


def _stems(entries: "Sequence[TakeEntry]") -> "list[Stem]":
    from foleycue_plugin.usecases import Stem

    return [Stem(entry.take.stem, [entry.stored]) for entry in entries]
