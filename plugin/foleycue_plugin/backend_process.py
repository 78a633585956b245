# SPDX-License-Identifier: GPL-3.0-or-later
"""Find, adopt, start, replace and stop the backend process. Never imports the backend's packages."""

import importlib.util
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zmq

from foleycue_plugin.connection import Connection
from foleycue_plugin.session import new_session
from foleycue_shared.endpoint import ConnectionInfo, InstanceLock, build_id, live_connection
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Refused, Stop, WorkerState
from foleycue_shared.places import Places
from foleycue_shared.version import PROTOCOL_MAJOR

START_SECONDS = 30.0
ANSWER_SECONDS = 5.0
STOP_SECONDS = 15.0

#: Without these there is no sound to make, so that starting the backend would only fail later.
BACKEND_PACKAGES = ("foleycue_backend", "torch", "diffusers")


@dataclass(frozen=True)
class BackendStatus:
    """What the backend says of itself; state is WorkerState.state, "stopped" or "silent" (it hangs)."""

    state: str
    pid: int | None = None
    endpoint: str = ""
    build: str = ""
    current: bool = True  # whether it runs the code that is installed now
    engine: str | None = None
    device: str = ""
    queued: int = 0

    @property
    def running(self) -> bool:
        """Whether there is a backend process."""
        return self.state != "stopped"


def ensure_backend(
    places: Places, *, on_start: Callable[[], None] | None = None, cancelled: threading.Event | None = None
) -> ConnectionInfo:
    """The running backend's connection: found and adopted, replaced when it runs older code and is idle, or started.

    A lock between processes makes sure that only one at a time starts one. on_start is called before a start; a set
    `cancelled` ends the wait. Raises BACKEND_UNREACHABLE or VERSION with a sentence.
    """
    build = build_id()
    info = _answering(places)
    if info is not None and info.build == build:
        return info
    with InstanceLock(places.start_lock) as lock:
        _acquire(lock, cancelled)
        info = _answering(places, wait=True)
        if info is not None and (info.build == build or not _retire(places, info)):
            return info
        if on_start is not None:
            on_start()
        return _start(places, cancelled)


def backend_status(places: Places) -> BackendStatus:
    """Ask the backend how it is; starts nothing."""
    info = live_connection(places)
    if info is None:
        return BackendStatus(state="starting" if InstanceLock.is_held(places.broker_lock) else "stopped")
    build = build_id()
    try:
        with zmq.Context() as context, Connection(context, places, info) as connection:
            connection.hello(new_session(), ANSWER_SECONDS)
            state = _await_state(connection)
    except FoleyCueError:
        return BackendStatus("silent", info.pid, info.endpoint, info.build, info.build == build)
    return BackendStatus(
        state.state,
        info.pid,
        info.endpoint,
        info.build,
        info.build == build,
        state.engine,
        state.device,
        state.queued,
    )


def stop_backend(places: Places, force: bool = False) -> bool:
    """End the backend; False when there was none.

    Without force a backend at work is left alone (BUSY); with force its jobs end, and a backend that does not answer
    is killed.
    """
    info = live_connection(places)
    if info is None:
        return False
    try:
        _ask_to_stop(places, info, force)
    except FoleyCueError as error:
        if not force or error.code is ErrorCode.BUSY:
            raise
    if _await_end(places, STOP_SECONDS):
        return True
    if force and _kill(places, info) and _await_end(places, STOP_SECONDS):
        return True
    raise FoleyCueError(
        ErrorCode.BACKEND_UNREACHABLE, f"The backend (process {info.pid}) does not stop: end it with --force."
    )


def _answering(places: Places, wait: bool = False) -> ConnectionInfo | None:
    """The connection of a backend that answers Hello; with wait, one that is just starting is given time to."""
    deadline = time.monotonic() + (START_SECONDS if wait else 0)
    while True:
        info = live_connection(places)
        if info is not None:
            break
        if not wait or not InstanceLock.is_held(places.broker_lock):
            return None
        if time.monotonic() > deadline:
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE, f"A backend starts but does not get ready: see {places.logs}."
            )
        time.sleep(0.02)
    with zmq.Context() as context, Connection(context, places, info) as connection:
        try:
            connection.hello(new_session(), ANSWER_SECONDS)
        except FoleyCueError as error:
            if error.code is ErrorCode.VERSION:
                return info
            if live_connection(places) != info:  # it ended while we asked
                return _answering(places, wait)
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE,
                f"The backend (process {info.pid}) does not answer: end it with “foleycue backend stop --force”.",
            ) from error
    return info


