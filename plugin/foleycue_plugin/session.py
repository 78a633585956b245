# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions with the backend: a secret id that owns jobs, fresh for each stay or kept over restarts."""

import uuid

from foleycue_shared.endpoint import InstanceLock, write_private
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.places import Places


def new_session() -> str:
    """A session id that nobody guesses: who knows it owns the session's jobs."""
    return uuid.uuid4().hex


class KeptSession:
    """The session that a restarted panel takes up again, and with it the jobs of its earlier life.

    One process at a time has it; a second panel beside it gets a fresh one.
    """

    def __init__(self, places: Places) -> None:
        self._lock = InstanceLock(places.data / "panel.lock")
        self.id = new_session()
        try:
            if self._lock.acquire():
                self.id = self._kept(places)
        except FoleyCueError:
            return  # a disk that cannot be written costs us the memory of earlier jobs, not the work of today

    def release(self) -> None:
        """Let the next panel have it."""
        self._lock.release()

    def _kept(self, places: Places) -> str:
        path = places.data / "panel-session"
        try:
            return uuid.UUID(path.read_text("ascii")).hex
        except (OSError, ValueError):
            write_private(path, self.id.encode())
            return self.id
