# SPDX-License-Identifier: GPL-3.0-or-later
"""The take store: finished sounds as files, with an index of what was asked, what came, and what the user thinks of it.

A plan is remembered before it is sent and a take is moved in by rename before anyone hears of it, so that a crash at
any moment loses neither. Nothing is ever removed unasked.
"""

import hashlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from foleycue_plugin.project import PlannedPlacement
from foleycue_plugin.take_index import TakeIndex
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.messages import Generate, Take
from foleycue_shared.places import Places

#: Removal for want of room goes on until this share of the limit is left, so that it is not due again at once.
_ROOM = 0.8


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A generation as it is fixed at the click: what is sent, and where its takes will lie."""

    request: Generate
    document: bytes
    placement: PlannedPlacement
    source: str
    fingerprint: str


class StoredTake(msgspec.Struct, frozen=True, kw_only=True):
    """A take that lies in the store (or where the user asked for it).

    name and starred are the user's; used says that it lies on a timeline, which must find its file for ever.
    """

    path: Path
    take: Take
    name: str = ""
    starred: bool = False
    used: bool = False


class TakeStore:
    """Takes and plans below the data directory; safe to use from several threads and processes."""

    def __init__(self, places: Places) -> None:
        self._folder = places.data / "takes"
        self._outbox = places.outbox
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, self._folder) from error
        self._index = TakeIndex(self._folder / "index.sqlite3")

    # -- plans ----------------------------------------------------------------------------------------------------

    def remember(self, plan: Plan, owner: str = "") -> None:
        """Write a plan down as the last of the queue; call it before the request is sent. The same job is one plan,
        expected again if it was closed.

        owner is the session that will send it.
        """
        row = (
            plan.request.job_id,
            datetime.now(UTC).isoformat(timespec="seconds"),
            plan.source,
            plan.fingerprint,
            msgspec.json.encode(plan.request),
            plan.document,
            msgspec.json.encode(plan.placement),
            "open",
            owner,
        )
        with self._index.open() as database:
            database.execute(
                "INSERT INTO jobs SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, 1 + coalesce(max(place), 0) FROM jobs WHERE true "
                "ON CONFLICT (job_id) DO UPDATE SET state = excluded.state",
                row,
            )

    def reorder(self, job_ids: Sequence[str]) -> None:
        """These plans shall be worked off in this order; others come after them."""
        with self._index.open() as database:
            database.execute("UPDATE jobs SET place = place + ? WHERE state = 'open'", (len(job_ids),))
            for place, job_id in enumerate(job_ids):
                database.execute("UPDATE jobs SET place = ? WHERE job_id = ?", (place, job_id))

    def close_job(self, job_id: str) -> None:
        """Say that nothing more is expected of a job (done, cancelled, or failed for good)."""
        with self._index.open() as database:
            database.execute("UPDATE jobs SET state = 'closed' WHERE job_id = ?", (job_id,))

    def unfinished(self, owner: str | None = None) -> list[Plan]:
        """Plans that were sent, or about to be, and never ended, in the order of the queue; None: of every owner."""
        with self._index.open() as database:
            rows = database.execute(
                "SELECT request, document, placement, source, fingerprint FROM jobs "
                "WHERE state = 'open' AND (?1 IS NULL OR owner = ?1) ORDER BY place, rowid",
                (owner,),
            ).fetchall()
        return [
            Plan(
                request=msgspec.json.decode(request, type=Generate),
                document=document,
                placement=msgspec.json.decode(placement, type=PlannedPlacement),
                source=source,
                fingerprint=fingerprint,
            )
            for request, document, placement, source, fingerprint in rows
        ]

    # -- takes ----------------------------------------------------------------------------------------------------

    def adopt(self, take: Take, plan: Plan) -> StoredTake:
        """Move a take from the backend's outbox into the store; the same take twice is one take.

        Raises VERIFICATION when the file is not what the backend announced, and output errors when it cannot be moved.
        """
        if (known := self._find(take.take_id)) is not None:
            return known
        target = self._folder / f"{take.take_id}.wav"
        # The rename may have happened in a run that ended before the index was written.
        if not target.exists():
            self._move_in(Path(take.path), target)
        if _sha256(target) != take.sha256:
            target.unlink()
            raise FoleyCueError(
                ErrorCode.VERIFICATION, "The sound file was damaged on its way into the take store: generate it again."
            )
        stored = msgspec.structs.replace(take, path=str(target))
        row = (take.take_id, take.job_id, plan.fingerprint, target.name, msgspec.json.encode(stored), take.index)
        with self._index.open() as database:
            database.execute(
                "INSERT OR IGNORE INTO takes (take_id, job_id, fingerprint, file, take, position) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
        return StoredTake(path=target, take=stored)

    def takes_for(self, fingerprint: str) -> list[StoredTake]:
        """All takes of a marked range (Selection.fingerprint) that were not discarded, oldest first."""
        return self._select("WHERE fingerprint = ? AND discarded IS NULL ORDER BY rowid", fingerprint)

    def takes_of_job(self, job_id: str) -> list[StoredTake]:
        """The takes of one job by their index."""
        return self._select("WHERE job_id = ? ORDER BY position", job_id)

    def note(self, take_id: str, **notes: str | bool) -> None:
        """Write down what the user thinks of a take: name, starred or used, as StoredTake has them."""
        with self._index.open() as database:
            for column, value in notes.items():
                if column not in ("name", "starred", "used"):
                    raise ValueError(f"a take has no {column}")
                database.execute(f"UPDATE takes SET {column} = ? WHERE take_id = ?", (value, take_id))

    def discard(self, take_ids: Sequence[str]) -> None:
        """Put takes away: no range shows them, and restore() brings them back until purge()."""
        self._set_discarded(take_ids, datetime.now(UTC).isoformat())

    def restore(self, take_ids: Sequence[str]) -> None:
        """Bring discarded takes back."""
        self._set_discarded(take_ids, None)

    def purge(self, take_ids: Sequence[str] | None = None, before: datetime | None = None) -> None:
        """Remove discarded takes for good: those named, and those discarded before a time.

        A take that lies on a timeline stays as a file, since the timeline needs it.
        """
        wanted = set(take_ids or ())
        with self._index.open() as database:
            rows = database.execute(
                "SELECT take_id, file, discarded FROM takes WHERE discarded IS NOT NULL AND NOT used"
            ).fetchall()
            for take_id, file, since in rows:
                if take_id in wanted or (before is not None and datetime.fromisoformat(since) < before):
                    database.execute("DELETE FROM takes WHERE take_id = ?", (take_id,))
                    (self._folder / file).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes that all sounds in the store take."""
        return sum(path.stat().st_size for path in self._folder.glob("*.wav"))

    def spare(self, limit: int) -> tuple[StoredTake, ...]:
        """What could go, oldest first, when the store has outgrown limit bytes; never starred or used takes."""
        size = self.size()
        if size <= limit:
            return ()
        chosen: list[StoredTake] = []
        for stored in self._select("WHERE NOT starred AND NOT used AND discarded IS NULL AND ? ORDER BY rowid", True):
            if size <= _ROOM * limit:
                break
            if stored.path.exists():
                size -= stored.path.stat().st_size
                chosen.append(stored)
        return tuple(chosen)

    def _set_discarded(self, take_ids: Sequence[str], when: str | None) -> None:
        with self._index.open() as database:
            database.executemany("UPDATE takes SET discarded = ? WHERE take_id = ?", [(when, k) for k in take_ids])

    def _find(self, take_id: str) -> StoredTake | None:
        found = self._select("WHERE take_id = ?", take_id)
        return found[0] if found and found[0].path.exists() else None

    def _select(self, condition: str, *values: str | int) -> list[StoredTake]:
        with self._index.open() as database:
            rows = database.execute(f"SELECT file, take, name, starred, used FROM takes {condition}", values).fetchall()
        return [
            StoredTake(
                path=self._folder / file,
                take=msgspec.json.decode(take, type=Take),
                name=name,
                starred=bool(starred),
                used=bool(used),
            )
            for file, take, name, starred, used in rows
        ]

    def _move_in(self, source: Path, target: Path) -> None:
        # The backend names files itself, and only below its outbox: anything else is not ours to move.
        if source.resolve().parent != self._outbox.resolve():
            raise FoleyCueError(ErrorCode.VERIFICATION, "The backend offered a file from outside its outbox.")
        part = target.with_suffix(".part")
        try:
            try:
                source.replace(target)
            except OSError:
                shutil.copyfile(source, part)
                part.replace(target)
                source.unlink()
        except FileNotFoundError as error:
            raise FoleyCueError(
                ErrorCode.VERIFICATION, "The sound file is gone from the backend's outbox: generate it again."
            ) from error
        except OSError as error:
            part.unlink(missing_ok=True)
            raise explain_os_error(error, target) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
