# SPDX-License-Identifier: GPL-3.0-or-later
"""The take store's SQLite index: its tables, and how those of an older FoleyCue grow into them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: What leads from each version to the next; the number of steps is the newest version.
_STEPS = (
    """
CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY, created TEXT NOT NULL, source TEXT NOT NULL, fingerprint TEXT NOT NULL,
    request BLOB NOT NULL, document BLOB NOT NULL, placement BLOB NOT NULL, state TEXT NOT NULL
);
CREATE TABLE takes (
    take_id TEXT PRIMARY KEY, job_id TEXT NOT NULL, fingerprint TEXT NOT NULL, file TEXT NOT NULL,
    take BLOB NOT NULL, position INTEGER NOT NULL
);
CREATE INDEX takes_of_range ON takes (fingerprint)
""",
    # owner: the session that may send the plan; place: where it stands in the queue. used: the take lies on a
    # timeline; discarded: when the user threw it away, NULL for those that are there.
    """
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE takes ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE takes ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE takes ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE takes ADD COLUMN discarded TEXT
""",
)
SCHEMA_VERSION = len(_STEPS)


class TakeIndex:
    """The database file; safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self.open() as database:
            _migrate(database)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one operation, which is wholly done or not at all: cheap here, and free of thread rules.

        Raises OUTPUT_UNWRITABLE.
        """
        try:
            database = sqlite3.connect(self._path, timeout=20)
            try:
                with database:
                    yield database
            finally:
                database.close()
        except sqlite3.Error as error:
            raise FoleyCueError(
                ErrorCode.OUTPUT_UNWRITABLE,
                f"The take store's index {self._path} cannot be used ({error}): free disk space or move it away.",
            ) from error


def _migrate(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise FoleyCueError(
            ErrorCode.VERSION, "The take store was written by a newer FoleyCue: update this one, or move it away."
        )
    for step in _STEPS[version:]:
        for statement in step.split(";"):
            database.execute(statement)
    if version < SCHEMA_VERSION:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
