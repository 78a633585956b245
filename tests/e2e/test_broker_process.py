# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend as the process that it is: killed, started at once from several sides, reached over TCP."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zmq

from fakes.line import Line, alive, backend_process, generate, info_of, python_path, wait_until_gone, worker_of
from foleycue_plugin.backend_process import backend_status, ensure_backend, stop_backend
from foleycue_plugin.client import Client, ConnectionState
from foleycue_shared import wire
from foleycue_shared.endpoint import InstanceLock, read_connection
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.keys import new_pair, secure_client
from foleycue_shared.messages import Acknowledge, Done, Hello, Ping, Pong, Progress, TakeReady, Welcome, WorkerState
from foleycue_shared.places import Places, home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")


def wait_for_step(line: Line) -> None:
    while line.wait_for(Progress).phase != "diffuse":
        pass


def test_a_killed_broker_takes_its_worker_along_and_leaves_nothing_in_the_way(tmp_path: Path):
    with backend_process(tmp_path) as process:
        places = home(tmp_path)
        with Line(places) as line:
            line.send(generate(prompt="slow", takes=4), b"{}")
            wait_for_step(line)
            worker = worker_of(process.pid)
            process.kill()
            process.wait()
            wait_until_gone(worker, 2.0)
    assert places.connection_file.exists() and backend_status(places).state == "stopped"
    with backend_process(tmp_path), Line(places) as line:
        line.send(Ping(nonce=1))
        line.wait_for(Pong)


def test_the_client_gets_every_take_once_though_the_broker_is_killed(tmp_path: Path):
    """Two takes are finished before the kill, one of them fetched: the new broker makes only the others."""
    places = home(tmp_path)
    takes: list[TakeReady] = []
    ends: list[Done] = []
    states: list[ConnectionState] = []

    def on_event(event, blobs):
        if isinstance(event, TakeReady):
            takes.append(event)
        elif isinstance(event, Done):
            ends.append(event)

    client = Client(places, on_event, lambda state, sentence: states.append(state), start_backend=False)
    try:
        with backend_process(tmp_path) as process:
            client.start()
            client.send(generate(prompt="slow", takes=4), [b"{}"])
            _until(lambda: len(takes) == 2)
            client.send(Acknowledge(take_id="job-0"))
            _until(lambda: not Path(takes[0].take.path).exists())
            process.kill()
            process.wait()
        second = Path(takes[1].take.path).stat()
        with backend_process(tmp_path):
            _until(lambda: bool(ends))
        assert [event.take.take_id for event in takes] == ["job-0", "job-1", "job-2", "job-3"]
        assert [event.take.seed for event in takes] == [7, 8, 9, 10]
        assert [Path(event.take.path).read_text() for event in takes[1:]] == ["8", "9", "10"]
        assert Path(takes[1].take.path).stat().st_mtime_ns == second.st_mtime_ns, "a finished take was made again"
        assert not list(places.outbox.glob("job-0*")), "a fetched take was made again"
        assert ConnectionState.RECONNECTING in states
    finally:
        client.close()


def test_a_killed_broker_is_started_anew_by_its_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", python_path())
    places = home(tmp_path)
    heard: list[object] = []
    client = Client(places, lambda event, blobs: heard.append(event), lambda state, sentence: heard.append(state))
    client.start()
    try:
        _until(lambda: ConnectionState.CONNECTED in heard)
        assert ConnectionState.STARTING in heard
        first = info_of(places).pid
        os.kill(first, signal.SIGKILL)
        _until(lambda: heard.count(ConnectionState.CONNECTED) == 2)
        assert info_of(places).pid != first
    finally:
        client.close()
        assert stop_backend(places)
    assert backend_status(places).state == "stopped" and not stop_backend(places)


