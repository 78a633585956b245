# SPDX-License-Identifier: GPL-3.0-or-later
"""A scriptable backend inside the test process: a real ROUTER on ipc that speaks the real protocol, in a thread.

    from fakes.backend import FakeBackend, Script

    with FakeBackend(tmp_path) as backend:
        client = Client(backend.places, on_event, on_state)      # adopts the fake: it holds lock and connection file
        ...
        backend.script = Script(step_seconds=0.05)               # slow: a second for each take
        backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped."), fail_at="diffuse")
        backend.script = Script(refuse=(ErrorCode.QUEUE_FULL, "Too many jobs wait."))
        backend.script = Script(hold_at="diffuse")               # stands still there until backend.release()
        request = backend.wait_for(Generate)                     # the latest such request, waits for the first
        backend.requests                                         # all requests, in order, with their binary frames
        backend.silence(True)                                    # reads, but answers nothing (a hung backend)
        backend.drop_connections()                               # closes the socket and opens it anew
        backend.forget_jobs()                                    # as after a crash: Attach is refused (UNKNOWN_JOB)
        backend.send(WorkerState(state="lost"))                  # anything, to every session

A script holds for jobs that come after it was set. Default: Analyse answers Accepted, Progress (decode, analyse),
Analysed, Done; Locate the same with Located (the script's objects); Generate answers Accepted, Progress for each phase
and step, one TakeReady a seed, Done. Takes are real 24-bit WAV files in places.outbox, of exactly the samples of the
range, silent but for a click at each cue; their TakeReady says what a backend would say. Cancel is honoured at the next
step; Attach replays; Acknowledge is only noted (backend.acknowledged). The same job twice is one job, unless it failed
and may be tried again: then it begins anew. Unload while a worker is said to be stalled (backend.send) fails the job
that runs, as a broker does.
"""

import hashlib
import os
import threading
import time
import wave
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec
import numpy as np
import zmq

from foleycue_shared import wire
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.endpoint import (
    ConnectionInfo,
    InstanceLock,
    build_id,
    remove_connection,
    write_connection,
)
from foleycue_shared.errors import RETRYABLE_CODES, ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    Accepted,
    Acknowledge,
    Analyse,
    Analysed,
    Attach,
    Cancel,
    Cancelled,
    Done,
    EngineInfo,
    EngineList,
    Event,
    Failed,
    FinderInfo,
    Generate,
    Hello,
    JobEvent,
    JobRequest,
    ListEngines,
    Load,
    Locate,
    Located,
    LocatedObject,
    Message,
    Ping,
    Pong,
    Progress,
    Refused,
    Request,
    Scope,
    Shot,
    Stop,
    Take,
    TakeReady,
    Understand,
    Understood,
    Unload,
    Welcome,
    WorkerState,
)
from foleycue_shared.places import Places, home
from foleycue_shared.version import PRODUCT_VERSION, PROTOCOL_MAJOR, PROTOCOL_MINOR

R = TypeVar("R")
CUE_RATE = 48_000

MINI = EngineInfo(
    id="mini",
    name="FoleyCue mini",
    sample_rate=16_000,
    window_seconds=10.0,
    listens=("text", "negative", "cues"),
    code_licence="GPL-3.0-or-later",
    weights_licence="CC0-1.0",
    size_bytes=20_000_000,
    memory_bytes=400_000_000,
)
ABSENT = EngineInfo(
    id="sta-v2a",
    name="STA-V2A",
    sample_rate=16_000,
    window_seconds=10.0,
    listens=("text", "picture"),
    code_licence="MIT",
    weights_licence="CC-BY-NC-4.0",
    size_bytes=5_000_000_000,
    memory_bytes=8_000_000_000,
    available=False,
    reason="The weights are not installed.",
)


@dataclass(frozen=True)
class Script:
    """What happens to a job. Phases run in order, each with `steps` steps of step_seconds."""

    phases: tuple[str, ...] = ("loading", "decode", "analyse", "diffuse", "vocode", "align", "finish")
    steps: int = 4
    step_seconds: float = 0.002
    cues: tuple[Cue, ...] = (Cue(4_800, 0.9, CueSource.PICTURE), Cue(24_000, 0.6, CueSource.PICTURE))
    confidence: float = 0.8
    suggestions: tuple[str, ...] = ("a hammer hits wood",)
    cached: bool = False  # decode and analyse never appear
    located: tuple[LocatedObject, ...] = ()
    refuse: tuple[ErrorCode, str] | None = None
    fail: tuple[ErrorCode, str] | None = None
    fail_at: str = "diffuse"
    hold_at: str = ""


