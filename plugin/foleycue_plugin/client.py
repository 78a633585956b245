# SPDX-License-Identifier: GPL-3.0-or-later
"""The line to the backend, kept up: one thread owns the socket, reconnects, resumes jobs, starts the backend.

Knows no Qt; panel and command line use it alike. Callbacks come from the thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import zmq
from zmq.utils.monitor import recv_monitor_message

from foleycue_plugin.backend_process import ensure_backend
from foleycue_plugin.connection import Connection
from foleycue_plugin.session import KeptSession, new_session
from foleycue_shared import wire
from foleycue_shared.endpoint import ConnectionInfo, live_connection
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    TERMINAL_EVENTS,
    Attach,
    Cancel,
    Cancelled,
    Event,
    JobEvent,
    JobRequest,
    Message,
    Ping,
    Pong,
    Refused,
    Request,
    TakeReady,
    WorkerState,
)
from foleycue_shared.places import Places

PING_SECONDS = 2.0
MISSED_PINGS = 3
HELLO_SECONDS = 5.0
LEAVE_MS = 300
#: A backend that still does not know us after so many greetings means something else by its refusal.
MAX_GREETINGS = 3
BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
#: So many starts of the backend within the window mean that starting once more will not help.
MAX_STARTS = 5
STARTS_WINDOW_SECONDS = 120.0
#: Failures that another try does not mend.
FINAL_CODES = frozenset({ErrorCode.VERSION, ErrorCode.OUTPUT_UNWRITABLE, ErrorCode.DISK_FULL})

_logger = logging.getLogger(__name__)


class ConnectionState(StrEnum):
    """How the line stands."""

    CONNECTING = "connecting"
    STARTING = "starting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass
class _Pending:
    """An unfinished job: enough to ask for the rest of its events, or for all of it again."""

    request: JobRequest
    frames: list[bytes]
    last_seq: int = 0
    attaching: bool = False
    cancelled: bool = False
    takes: set[str] = field(default_factory=set)


class _Lost(Exception):
    """The line broke; the sentence says how."""


class _GaveUp(FoleyCueError):
    """The backend was started so often in vain that we stop trying."""


class Client:
    """A session with the backend that outlives connections and backends.

    Unfinished jobs are remembered: after a reconnect their missed events are asked for, and a job that the backend
    does not know any more is sent again under its id. Each event is handed on once, takes also when the backend
    replays them. With keep_session a later client takes up the jobs of this one, also after a crash.
    """

    def __init__(
        self,
        places: Places,
        on_event: Callable[[Event, list[bytes]], None],
        on_state: Callable[[ConnectionState, str], None],
        *,
        start_backend: bool = True,
        keep_session: bool = False,
    ) -> None:
        self._places = places
        self._on_event = on_event
        self._on_state = on_state
        self._start_backend = start_backend
        self._kept = KeptSession(places) if keep_session else None
        self.session = self._kept.id if self._kept is not None else new_session()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._wake_lock = threading.Lock()  # the wake socket may be used by any thread, one at a time
        self._wake_in, self._wake_out = self._context.socket(zmq.PAIR), self._context.socket(zmq.PAIR)
        self._wake_in.bind("inproc://wake")
        self._wake_out.connect("inproc://wake")
        self._outgoing: deque[tuple[Request, list[bytes]]] = deque()
        self._pending: dict[str, _Pending] = {}
        self._closing = threading.Event()
        self._retry = threading.Event()
        self._closed = False
        self._greetings = 0  # since the backend last spoke to us as to somebody whom it knows
        self._stopped = False  # whether the backend said that it ends because somebody asked
        self._starts: deque[float] = deque(maxlen=MAX_STARTS)
        self._thread = threading.Thread(target=self._run, name="foleycue-client", daemon=True)

    # -- for any thread -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect; states and events arrive from now on."""
        self._thread.start()

    def close(self) -> None:
        """Leave; jobs go on in the backend. Waits for the thread, except from inside a callback."""
        self._closing.set()
        self._retry.set()
        self._wake()
        if self._thread.ident is None:
            self._release()
        elif threading.current_thread() is not self._thread:
            self._thread.join()

    def retry(self) -> None:
        """After FAILED: begin again to connect, with all that was still to be said and done."""
        self._retry.set()

    def send(self, message: Request, blobs: Sequence[bytes] = ()) -> None:
        """Say something to the backend, now or as soon as it can be reached; never blocks.

        Raises LIMIT when the message is too large.
        """
        self._outgoing.append((message, wire.encode(message, blobs)))
        self._wake()

    def _wake(self) -> None:
        with self._wake_lock:
            if not self._closed:
                try:
                    self._wake_out.send(b"", zmq.NOBLOCK)
                except zmq.Again:
                    return  # so many wake-ups wait already that this one is not needed

    def _release(self) -> None:
        with self._wake_lock:
            if not self._closed:
                self._closed = True
                self._wake_in.close(linger=0)
                self._wake_out.close(linger=0)
                self._context.term()
                if self._kept is not None:
                    self._kept.release()

    # -- the thread: connect, talk, again -------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._keep_connected()
        finally:
            self._release()

    def _keep_connected(self) -> None:
        failures = 0
        self._say(ConnectionState.CONNECTING, "")
        while not self._closing.is_set():
            try:
                info = self._find()
                with Connection(self._context, self._places, info) as connection:
                    connection.hello(self.session, HELLO_SECONDS)
                    failures = 0
                    self._say(ConnectionState.CONNECTED, "")
                    self._talk(connection)
                    self._flush(connection)  # closing: an acknowledgement said just before still goes out
                    connection.close(LEAVE_MS)
            except _Lost as lost:
                self._say(ConnectionState.RECONNECTING, str(lost))
                self._rest_if_stopped()
            except FoleyCueError as error:
                if self._closing.is_set():
                    break
                if self._is_final(error, failures):
                    self._rest_failed(error.message)
                    failures = 0
                    continue
                self._say(ConnectionState.RECONNECTING, error.message)
            self._closing.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1
        self._say(ConnectionState.CLOSED, "")

    def _rest_failed(self, sentence: str) -> None:
        """Say that it is of no use, and wait until somebody wants it tried again."""
        self._retry.clear()
        if self._closing.is_set():
            return
        self._say(ConnectionState.FAILED, sentence)
        self._retry.wait()
        self._starts.clear()
        if not self._closing.is_set():
            self._say(ConnectionState.CONNECTING, "")

    def _is_final(self, error: FoleyCueError, failures: int) -> bool:
        """Whether trying again is of no use: another protocol, or a backend that cannot be started."""
        if isinstance(error, _GaveUp) or error.code in FINAL_CODES:
            return True
        return self._start_backend and failures >= 2

    def _find(self) -> ConnectionInfo:
        if self._start_backend:
            return ensure_backend(self._places, on_start=self._before_start, cancelled=self._closing)
        info = live_connection(self._places)
        if info is None:
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE, "The backend does not run: start it with “foleycue backend start”."
            )
        return info

    def _rest_if_stopped(self) -> None:
        """After somebody stopped the backend on purpose: wait until it is needed, or there again."""
        while self._stopped and not self._closing.is_set():
            self._stopped = not self._outgoing and live_connection(self._places) is None
            if self._wake_in.poll(500):
                self._wake_in.recv(zmq.NOBLOCK)

    def _before_start(self) -> None:
        now = time.monotonic()
        if len(self._starts) == MAX_STARTS and now - self._starts[0] < STARTS_WINDOW_SECONDS:
            raise _GaveUp(
                ErrorCode.BACKEND_UNREACHABLE,
                f"The backend ended {MAX_STARTS} times in a row: see {self._places.logs}, then try again.",
            )
        self._starts.append(now)
        self._say(ConnectionState.STARTING, "")

    def _talk(self, connection: Connection) -> None:
        """Serve one connection until it breaks (_Lost) or the client closes."""
        for job_id, pending in self._pending.items():
            pending.attaching = True
            connection.send(Attach(job_id=job_id, after=pending.last_seq))
        monitor = connection.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            self._serve(connection, monitor)
        finally:
            connection.socket.disable_monitor()
            monitor.close(linger=0)

    def _serve(self, connection: Connection, monitor: "zmq.Socket[bytes]") -> None:
        poller = zmq.Poller()
        for socket in (connection.socket, self._wake_in, monitor):
            poller.register(socket, zmq.POLLIN)
        heard = pinged = time.monotonic()
        nonce = 0
        while not self._closing.is_set():
            now = time.monotonic()
            # Before anything more is said: whoever was asleep for so long is a stranger there.
            if now - heard > PING_SECONDS * (MISSED_PINGS + 1):
                raise _Lost("The backend does not answer.")
            self._flush(connection)
            if now - max(heard, pinged) >= PING_SECONDS:
                nonce, pinged = nonce + 1, now
                connection.send(Ping(nonce=nonce))
            ready = dict(poller.poll(int(1000 * max(0.0, PING_SECONDS - (now - max(heard, pinged))) + 1)))
            if self._wake_in in ready:
                while self._wake_in.poll(0):
                    self._wake_in.recv(zmq.NOBLOCK)
            if connection.socket in ready:
                heard = time.monotonic()
                while (answer := connection.receive(0)) is not None and not self._closing.is_set():
                    self._hear(connection, *answer)
            elif monitor in ready:
                recv_monitor_message(monitor)
                raise _Lost("The backend was stopped." if self._stopped else "The backend went away.")

    def _flush(self, connection: Connection) -> None:
        while self._outgoing:
            message, frames = self._outgoing[0]
            if isinstance(message, JobRequest):
                self._pending.setdefault(message.job_id, _Pending(message, frames))
            elif isinstance(message, Cancel) and message.job_id in self._pending:
                self._pending[message.job_id].cancelled = True
            connection.send_frames(frames)
            self._outgoing.popleft()

    # -- what the backend says ------------------------------------------------------------------------------------

    def _hear(self, connection: Connection, event: Event, blobs: list[bytes]) -> None:
        if isinstance(event, Pong):
            self._greetings = 0
            return
        if self._are_strangers(event):
            raise _Lost("The backend had not heard of us for long: saying Hello again.")
        if isinstance(event, Refused) and event.job_id in self._pending:
            self._refused(connection, event, self._pending[event.job_id])
            return
        if isinstance(event, JobEvent):
            self._cancel_again(connection, event)
            if not self._is_news(event):
                return
        if isinstance(event, WorkerState):
            self._stopped = event.state == "stopped"
        self._hand_on(event, blobs)

    def _are_strangers(self, event: Event) -> bool:
        """Whether the backend wants a Hello: it forgets who was silent for long, as a process that had to sleep."""
        if isinstance(event, JobEvent):
            self._greetings = 0
        if not isinstance(event, Refused) or event.code is not ErrorCode.PROTOCOL:
            return False
        self._greetings += 1
        return self._greetings <= MAX_GREETINGS

    def _cancel_again(self, connection: Connection, event: JobEvent) -> None:
        """A job that goes on after a reconnect, though it was cancelled: that message was lost with the line."""
        pending = self._pending.get(event.job_id)
        if pending is not None and pending.attaching and pending.cancelled and not isinstance(event, TERMINAL_EVENTS):
            connection.send(Cancel(job_id=event.job_id))

    def _is_news(self, event: JobEvent) -> bool:
        """Note how far a job is; False for what was heard before."""
        pending = self._pending.get(event.job_id)
        if pending is None:
            return True
        if event.seq:
            pending.attaching = False
            if event.seq <= pending.last_seq:
                return False
            pending.last_seq = event.seq
        if isinstance(event, TakeReady):
            if event.take.take_id in pending.takes:
                return False
            pending.takes.add(event.take.take_id)
        if isinstance(event, TERMINAL_EVENTS):
            del self._pending[event.job_id]
        return True

    def _refused(self, connection: Connection, event: Refused, pending: _Pending) -> None:
        """The backend forgot a job, since it was started anew: ask again, unless the user gave the job up."""
        job_id = pending.request.job_id
        if event.code is not ErrorCode.UNKNOWN_JOB:
            del self._pending[job_id]
            self._hand_on(event, [])
        elif pending.cancelled:
            del self._pending[job_id]
            self._hand_on(Cancelled(job_id=job_id), [])
        elif pending.attaching:
            pending.attaching = False
            pending.last_seq = 0
            connection.send_frames(pending.frames)

    def _hand_on(self, event: Message, blobs: list[bytes]) -> None:
        try:
            self._on_event(event, blobs)  # type: ignore[arg-type]
        except Exception:
            _logger.exception("The owner of the line failed on %s", type(event).__name__)

    def _say(self, state: ConnectionState, sentence: str) -> None:
        try:
            self._on_state(state, sentence)
        except Exception:
            _logger.exception("The owner of the line failed on the state %s", state)
