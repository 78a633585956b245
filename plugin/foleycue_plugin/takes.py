# SPDX-License-Identifier: GPL-3.0-or-later
"""The take store: finished sounds as files, with an SQLite index of what was asked and what came.

A plan is remembered before it is sent and a take is moved in by rename before anyone hears of it, so that a crash at
any moment loses neither. Nothing is ever removed unasked.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from foleycue_plugin.project import PlannedPlacement
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.messages import Generate, Take
from foleycue_shared.places import Places

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY, created TEXT NOT NULL, source TEXT NOT NULL, fingerprint TEXT NOT NULL,
    request BLOB NOT NULL, document BLOB NOT NULL, placement BLOB NOT NULL, state TEXT NOT NULL
);
CREATE TABLE takes (
    take_id TEXT PRIMARY KEY, job_id TEXT NOT NULL, fingerprint TEXT NOT NULL, file TEXT NOT NULL,
    take BLOB NOT NULL, position INTEGER NOT NULL
);
CREATE INDEX takes_of_range ON takes (fingerprint);
"""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A generation as it is fixed at the click: what is sent, and where its takes will lie."""

    request: Generate
    document: bytes
    placement: PlannedPlacement
    source: str
    fingerprint: str


class StoredTake(msgspec.Struct, frozen=True, kw_only=True):
    """A take that lies in the store (or where the user asked for it)."""

    path: Path
    take: Take


class TakeStore:
    """Takes and plans below the data directory; safe to use from several threads and processes."""

    def __init__(self, places: Places) -> None:
        self._folder = places.data / "takes"
        self._outbox = places.outbox
        self._index = self._folder / "index.sqlite3"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._database() as database:
                self._migrate(database)
        except OSError as error:
            raise explain_os_error(error, self._folder) from error

    def remember(self, plan: Plan) -> None:
        """Write a plan down; call it before the request is sent. The same job twice is one plan."""
        row = (
            plan.request.job_id,
            datetime.now(UTC).isoformat(timespec="seconds"),
            plan.source,
            plan.fingerprint,
            msgspec.json.encode(plan.request),
            plan.document,
            msgspec.json.encode(plan.placement),
            "open",
        )
        with self._database() as database:
            database.execute("INSERT OR IGNORE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def close_job(self, job_id: str) -> None:
        """Say that nothing more is expected of a job (done, cancelled, or failed for good)."""
        with self._database() as database:
            database.execute("UPDATE jobs SET state = 'closed' WHERE job_id = ?", (job_id,))

    def unfinished(self) -> list[Plan]:
        """Plans that were sent, or about to be, and never ended; oldest first."""
        with self._database() as database:
            rows = database.execute(
                "SELECT request, document, placement, source, fingerprint FROM jobs WHERE state = 'open' ORDER BY rowid"
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
        with self._database() as database:
            database.execute("INSERT OR IGNORE INTO takes VALUES (?, ?, ?, ?, ?, ?)", row)
        return StoredTake(path=target, take=stored)

    def takes_for(self, fingerprint: str) -> list[StoredTake]:
        """All takes of a marked range (Selection.fingerprint), oldest first."""
        return self._select("WHERE fingerprint = ? ORDER BY rowid", fingerprint)

    def takes_of_job(self, job_id: str) -> list[StoredTake]:
        """The takes of one job by their index."""
        return self._select("WHERE job_id = ? ORDER BY position", job_id)

    def discard(self, take_id: str) -> None:
        """Remove one take, file and index entry; an unknown take is no error."""
        found = self._find(take_id)
        with self._database() as database:
            database.execute("DELETE FROM takes WHERE take_id = ?", (take_id,))
        if found is not None:
            found.path.unlink(missing_ok=True)

    def _find(self, take_id: str) -> StoredTake | None:
        found = self._select("WHERE take_id = ?", take_id)
        return found[0] if found and found[0].path.exists() else None

    def _select(self, condition: str, value: str) -> list[StoredTake]:
        with self._database() as database:
            rows = database.execute(f"SELECT file, take FROM takes {condition}", (value,)).fetchall()
        return [StoredTake(path=self._folder / file, take=msgspec.json.decode(take, type=Take)) for file, take in rows]

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

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """One connection an operation: cheap here, and free of thread rules."""
        try:
            database = sqlite3.connect(self._index, timeout=20)
            try:
                with database:
                    yield database
            finally:
                database.close()
        except sqlite3.Error as error:
            raise FoleyCueError(
                ErrorCode.OUTPUT_UNWRITABLE,
                f"The take store's index {self._index} cannot be used ({error}): free disk space or move it away.",
            ) from error

    def _migrate(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise FoleyCueError(
                ErrorCode.VERSION, "The take store was written by a newer FoleyCue: update this one, or move it away."
            )
        if version == 0:
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