@dataclass
class _Job:
    session: str
    log: list[tuple[JobEvent, list[bytes]]] = field(default_factory=list)
    work: Iterator[tuple[JobEvent, list[bytes]] | None] | None = None
    pause: float = 0.0
    due: float = 0.0
    retryable: bool = False
    cancelled: bool = False
    held: bool = False  # until its owner, at a new connection, asks for what it missed


class FakeBackend:
    """See the module's docstring. Everything public may be called from any thread."""

    def __init__(self, root: Path, script: Script | None = None, build: str | None = None) -> None:
        self.places: Places = home(root)
        self.script = script or Script()
        self.build = build or build_id()
        self.engines: tuple[EngineInfo, ...] = (MINI, ABSENT)
        self.finder: FinderInfo | None = None
        #: How prompts are read; any other is known as it stands.
        self.understood: dict[str, Understood] = {}
        self.requests: list[tuple[Request, list[bytes]]] = []
        self.acknowledged: list[str] = []
        self.stopped_by_client = False
        self._condition = threading.Condition()
        self._released = threading.Event()
        self._orders: deque[str | Event] = deque()
        self._silent = False
        self._stalled = False
        self._jobs: dict[str, _Job] = {}
        self._sessions: dict[str, bytes] = {}  # session id -> routing identity
        self._lock = InstanceLock(self.places.broker_lock)
        self._thread = threading.Thread(target=self._run, name="fake-backend")
        self._ready = threading.Event()
        self._end = threading.Event()

    # -- what a test calls ----------------------------------------------------------------------------------------

    def __enter__(self) -> "FakeBackend":
        assert self._lock.acquire(timeout=5), "another backend holds the lock of this directory"
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(10)
        self._lock.release()

    def wait_for(self, kind: type[R], timeout: float = 10.0, count: int = 1) -> R:
        """The latest request of a kind, once `count` of them came."""

        def found() -> list[R]:
            return [request for request, _ in self.requests if isinstance(request, kind)]

        with self._condition:
            assert self._condition.wait_for(lambda: len(found()) >= count, timeout), f"no {kind.__name__} came"
            return found()[-1]

    def release(self) -> None:
        """Let a job that stands at script.hold_at go on."""
        self._released.set()

    def silence(self, silent: bool) -> None:
        """Answer nothing (messages are read and lost), or speak again."""
        self._silent = silent

    def drop_connections(self) -> None:
        """Cut every line; clients must connect and say Hello again. Jobs go on."""
        self._orders.append("drop")

    def forget_jobs(self) -> None:
        """Know no job any more, as a backend that was killed and started again."""
        self._orders.append("forget")

    def forget_sessions(self) -> None:
        """Know no session any more, as after a long silence; the lines stay. Jobs go on."""
        self._orders.append("forget sessions")

    def send(self, event: Event) -> None:
        """Say something to every session."""
        self._orders.append(event)

    # -- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with zmq.Context() as context:
            self._socket = self._bind(context)
            self._publish()
            self._ready.set()
            try:
                while not self._end.is_set():
                    self._obey(context)
                    if self._socket.poll(2):
                        self._take_message(self._socket.recv_multipart())
                    self._advance()
            finally:
                # As the broker does: who sees the line break must not find the connection still there.
                remove_connection(self.places.connection_file, os.getpid())
                self._socket.close(linger=200)

    def _bind(self, context: "zmq.Context[zmq.Socket[bytes]]") -> "zmq.Socket[bytes]":
        socket = context.socket(zmq.ROUTER)
        socket.linger = 200
        socket.bind(f"ipc://{self.places.socket}")
        return socket

    def _publish(self) -> None:
        info = ConnectionInfo(
            pid=os.getpid(),
            endpoint=f"ipc://{self.places.socket}",
            build=self.build,
            major=PROTOCOL_MAJOR,
            minor=PROTOCOL_MINOR,
            started=time.time(),
        )
        write_connection(self.places.connection_file, info)

    def _obey(self, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        while self._orders:
            order = self._orders.popleft()
            if order == "drop":
                self._sessions.clear()
                self._socket.close(linger=0)
                self._socket = self._bind(context)
            elif order == "forget sessions":
                self._sessions.clear()
            elif order == "forget":
                self._jobs.clear()
            elif not isinstance(order, str):
                self._stalled = isinstance(order, WorkerState) and order.state == "stalled"
                for session in list(self._sessions):
                    self._tell(session, order)

    def _tell(self, session: str, event: Message, blobs: list[bytes] | None = None) -> None:
        identity = self._sessions.get(session)
        if identity is not None and not self._silent:
            self._socket.send_multipart([identity, *wire.encode(event, blobs or [])])

    def _take_message(self, frames: list[bytes]) -> None:
        try:
            request, blobs = wire.decode_request(frames[1:])
        except FoleyCueError as error:
            self._socket.send_multipart([frames[0], *wire.encode(Refused(code=error.code, message=error.message))])
            return
        session = next((name for name, identity in self._sessions.items() if identity == frames[0]), "")
        if isinstance(request, Hello):
            session = request.session
            self._sessions[session] = frames[0]
            for job in self._jobs.values():
                job.held |= job.session == session
        if session and not self._silent:
            self._answer(session, request)
        elif not self._silent:
            job_id = getattr(request, "job_id", None)
            refused = Refused(code=ErrorCode.PROTOCOL, message="Say Hello first.", job_id=job_id)
            self._socket.send_multipart([frames[0], *wire.encode(refused)])
        with self._condition:
            self.requests.append((request, blobs))
            self._condition.notify_all()

    def _answer(self, session: str, request: Request) -> None:
        match request:
            case Hello():
                self._tell(
                    session,
                    Welcome(
                        major=PROTOCOL_MAJOR,
                        minor=PROTOCOL_MINOR,
                        product=PRODUCT_VERSION,
                        build=self.build,
                        pid=os.getpid(),
                    ),
                )
                self._tell(session, WorkerState(state="idle", engine="mini"))
            case Ping():
                self._tell(session, Pong(nonce=request.nonce))
            case ListEngines():
                self._tell(session, EngineList(engines=self.engines, finder=self.finder))
            case Understand():
                known = Understood(engine=request.engine, prompt=request.prompt)
                self._tell(session, self.understood.get(request.prompt, known))
            case Load() | Unload():
                engine = request.engine if isinstance(request, Load) else None
                if engine is None and self._stalled:
                    self._lose_worker()
                self._tell(session, WorkerState(state="idle" if engine else "none", engine=engine))
            case Analyse() | Generate() | Locate():
                self._begin(session, request)
            case Attach():
                self._replay(session, request.job_id, request.after)
            case Cancel():
                self._cancel(session, request.job_id)
            case Acknowledge():
                self.acknowledged.append(request.take_id)
            case Stop():
                self.stopped_by_client = True
                for other in list(self._sessions):
                    self._tell(other, WorkerState(state="stopped"))
                self._end.set()

    def _begin(self, session: str, request: JobRequest) -> None:
        known = self._jobs.get(request.job_id)
        if known is not None and not known.retryable:
            self._replay(session, request.job_id, 0)
            return
        script = self.script
        if script.refuse is not None:
            code, message = script.refuse
            self._tell(session, Refused(code=code, message=message, job_id=request.job_id))
            return
        job = known or _Job(session)
        job.pause, job.retryable, job.held = script.step_seconds, False, False
        self._jobs[request.job_id] = job
        self._emit(job, Accepted(job_id=request.job_id, ahead=0), [])
        job.work = _play(request, script, self.places.outbox, self._released)

    def _lose_worker(self) -> None:
        self._stalled = False
        for job_id, job in self._jobs.items():
            if job.work is not None:
                job.work, job.retryable = None, True
                message = "The sound engine had stalled and was ended: try again."
                failed = Failed(job_id=job_id, code=ErrorCode.WORKER_LOST, message=message, retryable=True)
                self._emit(job, failed, [])

    def _replay(self, session: str, job_id: str, after: int) -> None:
        job = self._jobs.get(job_id)
        if job is None:
            self._tell(session, Refused(code=ErrorCode.UNKNOWN_JOB, message="That job is not known.", job_id=job_id))
            return
        job.held = False
        for event, blobs in job.log:
            if event.seq > after:
                self._tell(session, event, blobs)

    def _cancel(self, session: str, job_id: str) -> None:
        job = self._jobs.get(job_id)
        if job is None:
            self._replay(session, job_id, 0)
        elif job.work is None:
            self._tell(session, *job.log[-1])
        else:
            job.held = False
            job.cancelled = True

    def _advance(self) -> None:
        now = time.monotonic()
        for job_id, job in list(self._jobs.items()):
            if job.work is None or now < job.due:
                continue
            if job.cancelled:
                job.work = None
                self._emit(job, Cancelled(job_id=job_id), [])
                continue
            event = next(job.work)
            job.due = now + job.pause
            if event is not None:
                self._emit(job, *event)
                if isinstance(event[0], Done | Failed):
                    job.work = None
                    job.retryable = isinstance(event[0], Failed) and event[0].retryable

    def _emit(self, job: _Job, event: JobEvent, blobs: list[bytes]) -> None:
        numbered = msgspec.structs.replace(event, seq=len(job.log) + 1)
        job.log.append((numbered, blobs))
        if not job.held:
            self._tell(job.session, numbered, blobs)


# -- a job, step by step: each next() is one step; None means that it stands still


def _play(
    request: JobRequest, script: Script, outbox: Path, released: threading.Event
) -> Iterator[tuple[JobEvent, list[bytes]] | None]:
    takes = len(request.seeds) if isinstance(request, Generate) else 0
    plan = [(phase, 0) for phase in script.phases[:3] if not (script.cached and phase != "loading")]
    plan += [(phase, take) for take in range(takes) for phase in script.phases[3:]]
    job_id = request.job_id
    done = 0
    for phase, take in plan:
        while phase == script.hold_at and not released.is_set():
            yield None
        if script.fail is not None and phase == script.fail_at:
            code, message = script.fail
            yield Failed(job_id=job_id, code=code, message=message, retryable=code in RETRYABLE_CODES), []
            return
        for step in range(1, script.steps + 1):
            done += 1
            total = len(plan) * script.steps + 1
            eta = (total - done) * script.step_seconds if phase == "diffuse" else None
            yield (
                Progress(
                    job_id=job_id,
                    phase=phase,
                    step=step,
                    steps=script.steps,
                    take=take,
                    fraction=done / total,
                    eta_seconds=eta,
                ),
                [],
            )
        if phase == script.phases[2] or (script.cached and phase == "loading"):
            yield _found(request, script) if isinstance(request, Locate) else _analysed(request, script)
        if phase == script.phases[-1] and isinstance(request, Generate):
            yield TakeReady(job_id=job_id, take=_make_take(request, take, script, outbox)), []
    yield Done(job_id=job_id), []


def _seconds(scope: Scope) -> Fraction:
    return scope.frames / Fraction(scope.rate)


def _found(request: Locate, script: Script) -> tuple[JobEvent, list[bytes]]:
    return Located(job_id=request.job_id, objects=script.located), []


def _analysed(request: Analyse | Generate, script: Script) -> tuple[JobEvent, list[bytes]]:
    points = max(1, int(_seconds(request.scope) * 25))
    curve = np.abs(np.sin(np.arange(points) / 6)).astype("<f4")
    limit = int(_seconds(request.scope) * CUE_RATE)
    event = Analysed(
        job_id=request.job_id,
        cues=tuple(cue for cue in script.cues if cue.sample < limit),
        shots=(Shot(start=0, frames=request.scope.frames, name="clip"),),
        confidence=script.confidence,
        suggestions=script.suggestions,
        cached=script.cached,
    )
    return event, [curve.tobytes()]


def _make_take(request: Generate, index: int, script: Script, outbox: Path) -> Take:
    """A WAV of exactly the range's samples with a click (1 ms) at each cue."""
    rate = request.sample_rate
    samples = round(_seconds(request.scope) * rate)
    cues = request.cue_sheet if request.cue_sheet is not None else script.cues
    audio = np.zeros(samples, np.float32)
    for cue in cues:
        start = cue.sample * rate // CUE_RATE
        audio[start : start + rate // 1000] = 0.5 * cue.strength
    take_id = f"{request.job_id}-{index}"
    channels = 2 if request.stereo else 1
    path = outbox / f"{take_id}.wav"
    audio = np.repeat(audio, channels)
    packed = (audio * (2**23 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(3)
        file.setframerate(rate)
        file.writeframes(packed)
    return Take(
        take_id=take_id,
        job_id=request.job_id,
        index=index,
        seed=request.seeds[index],
        engine=request.engine,
        prompt=request.prompt,
        negative=request.negative,
        path=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sample_rate=rate,
        samples=samples,
        cues=tuple(cues),
        onsets=tuple(cue.sample for cue in cues),
        cue_error_ms=0.0 if cues else None,
        loudness_lufs=request.loudness,
        licence=MINI.weights_licence,
        created="2025-01-01T00:00:00+00:00",
        stem=request.stem,
        channels=channels,
    )
