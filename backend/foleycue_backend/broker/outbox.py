# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished takes until their owner fetched them: a WAV and a JSON sidecar each, so that they outlive a crash."""

import logging
import time
from pathlib import Path

import msgspec

from foleycue_shared.endpoint import write_private
from foleycue_shared.messages import TakeReady

#: A WAV without a sidecar may be one that a worker has just moved here; after this many seconds it is waste.
ORPHAN_SECONDS = 3_600.0

_logger = logging.getLogger(__name__)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One take. digest names the request that made it; an acknowledged one stays noted until its job is over, so
    that a job sent again after a crash does not make it twice."""

    session: str
    digest: str
    event: TakeReady
    acknowledged: bool = False


class Outbox:
    """The directory of takes, with what the sidecars say in memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._entries: dict[str, Entry] = {}
        for path in sorted(directory.glob("*.json")):
            try:
                entry = msgspec.json.decode(path.read_bytes(), type=Entry)
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
                _logger.warning("sidecar %s makes no sense and is dropped", path.name)
                path.unlink(missing_ok=True)
                continue
            if entry.event.take.take_id == path.stem:
                self._entries[path.stem] = entry

    def put(self, event: TakeReady, session: str, digest: str) -> None:
        """Note a take that lies in the directory. Raises OUTPUT_UNWRITABLE or DISK_FULL."""
        self._store(Entry(session=session, digest=digest, event=event))

    def of_job(self, job_id: str) -> list[Entry]:
        """The takes of a job in order. One whose sound is gone, though nobody acknowledged it, is not counted."""
        found = []
        for entry in [entry for entry in self._entries.values() if entry.event.job_id == job_id]:
            if entry.acknowledged or self._sound(entry.event.take.take_id).is_file():
                found.append(entry)
            else:
                self._remove(entry.event.take.take_id)
        return sorted(found, key=lambda entry: entry.event.take.index)

    def acknowledge(self, take_id: str, session: str, job_over: bool) -> None:
        """The owner has the take: its sound is removed if it still lies here. Anyone else's word changes nothing."""
        entry = self._entries.get(take_id)
        if entry is None or entry.session != session:
            return
        if job_over:
            self._remove(take_id)
        else:
            self._sound(take_id).unlink(missing_ok=True)
            self._store(msgspec.structs.replace(entry, acknowledged=True))

    def job_over(self, job_id: str) -> None:
        """Forget the takes of a finished job that were acknowledged."""
        for take_id, entry in list(self._entries.items()):
            if entry.event.job_id == job_id and entry.acknowledged:
                self._remove(take_id)

    def clean(self, max_age: float, max_bytes: int, keep_job: str | None) -> None:
        """Drop takes older than max_age seconds, then the oldest until at most max_bytes lie here.

        Those of keep_job, which runs, stay.
        """
        now = time.time()
        for path in self._directory.glob("*.wav"):
            if path.stem not in self._entries and now - _modified(path, now) > ORPHAN_SECONDS:
                path.unlink(missing_ok=True)
        aged = []
        for take_id, entry in self._entries.items():
            sidecar = self._directory / f"{take_id}.json"
            if entry.event.job_id != keep_job:
                aged.append((_modified(sidecar, now), take_id))
        total = sum(self._size(take_id) for take_id in self._entries)
        for modified, take_id in sorted(aged):
            if now - modified > max_age or total > max_bytes:
                total -= self._size(take_id)
                _logger.info("take %s was not fetched and is dropped", take_id)
                self._remove(take_id)

    def _sound(self, take_id: str) -> Path:
        return self._directory / f"{take_id}.wav"

    def _size(self, take_id: str) -> int:
        try:
            return self._sound(take_id).stat().st_size
        except OSError:
            return 0

    def _store(self, entry: Entry) -> None:
        take_id = entry.event.take.take_id
        self._entries[take_id] = entry
        write_private(self._directory / f"{take_id}.json", msgspec.json.encode(entry))

    def _remove(self, take_id: str) -> None:
        """The sound first: a sidecar without sound is put right at the next look, a sound without sidecar stays."""
        del self._entries[take_id]
        self._sound(take_id).unlink(missing_ok=True)
        (self._directory / f"{take_id}.json").unlink(missing_ok=True)


def _modified(path: Path, missing: float) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return missing
