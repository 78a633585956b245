# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker's loop: one thread, one ROUTER, every message answered at once."""

import logging
import os
import sys
import time
from collections.abc import Callable, Sequence

import zmq

from foleycue_backend.broker.desk import Desk
from foleycue_backend.broker.options import Options
from foleycue_backend.broker.outbox import Outbox
from foleycue_backend.broker.pace import PaceBook
from foleycue_backend.broker.sessions import Sessions
from foleycue_backend.broker.supervisor import Supervisor
from foleycue_backend.broker.zap import Gate
from foleycue_shared import wire
from foleycue_shared.endpoint import ConnectionInfo, InstanceLock, build_id, remove_connection, write_connection
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.keys import allowed_clients, new_pair, secure_server
from foleycue_shared.messages import (
    Acknowledge,
    Analyse,
    Attach,
    Cancel,
    EngineInfo,
    EngineList,
    FinderInfo,
    Generate,
    Hello,
    ListEngines,
    Load,
    Locate,
    Message,
    Ping,
    Pong,
    Refused,
    Request,
    Stop,
    Understand,
    Understood,
    Unload,
    Welcome,
    WorkerState,
)
from foleycue_shared.places import Places
from foleycue_shared.version import PRODUCT_VERSION, PROTOCOL_MAJOR, PROTOCOL_MINOR

#: A connection that lets so many messages lie is as good as gone; it attaches again and catches up.
SEND_LIMIT = 4_000
#: So many messages are taken in a row before the worker is heard again.
BATCH = 100
LOCK_SECONDS = 1.0
LINGER_MS = 500

_logger = logging.getLogger(__name__)