def test_two_backends_never_run_at_once(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from foleycue_shared.places import home;"
        "from foleycue_plugin.backend_process import ensure_backend;"
        "print(ensure_backend(home(Path(sys.argv[1]))).pid)"
    )
    environment = {**os.environ, "PYTHONPATH": python_path()}
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
        for _ in range(6)
    ]
    pids = {int(starter.communicate(timeout=60)[0]) for starter in starters}
    places = home(tmp_path)
    try:
        assert len(pids) == 1 and alive(pids.pop())
        second = subprocess.run(
            [sys.executable, "-m", "foleycue_backend", "--home", str(tmp_path)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert second.returncode == 1 and second.stderr == "The backend runs already.\n"
        assert (places.logs / "backend.log").read_text().count("serves build") == 1
    finally:
        stop_backend(places, force=True)


def test_an_idle_backend_of_other_code_is_replaced_and_a_busy_one_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", python_path())
    places = home(tmp_path)
    with backend_process(tmp_path) as process:
        monkeypatch.setattr("foleycue_plugin.backend_process.build_id", lambda: "another")
        with Line(places) as line:
            line.send(generate(prompt="slow", takes=2), b"{}")
            wait_for_step(line)
            assert ensure_backend(places).pid == process.pid
            assert not backend_status(places).current
            with pytest.raises(FoleyCueError) as busy:
                stop_backend(places)
            assert busy.value.code is ErrorCode.BUSY
            line.wait_for(Done)
            replaced = ensure_backend(places)
            assert replaced.pid != process.pid and process.wait(10) == 0
            while line.wait_for(WorkerState).state != "stopped":
                pass
    assert stop_backend(places)


def test_a_hung_backend_is_named_and_killed_with_force_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("foleycue_plugin.backend_process.ANSWER_SECONDS", 0.3)
    monkeypatch.setattr("foleycue_plugin.backend_process.STOP_SECONDS", 2.0)
    places = home(tmp_path)
    with backend_process(tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        assert backend_status(places).state == "silent"
        with pytest.raises(FoleyCueError) as silent:
            ensure_backend(places)
        assert f"process {process.pid}" in silent.value.message
        with pytest.raises(FoleyCueError):
            stop_backend(places)
        assert stop_backend(places, force=True)
        assert process.wait(5) == -signal.SIGKILL


def test_files_and_sockets_are_the_owners_alone(tmp_path: Path):
    with backend_process(tmp_path):
        places = home(tmp_path)
        assert places.connection_file.stat().st_mode & 0o777 == 0o600
        assert places.socket.stat().st_mode & 0o077 == 0 and places.runtime.stat().st_mode & 0o777 == 0o700
    assert not places.connection_file.exists()


def test_over_tcp_only_listed_clients_are_heard(tmp_path: Path):
    with backend_process(tmp_path, "--tcp"):
        places = home(tmp_path)
        info = info_of(places)
        assert info.endpoint.startswith("tcp://127.0.0.1:") and info.server_key
        for pair in (None, new_pair()):
            assert _welcome(info.endpoint, info.server_key, pair) is None
        with Line(places) as line:
            assert line.welcome.pid == info.pid
        assert (places.keys / "client.json").stat().st_mode & 0o777 == 0o600
        for log in places.logs.iterdir():
            assert json.loads((places.keys / "client.json").read_text())["secret"] not in log.read_text()


def test_a_prompt_never_reaches_the_log(tmp_path: Path):
    with backend_process(tmp_path), Line(home(tmp_path)) as line:
        for number, word in enumerate(("print", "refuse", "break", "die")):
            line.send(generate(f"job{number}", prompt=f"{word} secretword"), b"{}")
        line.send(generate("last"), b"{}")
        while line.wait_for(Done).job_id != "last":
            pass
        for log in home(tmp_path).logs.iterdir():
            assert "secretword" not in log.read_text()


def _welcome(endpoint: str, server_key: str, pair) -> Welcome | None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        if pair is not None:
            secure_client(socket, pair, server_key)
        socket.connect(endpoint)
        socket.send_multipart(wire.encode(Hello(major=1, minor=0, product="0", session="stranger")))
        if not socket.poll(700):
            return None
        event, _ = wire.decode_event(socket.recv_multipart())
        assert isinstance(event, Welcome)
        return event


def _until(found, timeout: float = 30.0) -> None:
    deadline = time.monotonic() + timeout
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_lock_ends_with_its_holder(tmp_path: Path):
    with backend_process(tmp_path) as process:
        places: Places = home(tmp_path)
        assert InstanceLock.is_held(places.broker_lock)
        process.kill()
        process.wait()
        assert not InstanceLock.is_held(places.broker_lock)
        assert read_connection(places.connection_file) is not None
