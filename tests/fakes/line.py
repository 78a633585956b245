# SPDX-License-Identifier: GPL-3.0-or-later
"""The real broker for tests: in a thread or as a process, and a raw line to it that says and hears anything."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import zmq

from foleycue_backend.broker.options import Options
from foleycue_backend.broker.server import Broker
from foleycue_plugin.connection import Answer, Connection
from foleycue_plugin.session import new_session
from foleycue_shared.endpoint import ConnectionInfo, live_connection
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, FinderInfo, Generate, KnownSound, Message, Request, Scope, Understood
from foleycue_shared.places import Places, home

PIPELINE = "fakes.pipeline:FakePipeline"
T = TypeVar("T", bound=Message)


def engine(name: str, **changes: Any) -> EngineInfo:
    """An engine's card."""
    base: dict[str, Any] = {"sample_rate": 16_000, "window_seconds": 10.0, "listens": ("text",)}
    base |= {"code_licence": "", "weights_licence": ""}
    return EngineInfo(id=name, name=name, size_bytes=1, memory_bytes=1, **{**base, **changes})


FINDER = FinderInfo(available=False, reason="Nothing to find with.")
ENGINES = (engine("mini"), engine("broken"), engine("absent", available=False, reason="Not installed."))


def understand(name: str, prompt: str) -> Understood:
    """Stands where the registry's does."""
    if name not in {info.id for info in ENGINES}:
        raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, f"There is no engine {name!r}.")
    sound = KnownSound(label=prompt.title(), similarity=0.75)
    return Understood(engine=name, prompt=prompt, sounds=(sound,), known="?" not in prompt)


def generate(job_id: str = "job", prompt: str = "", takes: int = 1, **changes: Any) -> Generate:
    """A request over one second."""
    base: dict[str, Any] = {
        "scope": Scope(rate="25/1", frames=25),
        "seeds": tuple(range(7, 7 + takes)),
        "prompt": prompt,
    }
    return Generate(job_id=job_id, **{**base, **changes})


def python_path() -> str:
    """PYTHONPATH for a process that should find what this one finds."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)


class Line:
    """A connection whose answers are kept: wait_for() finds the next of a kind."""

    def __init__(self, places: Places, session: str | None = None, hello: bool = True) -> None:
        info = live_connection(places)
        assert info is not None, "no backend"
        self.session = session or new_session()
        self.context: zmq.Context = zmq.Context()
        self.connection = Connection(self.context, places, info)
        self.heard: list[Answer] = []
        if hello:
            self.welcome = self.connection.hello(self.session, 10)

    def send(self, message: Request, *blobs: bytes) -> None:
        self.connection.send(message, blobs)

    def send_raw(self, frames: Sequence[bytes]) -> None:
        self.connection.socket.send_multipart(frames)

    def wait_for(self, kind: type[T], timeout: float = 20.0) -> T:
        """The next event of a kind; all that came before it is in `heard`."""
        deadline = time.monotonic() + timeout
        while (answer := self.connection.receive(max(0.0, deadline - time.monotonic()))) is not None:
            self.heard.append(answer)
            if isinstance(answer[0], kind):
                return answer[0]
        raise AssertionError(f"no {kind.__name__} within {timeout} s, but {[event for event, _ in self.heard][-10:]}")

    def of(self, kind: type[T]) -> list[T]:
        return [event for event, _ in self.heard if isinstance(event, kind)]

    def close(self) -> None:
        self.connection.close()
        self.context.term()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


@contextmanager
def broker_thread(root: Path, **options: Any) -> Iterator[Places]:
    """A real broker, its loop in a thread of the test, its workers real processes of FakePipeline."""
    places = home(root)
    broker = Broker(places, Options(pipeline=PIPELINE, **options), lambda: ENGINES, understand, lambda: FINDER)
    ready = threading.Event()
    thread = threading.Thread(target=broker.run, args=(lambda info: ready.set(),))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = python_path()
    thread.start()
    try:
        assert ready.wait(10)
        yield places
    finally:
        broker.stop()
        thread.join(10)
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
        assert not thread.is_alive(), "the broker does not end"


@contextmanager
def backend_process(root: Path, *options: str, pipeline: str = PIPELINE) -> Iterator["subprocess.Popen[bytes]"]:
    """A real backend process; ended with the block, if the test did not kill it before."""
    places = home(root)
    command = [sys.executable, "-m", "foleycue_backend", "--home", str(root), "--pipeline", pipeline, *options]
    errors = (places.logs / "test-stderr.log").open("wb")
    with (
        errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, "PYTHONPATH": python_path()}
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert b'"ready":true' in line, (line, Path(errors.name).read_text())
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_gone(pid: int, timeout: float = 10.0) -> None:
    """Until a process that is not our child ended."""
    deadline = time.monotonic() + timeout
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def worker_of(broker: int) -> int:
    """Process id of the one worker of a process in which a broker runs, whatever other children it has."""
    children = psutil.Process(broker).children()
    (worker,) = (child.pid for child in children if "foleycue_backend.worker" in child.cmdline())
    return worker


def info_of(places: Places) -> ConnectionInfo:
    """The connection of a backend that must be there."""
    info = live_connection(places)
    assert info is not None
    return info