class Broker:
    """Serves panels until it is stopped, or nobody needed it for long.

    engines() lists the known engines, understand(engine, prompt) says how one reads a prompt, finder() whether objects
    can be found; all must be quick from their second call on and must not import torch. Raises BUSY at run() when
    another broker serves these places.
    """

    def __init__(
        self,
        places: Places,
        options: Options,
        engines: Callable[[], tuple[EngineInfo, ...]],
        understand: Callable[[str, str], Understood],
        finder: Callable[[], FinderInfo],
    ) -> None:
        self._places = places
        self._options = options
        self._engines = engines
        self._understand = understand
        self._finder = finder
        self._build = build_id()
        self._sessions = Sessions(options.session_silence)
        self._needed = time.monotonic()
        self._stopping = False

    def stop(self) -> None:
        """Leave the loop at its next turn (within half a second); safe in a signal handler and any thread."""
        self._stopping = True

    def run(self, on_ready: Callable[[ConnectionInfo], None] | None = None) -> None:
        """Serve; returns after a stop. on_ready is called once clients can connect."""
        with InstanceLock(self._places.broker_lock) as lock:
            if not lock.acquire(LOCK_SECONDS):
                raise FoleyCueError(ErrorCode.BUSY, "The backend runs already.")
            with zmq.Context() as context:
                self._serve(context, on_ready)

    def _serve(
        self, context: "zmq.Context[zmq.Socket[bytes]]", on_ready: Callable[[ConnectionInfo], None] | None
    ) -> None:
        gate = Gate(context)
        supervisor = Supervisor(context, self._places, self._options)
        self._desk = Desk(
            supervisor,
            Outbox(self._places.outbox),
            PaceBook(self._places.data / "pace.json"),
            self._options,
            self._engines,
            self._finder,
            self._tell,
            self._tell_all,
        )
        self._socket = context.socket(zmq.ROUTER)
        try:
            for engine in self._engines():  # import and read what is needed now, not while somebody waits for it
                self._understand(engine.id, "sound")
            info = self._open()
            _logger.info("process %d serves build %s", info.pid, info.build)
            if on_ready is not None:
                on_ready(info)
            self._loop(gate, supervisor)
        finally:
            remove_connection(self._places.connection_file, os.getpid())
            supervisor.close()
            self._socket.close(linger=LINGER_MS)
            gate.close()
            _logger.info("ended")

    def _open(self) -> ConnectionInfo:
        """Bind and publish. On ipc only the owner can reach the socket's directory; TCP is always encrypted."""
        socket, places = self._socket, self._places
        socket.router_mandatory = True
        socket.sndhwm = SEND_LIMIT
        socket.maxmsgsize = wire.MAX_BLOB
        server_key = None
        if self._options.tcp or sys.platform == "win32":
            pair = new_pair()
            server_key = pair.public
            secure_server(socket, pair)
            socket.bind("tcp://127.0.0.1:*")
        else:
            places.socket.unlink(missing_ok=True)  # ours alone: we hold the lock
            mask = os.umask(0o077)
            try:
                socket.bind(f"ipc://{places.socket}")
            finally:
                os.umask(mask)
        info = ConnectionInfo(
            pid=os.getpid(),
            endpoint=socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(),  # type: ignore[union-attr]
            server_key=server_key,
            build=self._build,
            major=PROTOCOL_MAJOR,
            minor=PROTOCOL_MINOR,
            started=time.time(),
        )
        write_connection(places.connection_file, info)
        return info

    def _loop(self, gate: Gate, supervisor: Supervisor) -> None:
        poller = zmq.Poller()
        for socket in (self._socket, supervisor.reports, gate.socket):
            poller.register(socket, zmq.POLLIN)
        while not self._stopping and not self._unneeded():
            ready = dict(poller.poll(int(1000 * self._desk.tick()) + 1))
            if gate.socket in ready:
                gate.answer(allowed_clients(self._places.keys))
            if self._socket in ready:
                self._receive()
            if supervisor.reports in ready:
                self._desk.hear()
            self._sessions.forget_silent()
        self._desk.abandon()
        self._tell_all(WorkerState(state="stopped"))

    def _unneeded(self) -> bool:
        now = time.monotonic()
        if len(self._sessions) or self._desk.jobs.busy:
            self._needed = now
        return now - self._needed > self._options.idle_exit

    def _receive(self) -> None:
        for _ in range(BATCH):
            try:
                identity, *frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._handle(identity, frames)

    def _handle(self, identity: bytes, frames: Sequence[bytes]) -> None:
        """Answer one message; whatever is wrong with it is said to its sender and harms nobody else."""
        job_id = None
        try:
            request, blobs = wire.decode_request(frames)
            job_id = getattr(request, "job_id", None)
            if isinstance(request, Hello):
                self._welcome(identity, request)
                return
            session = self._sessions.heard(identity)
            if session is None:
                raise FoleyCueError(ErrorCode.PROTOCOL, "The first message on a connection must be Hello.")
            self._answer(session, request, blobs)
        except FoleyCueError as error:
            self._send(identity, Refused(code=error.code, message=error.message, job_id=job_id))
        except Exception:
            _logger.exception("a message could not be handled")
            refused = Refused(
                code=ErrorCode.INTERNAL, message="The backend failed on this message: see its log.", job_id=job_id
            )
            self._send(identity, refused)

    def _welcome(self, identity: bytes, hello: Hello) -> None:
        if hello.major != PROTOCOL_MAJOR:
            raise FoleyCueError(
                ErrorCode.VERSION,
                f"The panel speaks protocol {hello.major}, the backend {PROTOCOL_MAJOR}: "
                "install the same FoleyCue version for both.",
            )
        if not self._sessions.open(hello.session, identity):
            raise FoleyCueError(ErrorCode.LIMIT, "Too many panels are connected: close some.")
        self._desk.jobs.hold(hello.session)
        welcome = Welcome(
            major=PROTOCOL_MAJOR,
            minor=PROTOCOL_MINOR,
            product=PRODUCT_VERSION,
            build=self._build,
            pid=os.getpid(),
        )
        self._send(identity, welcome)
        self._send(identity, self._desk.state)

    def _answer(self, session: str, request: Request, blobs: Sequence[bytes]) -> None:
        match request:
            case Ping():
                self._tell(session, Pong(nonce=request.nonce))
            case Analyse() | Generate() | Locate():
                self._desk.submit(session, request, blobs)
            case Cancel():
                self._desk.cancel(session, request)
            case Attach():
                self._desk.attach(session, request)
            case Acknowledge():
                self._desk.acknowledge(session, request)
            case ListEngines():
                self._tell(session, EngineList(engines=self._engines(), finder=self._finder()))
            case Understand():
                self._tell(session, self._understand(request.engine, request.prompt))
            case Load():
                self._desk.load(session, request)
            case Unload():
                self._desk.unload(session)
            case Stop():
                if self._desk.jobs.busy and not request.force:
                    raise FoleyCueError(
                        ErrorCode.BUSY, "A job runs: wait for its end, or stop the backend with --force."
                    )
                self._stopping = True
            case Hello():
                raise AssertionError("Hello is answered before there is a session")

    def _tell(self, session: str, event: Message, blobs: Sequence[bytes] = ()) -> None:
        identity = self._sessions.identity(session)
        if identity is not None:
            self._send(identity, event, blobs)

    def _tell_all(self, event: Message) -> None:
        for identity in self._sessions.identities():
            self._send(identity, event)

    def _send(self, identity: bytes, event: Message, blobs: Sequence[bytes] = ()) -> None:
        """Send without waiting; a connection that is gone or full leaves its session, whose events are kept."""
        try:
            self._socket.send_multipart([identity, *wire.encode(event, blobs)], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            _logger.info("a connection takes nothing more: %s", error)
            self._sessions.leave(identity)
