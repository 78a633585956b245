# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker's desk: takes jobs in, hands them to the worker, tells their owners what happens."""

import logging
import signal
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from foleycue_backend.broker import link
from foleycue_backend.broker.jobs import Job, Jobs, JobState, digest
from foleycue_backend.broker.options import Options
from foleycue_backend.broker.outbox import Outbox
from foleycue_backend.broker.pace import JobPace, PaceBook
from foleycue_backend.broker.supervisor import Supervisor
from foleycue_shared.errors import RETRYABLE_CODES, ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    MAX_RANGE_SECONDS,
    Accepted,
    Acknowledge,
    Attach,
    Cancel,
    Cancelled,
    Done,
    EngineInfo,
    Failed,
    FinderInfo,
    Generate,
    JobEvent,
    JobRequest,
    Load,
    Locate,
    Message,
    Progress,
    Refused,
    TakeReady,
    WorkerState,
)

#: Room for "-" and the take's number in a take id.
MAX_JOB_ID = 60
CLEAN_SECONDS = 3_600.0

Tell = Callable[[str, Message, Sequence[bytes]], None]

_logger = logging.getLogger(__name__)


class Desk:
    """Everything about jobs and the worker. Runs in the broker's thread; tell(session, event, blobs) must not wait."""

    def __init__(
        self,
        supervisor: Supervisor,
        outbox: Outbox,
        paces: PaceBook,
        options: Options,
        engines: Callable[[], tuple[EngineInfo, ...]],
        finder: Callable[[], FinderInfo],
        tell: Tell,
        tell_all: Callable[[Message], None],
    ) -> None:
        self._supervisor = supervisor
        self._outbox = outbox
        self._paces = paces
        self._options = options
        self._engines = engines
        self._finder = finder
        self._tell = tell
        self._tell_all = tell_all
        self.jobs = Jobs()
        self._loading: list[tuple[str, str]] = []  # (session, engine) of Load requests that the worker still owes
        self._engine: str | None = None
        self._device = "cpu"
        self._lost = False
        self._warm = False  # whether the worker has spoken since it was started
        self._state = WorkerState(state="none")
        self._used = time.monotonic()
        self._cleaned = 0.0

    # -- requests -------------------------------------------------------------------------------------------------

    def submit(self, session: str, request: JobRequest, blobs: Sequence[bytes]) -> None:
        """Take a job in. Raises FoleyCueError when it is refused; nothing is changed then."""
        if len(request.job_id) > MAX_JOB_ID:
            raise FoleyCueError(ErrorCode.PROTOCOL, f"A job id may have {MAX_JOB_ID} characters.")
        if len(blobs) != 1:
            raise FoleyCueError(ErrorCode.PROTOCOL, "A job needs one binary part, its timeline.")
        name = digest(request, blobs[0])
        known = self.jobs.get(request.job_id)
        if known is not None:
            if (known.session, known.digest) != (session, name):
                raise FoleyCueError(ErrorCode.PROTOCOL, "This job id stands for another job.")
            if not known.retryable:
                self._replay(known, 0)
                return
        self._check(session, request, blobs[0])
        finished = self._outbox.of_job(request.job_id)
        if any((entry.session, entry.digest) != (session, name) for entry in finished):
            raise FoleyCueError(ErrorCode.PROTOCOL, "This job id stands for another job.")
        job = known or Job(request, b"", session, name)
        job.document = blobs[0]
        job.aborting = job.held = False
        seeds = request.seeds if isinstance(request, Generate) else ()
        made = {entry.event.take.index for entry in finished}
        job.indexes = tuple(index for index in range(len(seeds)) if index not in made)
        ahead = len(self.jobs.queue) + (self.jobs.running is not None)
        self.jobs.enqueue(job)
        self._emit(job, Accepted(job_id=job.id, ahead=ahead))
        if known is None:
            for entry in finished:
                if not entry.acknowledged:
                    self._emit(job, entry.event)
        if seeds and not job.indexes:
            self._finish(job, Done(job_id=job.id))
        self.dispatch()

    def cancel(self, session: str, request: Cancel) -> None:
        """Stop a job: at once while it waits, at its next report while it runs."""
        job = self._owned(session, request.job_id)
        job.held = False
        if job.state is JobState.QUEUED:
            self._finish(job, Cancelled(job_id=job.id))
        elif job.state is JobState.RUNNING:
            if not job.aborting:
                job.aborting = True
                self._supervisor.order(link.Abort(job_id=job.id))
        else:
            self._tell(job.session, *job.log[-1])
        self._tell_state()

    def attach(self, session: str, request: Attach) -> None:
        """Replay what the owner missed; after a crash, the takes that were finished (unnumbered), then UNKNOWN_JOB."""
        job = self.jobs.get(request.job_id)
        if job is None:
            for entry in self._outbox.of_job(request.job_id):
                if entry.session == session and not entry.acknowledged:
                    self._tell(session, msgspec.structs.replace(entry.event, seq=0), [])
        self._replay(self._owned(session, request.job_id), request.after)

    def acknowledge(self, session: str, request: Acknowledge) -> None:
        """The owner has a take. It stays noted while its job may still be sent again."""
        job = self.jobs.get(request.take_id.rpartition("-")[0])
        over = job is not None and job.state is JobState.OVER and not job.retryable
        self._outbox.acknowledge(request.take_id, session, over)

    def load(self, session: str, request: Load) -> None:
        """Get worker and engine ready; answered by a WorkerState once that is done."""
        self._check_engine(request.engine)
        self._loading.append((session, request.engine))
        self._order(link.LoadEngine(engine=request.engine))
        self._tell_state()

    def unload(self, session: str) -> None:
        """End the worker. Raises BUSY while a job runs or waits, unless the worker has stalled: its job fails then."""
        job = self.jobs.running
        if job is not None and self.state.state == "stalled":
            self._end_worker()
            self._fail(job, ErrorCode.WORKER_LOST, "The sound engine had stalled and was ended: try again.", "")
            self.dispatch()
        elif self.jobs.busy:
            raise FoleyCueError(ErrorCode.BUSY, "A job runs: wait for its end, or cancel it first.")
        else:
            self._end_worker()
        self._tell(session, self._state, [])

    def abandon(self) -> None:
        """The backend ends: every job that is not over fails, and may be sent again."""
        running = [self.jobs.running] if self.jobs.running is not None else []
        for job in [*running, *self.jobs.queue]:
            failed = Failed(job_id=job.id, code=ErrorCode.CANCELLED, message="The backend was stopped.", retryable=True)
            self._finish(job, failed)

    @property
    def state(self) -> WorkerState:
        """What the worker does now."""
        job = self.jobs.running
        if self._supervisor.running:
            now = time.monotonic()
            if job is not None and job.stalled(now, self._options.stall):
                name = "stalled"
            elif job is not None:
                name = "busy" if self._warm else "starting"
            else:
                name = "starting" if self._loading else "idle"
        else:
            name = "lost" if self._lost else "none"
        return WorkerState(state=name, device=self._device, engine=self._engine, queued=len(self.jobs.queue))

    # -- the worker -----------------------------------------------------------------------------------------------

    def dispatch(self) -> None:
        """Give the worker the next job if it has none."""
        while self.jobs.running is None and self.jobs.queue:
            job = self.jobs.start_next()
            request = job.request
            if isinstance(request, Generate):
                request = msgspec.structs.replace(request, seeds=tuple(request.seeds[i] for i in job.indexes))
            job.pace = JobPace(self._paces.costs(job.work), float(job.seconds), job.indexes)
            try:
                self._order(link.Run(request=request, document=job.document, indexes=job.indexes))
            except FoleyCueError as error:
                self._fail(job, error.code, error.message, error.detail)
            job.document = b""
        self._tell_state()

    def hear(self) -> None:
        """Take in all that the worker said."""
        for word in self._supervisor.hear():
            self._used = time.monotonic()
            if isinstance(word, int):
                self._worker_died(word)
            elif isinstance(word, link.Loaded):
                self._loaded(word)
            else:
                self._job_spoke(word)
        self._tell_state()

    def tick(self) -> float:
        """What is due now; returns the seconds until it should be called again."""
        now = time.monotonic()
        job = self.jobs.running
        wait = 0.5
        if job is not None and job.waiting is not None:
            wait = min(wait, max(0.0, job.told + self._options.progress_interval - now))
            if wait == 0.0:
                self._tell_progress(job, now)
        if self.jobs.busy or self._loading:
            self._used = now
        elif self._supervisor.running and now - self._used > self._options.idle_unload:
            self._end_worker()
        if now - self._cleaned > CLEAN_SECONDS or not self._cleaned:
            self._cleaned = now
            self._outbox.clean(self._options.outbox_age, self._options.outbox_bytes, job.id if job else None)
        self._tell_state()
        return wait

    def _job_spoke(self, word: link.Step | link.CuesFound | link.ObjectsFound | link.TakeMade | link.Ended) -> None:
        job = self.jobs.running
        if job is None:
            return
        now = time.monotonic()
        job.spoke(now)
        self._warm = True
        match word:
            case link.Step():
                self._stepped(job, word, now)
            case link.CuesFound():
                self._emit(job, word.event, [word.curve])
            case link.ObjectsFound():
                self._emit(job, word.event)
            case link.TakeMade():
                self._take_made(job, TakeReady(job_id=job.id, take=word.take))
            case link.Ended():
                self._ended(job, word, now)

    def _stepped(self, job: Job, word: link.Step, now: float) -> None:
        """Each phase is told at once, its steps at most every progress_interval, the last one winning."""
        assert job.pace is not None
        fraction, left = job.pace.step(word.phase, word.step, word.steps, word.take, now)
        before = job.waiting
        progress = Progress(
            job_id=job.id,
            phase=word.phase,
            step=word.step,
            steps=word.steps,
            take=word.take,
            fraction=round(fraction, 4),
            eta_seconds=None if left is None else round(left, 2),
        )
        last = job.log[-1][0]
        shown = before or last
        changed = not isinstance(shown, Progress) or (shown.phase, shown.take) != (word.phase, word.take)
        if changed and before is not None:
            self._tell_progress(job, now)
        job.waiting = progress
        if changed or now - job.told >= self._options.progress_interval:
            self._tell_progress(job, now)

    def _tell_progress(self, job: Job, now: float) -> None:
        if job.waiting is not None:
            progress, job.waiting, job.told = job.waiting, None, now
            self._emit(job, progress)

    def _take_made(self, job: Job, event: TakeReady) -> None:
        self._tell_progress(job, time.monotonic())
        numbered = job.record(event)
        try:
            self._outbox.put(numbered, job.session, job.digest)
        except FoleyCueError as error:
            _logger.error("a take's sidecar could not be written: %s", error.message)
        self._tell_of(job, numbered, [])

    def _ended(self, job: Job, word: link.Ended, now: float) -> None:
        self._device = word.device
        if not isinstance(job.request, Locate):
            self._engine = job.request.engine
        if word.code is None:
            assert job.pace is not None
            self._paces.learn(job.work, job.pace.finish(now))
            self._finish(job, Done(job_id=job.id))
        elif word.code is ErrorCode.CANCELLED:
            self._finish(job, Cancelled(job_id=job.id))
        else:
            self._fail(job, word.code, word.message, word.detail)
        self.dispatch()

    def _loaded(self, word: link.Loaded) -> None:
        session = next((session for session, engine in self._loading if engine == word.engine), None)
        if session is None:
            return
        self._loading.remove((session, word.engine))
        self._device, self._warm = word.device, True
        if word.code is not None:
            self._tell(session, Refused(code=word.code, message=word.message), [])
        else:
            self._engine = word.engine
            self._tell(session, self.state, [])

    def _worker_died(self, status: int) -> None:
        self._lost, self._warm, self._engine = True, False, None
        sentence = _obituary(status)
        loading, self._loading = self._loading, []
        for session, _ in loading:
            self._tell(session, Refused(code=ErrorCode.WORKER_LOST, message=sentence), [])
        job = self.jobs.running
        if job is not None and job.aborting:
            self._finish(job, Cancelled(job_id=job.id))
        elif job is not None:
            self._fail(job, ErrorCode.WORKER_LOST, sentence, f"exit status {status}")
        self._tell_state()
        self.dispatch()

    def _end_worker(self) -> None:
        self._supervisor.end()
        self._lost = self._warm = False
        self._engine = None
        self._tell_state()

    def _order(self, word: link.Word) -> None:
        """Raises WORKER_LOST when there is no worker and none can be started."""
        if not self._supervisor.running and self._supervisor.exhausted:
            raise FoleyCueError(
                ErrorCode.WORKER_LOST,
                "The sound engine stopped several times in a short while: wait a few minutes, or see its log.",
            )
        try:
            self._supervisor.order(word)
        except OSError as error:
            raise FoleyCueError(
                ErrorCode.WORKER_LOST,
                "The sound engine cannot be started: close other programs and try again.",
                str(error),
            ) from error
        self._used = time.monotonic()

    # -- checks and events ----------------------------------------------------------------------------------------

    def _check(self, session: str, request: JobRequest, document: bytes) -> None:
        numerator, _, denominator = request.scope.rate.partition("/")
        if not int(numerator) or not int(denominator):
            raise FoleyCueError(ErrorCode.BAD_RANGE, "The range has no frame rate: set one in the project.")
        if request.scope.frames / Fraction(request.scope.rate) > MAX_RANGE_SECONDS:
            raise FoleyCueError(
                ErrorCode.LIMIT, f"The range is longer than {MAX_RANGE_SECONDS // 60} minutes: mark a shorter one."
            )
        if isinstance(request, Locate):
            self._check_finder()
        else:
            self._check_engine(request.engine)
        full = self.jobs.of_session(session) >= self._options.queue_per_session
        if full or self.jobs.queued_bytes + len(document) > self._options.queued_bytes:
            raise FoleyCueError(ErrorCode.QUEUE_FULL, "Too many jobs wait: let some finish, or cancel them.")

    def _check_engine(self, engine: str) -> None:
        infos = {info.id: info for info in self._engines()}
        if engine not in infos:
            raise FoleyCueError(
                ErrorCode.UNKNOWN_ENGINE, f"There is no engine “{engine}”: choose one of {', '.join(sorted(infos))}."
            )
        if not infos[engine].available:
            raise FoleyCueError(
                ErrorCode.UNKNOWN_ENGINE, f"The engine “{engine}” cannot run here: {infos[engine].reason}"
            )

    def _check_finder(self) -> None:
        info = self._finder()
        if not info.available:
            raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, info.reason)

    def _owned(self, session: str, job_id: str) -> Job:
        """The job, for its owner only; to others it does not exist."""
        job = self.jobs.get(job_id)
        if job is None or job.session != session:
            raise FoleyCueError(ErrorCode.UNKNOWN_JOB, "That job is not known here: send it again.")
        return job

    def _replay(self, job: Job, after: int) -> None:
        job.held = False
        for event, blobs in job.log:
            if event.seq > after:
                self._tell(job.session, event, blobs)

    def _emit(self, job: Job, event: JobEvent, blobs: Sequence[bytes] = ()) -> None:
        self._tell_of(job, job.record(event, blobs), blobs)

    def _tell_of(self, job: Job, event: JobEvent, blobs: Sequence[bytes]) -> None:
        if not job.held:
            self._tell(job.session, event, blobs)

    def _fail(self, job: Job, code: ErrorCode, message: str, detail: str) -> None:
        retryable = code in RETRYABLE_CODES
        self._finish(job, Failed(job_id=job.id, code=code, message=message, detail=detail, retryable=retryable))

    def _finish(self, job: Job, event: Done | Cancelled | Failed) -> None:
        self._emit(job, event)
        self.jobs.over(job)
        if not job.retryable:
            self._outbox.job_over(job.id)
        _logger.info("job %s: %s", job.id, type(event).__name__.lower())

    def _tell_state(self) -> None:
        state = self.state
        if state != self._state:
            self._state = state
            self._tell_all(state)


def _obituary(status: int) -> str:
    if status == -getattr(signal, "SIGKILL", 9):
        return "The sound engine was killed, perhaps for want of memory: close other programs and try again."
    return "The sound engine stopped unexpectedly: try again."
