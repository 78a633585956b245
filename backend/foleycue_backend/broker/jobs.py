# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and their events: each event is numbered and kept, so that a panel that was away can catch up."""

import hashlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from statistics import median
from typing import TypeVar

import msgspec

from foleycue_backend.broker.pace import JobPace
from foleycue_shared.messages import Failed, JobEvent, JobRequest, Locate, Progress

#: So many finished jobs can still be attached to; their takes stay in the outbox apart from that.
MAX_FINISHED = 256

E = TypeVar("E", bound=JobEvent)


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    OVER = "over"


@dataclass
class Job:
    """A request, where it stands, and all that happened to it."""

    request: JobRequest
    document: bytes
    session: str
    digest: str
    state: JobState = JobState.QUEUED
    aborting: bool = False
    held: bool = False  # its owner is at a new connection, and must hear what it missed before anything else
    indexes: tuple[int, ...] = ()  # takes that are still to be made
    log: list[tuple[JobEvent, list[bytes]]] = field(default_factory=list)
    seq: int = 0
    pace: JobPace | None = None
    waiting: Progress | None = None  # the latest progress, not told yet
    told: float = 0.0  # when progress was told last, monotonic
    heard: float = 0.0  # when the worker spoke of it last
    gaps: deque[float] = field(default_factory=lambda: deque(maxlen=100))

    @property
    def id(self) -> str:
        """The id that its owner gave it."""
        return self.request.job_id

    @property
    def work(self) -> str:
        """Whose costs it has: its engine's, or those of finding objects."""
        return "locate" if isinstance(self.request, Locate) else self.request.engine

    @property
    def seconds(self) -> Fraction:
        """Length of its range."""
        return self.request.scope.frames / Fraction(self.request.scope.rate)

    @property
    def retryable(self) -> bool:
        """Whether it failed in a way that the same request may pass next time."""
        last = self.log[-1][0] if self.log else None
        return self.state is JobState.OVER and isinstance(last, Failed) and last.retryable

    def record(self, event: E, blobs: Sequence[bytes] = ()) -> E:
        """Number an event and keep it; of progress only the latest is kept."""
        self.seq += 1
        numbered = msgspec.structs.replace(event, seq=self.seq)
        if self.log and isinstance(self.log[-1][0], Progress):
            self.log.pop()
        self.log.append((numbered, list(blobs)))
        return numbered

    def spoke(self, now: float) -> None:
        """The worker said something on this job."""
        self.gaps.append(now - self.heard)
        self.heard = now

    def stalled(self, now: float, least: float) -> bool:
        """Whether the worker was silent for much longer than it usually is, and for at least `least` seconds."""
        usual = median(self.gaps) if self.gaps else 0.0
        return self.state is JobState.RUNNING and now - self.heard > max(least, 20 * usual)


class Jobs:
    """All jobs that can be attached to: waiting, the one that runs, and some that are over."""

    def __init__(self) -> None:
        self._all: dict[str, Job] = {}
        self.queue: deque[Job] = deque()
        self.running: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether any job waits or runs."""
        return self.running is not None or bool(self.queue)

    @property
    def queued_bytes(self) -> int:
        """Size of the documents that wait."""
        return sum(len(job.document) for job in self.queue)

    def get(self, job_id: str) -> Job | None:
        """A job by id."""
        return self._all.get(job_id)

    def of_session(self, session: str) -> int:
        """How many jobs of a session wait."""
        return sum(job.session == session for job in self.queue)

    def hold(self, session: str) -> None:
        """A session came back: nothing of its jobs is told until it asks for what it missed."""
        for job in self._all.values():
            job.held |= job.session == session

    def enqueue(self, job: Job) -> None:
        """Let a new job, or one that is tried again, wait for its turn."""
        job.state = JobState.QUEUED
        self._all[job.id] = job
        self.queue.append(job)

    def start_next(self) -> Job:
        """Take the first that waits and make it the one that runs."""
        job = self.queue.popleft()
        job.state = JobState.RUNNING
        job.heard = time.monotonic()
        job.gaps.clear()
        self.running = job
        return job

    def over(self, job: Job) -> None:
        """Nothing more will happen to a job; the oldest of those that are over are forgotten."""
        if job is self.running:
            self.running = None
        elif job in self.queue:
            self.queue.remove(job)
        job.state = JobState.OVER
        job.waiting = None
        job.document = b""
        self._all[job.id] = self._all.pop(job.id, job)
        finished = [other for other in self._all.values() if other.state is JobState.OVER]
        for old in finished[: max(0, len(finished) - MAX_FINISHED)]:
            del self._all[old.id]


def digest(request: JobRequest, document: bytes) -> str:
    """Names what was asked, to tell a request sent twice from another one under the same id."""
    return hashlib.sha256(msgspec.json.encode(request) + b"\0" + document).hexdigest()
