# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected: sessions outlive connections, and are forgotten once they were silent for long."""

import time
from dataclasses import dataclass

MAX_SESSIONS = 1_000


@dataclass
class Session:
    """A panel's or command line's stay; identity is ROUTER's name for its present connection."""

    id: str
    identity: bytes
    seen: float


class Sessions:
    """All sessions, by id and by connection."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._by_id: dict[str, Session] = {}
        self._by_identity: dict[bytes, Session] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def open(self, session_id: str, identity: bytes) -> bool:
        """A Hello: the session is at this connection now. False when there are too many."""
        self.leave(identity)
        old = self._by_id.get(session_id)
        if old is not None:
            self.leave(old.identity)
        elif len(self._by_id) >= MAX_SESSIONS:
            return False
        session = Session(session_id, identity, time.monotonic())
        self._by_id[session_id] = self._by_identity[identity] = session
        return True

    def heard(self, identity: bytes) -> str | None:
        """The session of a connection that just spoke; None before its Hello."""
        session = self._by_identity.get(identity)
        if session is None:
            return None
        session.seen = time.monotonic()
        return session.id

    def identity(self, session_id: str) -> bytes | None:
        """Where to reach a session."""
        session = self._by_id.get(session_id)
        return session.identity if session is not None else None

    def identities(self) -> list[bytes]:
        """All connections that said Hello."""
        return list(self._by_identity)

    def leave(self, identity: bytes) -> None:
        """A connection is gone or takes nothing any more."""
        session = self._by_identity.pop(identity, None)
        if session is not None:
            self._by_id.pop(session.id, None)

    def forget_silent(self) -> None:
        """Drop whoever was silent for too long; their jobs go on and can be attached to again."""
        horizon = time.monotonic() - self._silence
        for session in [session for session in self._by_id.values() if session.seen < horizon]:
            self.leave(session.identity)
