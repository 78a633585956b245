# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs run to their end while the caller waits: the client without callbacks."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from foleycue_plugin.client import Client, ConnectionState
from foleycue_plugin.takes import Plan, StoredTake, TakeStore
from foleycue_plugin.usecases import AnalysisPlan
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    Acknowledge,
    Analysed,
    Cancel,
    Cancelled,
    Done,
    EngineInfo,
    EngineList,
    Event,
    Failed,
    ListEngines,
    Progress,
    Refused,
    Request,
    TakeReady,
    Understand,
    Understood,
)
from foleycue_shared.places import Places

#: How long a cancelled job may take to say so before we leave it to the backend.
CANCEL_SECONDS = 10.0
ANSWER_SECONDS = 60.0
_TICK = 0.1

E = TypeVar("E", EngineList, Understood)


class JobRunner:
    """A line to the backend (started when needed) on which one job at a time is waited for.

    on_progress hears phases and steps, on_state the line's own news. cancel() may be called from a signal handler or
    another thread; the running call then raises CANCELLED.
    """

    def __init__(
        self,
        places: Places,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_state: Callable[[ConnectionState, str], None] = lambda *_: None,
    ) -> None:
        self._events: queue.SimpleQueue[tuple[Event, list[bytes]] | FoleyCueError] = queue.SimpleQueue()
        self._on_progress = on_progress
        self._on_state = on_state
        self._cancelled = threading.Event()
        self._client = Client(places, lambda event, blobs: self._events.put((event, blobs)), self._state)

    def cancel(self) -> None:
        """Ask the running job to stop."""
        self._cancelled.set()

    def engines(self) -> tuple[EngineInfo, ...]:
        """All engines of the backend."""
        return self._answer(ListEngines(), EngineList).engines

    def understand(self, engine: str, prompt: str) -> Understood:
        """How an engine reads a prompt. Raises UNKNOWN_ENGINE."""
        return self._answer(Understand(engine=engine, prompt=prompt), Understood)

    def analyse(self, plan: AnalysisPlan) -> tuple[Analysed, bytes]:
        """The cues of a range, and its strength curve (float32). Raises what the job fails with, or CANCELLED."""
        self._client.send(plan.request, [plan.document])
        result: tuple[Analysed, bytes] | None = None
        for event, blobs in self._until_done(plan.request.job_id):
            if isinstance(event, Analysed):
                result = event, (blobs[0] if blobs else b"")
        if result is None:
            raise FoleyCueError(ErrorCode.INTERNAL, "The backend ended the analysis without a result: try again.")
        return result

    def generate(self, plan: Plan, store: TakeStore) -> list[StoredTake]:
        """Make all takes of a plan, each moved into the store as soon as it is ready.

        The plan is remembered before it is sent. Raises what the job fails with, or CANCELLED; takes that were ready
        by then stay in the store.
        """
        store.remember(plan)
        self._client.send(plan.request, [plan.document])
        try:
            for event, _ in self._until_done(plan.request.job_id):
                if isinstance(event, TakeReady):
                    store.adopt(event.take, plan)
                    self._client.send(Acknowledge(take_id=event.take.take_id))
        except FoleyCueError as error:
            if error.code is not ErrorCode.BACKEND_UNREACHABLE:
                store.close_job(plan.request.job_id)
            raise
        store.close_job(plan.request.job_id)
        return store.takes_of_job(plan.request.job_id)

    def __enter__(self) -> "JobRunner":
        self._client.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def _answer(self, request: Request, kind: type[E]) -> E:
        """The backend's answer to a question that needs no worker."""
        self._client.send(request)
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            found = self._next(None)
            if found is not None and isinstance(found[0], kind):
                return found[0]
        raise FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, "The backend does not answer: restart it and try again.")

    def _until_done(self, job_id: str) -> Iterator[tuple[Event, list[bytes]]]:
        """The events of one job up to its end, progress apart. Raises its failure, or CANCELLED."""
        given_up = 0.0
        while True:
            if self._cancelled.is_set():
                if not given_up:
                    given_up = time.monotonic() + CANCEL_SECONDS
                    self._client.send(Cancel(job_id=job_id))
                elif time.monotonic() > given_up:
                    raise _cancelled()
            found = self._next(job_id)
            if found is None or getattr(found[0], "job_id", None) != job_id:
                continue
            event = found[0]
            if isinstance(event, Progress):
                self._on_progress(event)
            elif isinstance(event, Failed):
                raise FoleyCueError(event.code, event.message, event.detail)
            elif isinstance(event, Cancelled):
                raise _cancelled()
            elif isinstance(event, Done):
                return
            else:
                yield found

    def _next(self, job_id: str | None) -> tuple[Event, list[bytes]] | None:
        """The next event of interest, None when none came within a tick. Raises when the line is lost for good."""
        try:
            found = self._events.get(timeout=_TICK)
        except queue.Empty:
            return None
        if isinstance(found, FoleyCueError):
            raise found
        event = found[0]
        if isinstance(event, Refused) and event.job_id in (None, job_id):
            raise FoleyCueError(event.code, event.message)
        return found

    def _state(self, state: ConnectionState, sentence: str) -> None:
        self._on_state(state, sentence)
        if state is ConnectionState.FAILED:
            self._events.put(FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, sentence))


def _cancelled() -> FoleyCueError:
    return FoleyCueError(ErrorCode.CANCELLED, "Cancelled.")