def _acquire(lock: InstanceLock, cancelled: threading.Event | None) -> None:
    deadline = time.monotonic() + 2 * START_SECONDS
    while not lock.acquire(timeout=0.1):
        _check_cancelled(cancelled)
        if time.monotonic() > deadline:
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE, "Another program has been starting the backend for long: close it."
            )


def _check_cancelled(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise FoleyCueError(ErrorCode.CANCELLED, "Starting the backend was cancelled.")


def _retire(places: Places, info: ConnectionInfo) -> bool:
    """End an idle backend of other code. False: it is at work and speaks our protocol, so it is adopted."""
    try:
        _ask_to_stop(places, info, force=False)
    except FoleyCueError as error:
        if error.code is ErrorCode.BUSY and info.major == PROTOCOL_MAJOR:
            return False
        if error.code is ErrorCode.VERSION:
            raise FoleyCueError(
                ErrorCode.VERSION,
                f"A backend of another FoleyCue version runs (process {info.pid}): end it with that version's "
                "“foleycue backend stop”.",
            ) from error
        raise
    if not _await_end(places, STOP_SECONDS):
        raise FoleyCueError(
            ErrorCode.BACKEND_UNREACHABLE,
            f"The backend of an older installation (process {info.pid}) does not stop: end it.",
        )
    return True


def _ask_to_stop(places: Places, info: ConnectionInfo, force: bool) -> None:
    with zmq.Context() as context, Connection(context, places, info) as connection:
        connection.hello(new_session(), ANSWER_SECONDS)
        _await_state(connection)
        connection.send(Stop(force=force))
        _await_state(connection)


def _await_state(connection: Connection) -> WorkerState:
    """The next WorkerState; raises the backend's refusal, or BACKEND_UNREACHABLE."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while (answer := connection.receive(max(0.0, deadline - time.monotonic()))) is not None:
        if isinstance(answer[0], WorkerState):
            return answer[0]
        if isinstance(answer[0], Refused):
            raise FoleyCueError(answer[0].code, answer[0].message)
    raise FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, "The backend does not answer.")


def _await_end(places: Places, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while InstanceLock.is_held(places.broker_lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _kill(places: Places, info: ConnectionInfo) -> bool:
    """Kill a hung backend. The lock is held, so that the process of that number is still the one that wrote it."""
    if live_connection(places) != info or info.pid == os.getpid():
        return False
    import signal

    try:
        os.kill(info.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    except OSError:
        return False
    return True


def _start(places: Places, cancelled: threading.Event | None) -> ConnectionInfo:
    missing = [name for name in BACKEND_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise FoleyCueError(
            ErrorCode.BACKEND_UNREACHABLE,
            f'The sound engine is not installed ({", ".join(missing)} missing): run  pip install "foleycue[backend]".',
        )
    log = places.logs / "backend-start.log"
    process = _launch(places, log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        info = live_connection(places)
        if info is not None and info.pid == process.pid:
            # Reaps the process when it ends before us, and keeps Popen from warning that it still runs.
            threading.Thread(target=process.wait, name="foleycue-backend-reaper", daemon=True).start()
            return info
        if process.poll() is not None:
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE, f"The backend could not start: see {log}.", detail=_tail(log)
            )
        if cancelled is not None and cancelled.is_set():
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    _check_cancelled(cancelled)
    raise FoleyCueError(
        ErrorCode.BACKEND_UNREACHABLE,
        f"The backend did not get ready within {START_SECONDS:.0f} s: see {log}.",
        detail=_tail(log),
    )


def _launch(places: Places, log: Path) -> "subprocess.Popen[bytes]":
    """Start the backend apart from us: own session, no terminal, and it outlives us."""
    command = [sys.executable, "-m", "foleycue_backend"]
    if places.root is not None:
        command += ["--home", str(places.root)]
    with log.open("wb") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=places.data,
            env=backend_environment(),
            start_new_session=sys.platform != "win32",
            creationflags=_windows_flags(),
        )


def _windows_flags() -> int:
    if sys.platform != "win32":
        return 0
    return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW


def backend_environment() -> dict[str, str]:
    """Our environment, with the way to our packages made absolute: the backend starts in another directory."""
    environment = dict(os.environ)
    entries = [Path(entry).absolute() for entry in sys.path]
    ours = [str(entry) for entry in entries if any(entry.glob("foleycue_*/__init__.py"))]
    given = [str(Path(entry).absolute()) for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(ours + given))
    return environment


def _tail(log: Path, size: int = 4_000) -> str:
    try:
        return log.read_bytes()[-size:].decode("utf-8", "replace")
    except OSError:
        return ""
