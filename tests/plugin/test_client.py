# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against the scriptable backend: every event once, whatever happens to the line."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fakes.backend import FakeBackend, Script
from foleycue_plugin import client as client_module
from foleycue_plugin.client import Client, ConnectionState
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    Accepted,
    Attach,
    Cancel,
    Cancelled,
    Done,
    EngineList,
    Event,
    Failed,
    Generate,
    Hello,
    ListEngines,
    Progress,
    Refused,
    Scope,
    Stop,
    TakeReady,
    WorkerState,
)
from foleycue_shared.places import Places, home
from foleycue_shared.wire import MAX_BLOB


class Recorder:
    """Everything that a client said, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.states: list[tuple[ConnectionState, str]] = []
        self.changed = threading.Condition()

    def on_event(self, event: Event, blobs: list[bytes]) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def on_state(self, state: ConnectionState, sentence: str) -> None:
        with self.changed:
            self.states.append((state, sentence))
            self.changed.notify_all()

    def wait(self, found: Callable[[], bool], timeout: float = 15.0) -> None:
        with self.changed:
            assert self.changed.wait_for(found, timeout), (self.states, self.events)

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type, count: int = 1) -> list:
        self.wait(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    def wait_state(self, state: ConnectionState, count: int = 1) -> str:
        self.wait(lambda: sum(s is state for s, _ in self.states) >= count)
        return [sentence for s, sentence in self.states if s is state][-1]


@contextmanager
def connected(places: Places, start_backend: bool = False) -> Iterator[tuple[Client, Recorder]]:
    recorder = Recorder()
    client = Client(places, recorder.on_event, recorder.on_state, start_backend=start_backend)
    client.start()
    try:
        yield client, recorder
    finally:
        client.close()


def generate(job_id: str = "job", takes: int = 2) -> Generate:
    return Generate(job_id=job_id, scope=Scope(rate="25/1", frames=25), seeds=tuple(range(takes)))


def test_a_job_from_request_to_done(tmp_path: Path):
    with FakeBackend(tmp_path) as backend, connected(backend.places) as (client, recorder):
        client.send(generate(), [b"document"])
        recorder.wait_for(Done)
        assert [take.take.index for take in recorder.of(TakeReady)] == [0, 1]
        assert Path(recorder.of(TakeReady)[0].take.path).is_file()
        assert recorder.of(Accepted)[0].ahead == 0
        fractions = [event.fraction for event in recorder.of(Progress)]
        assert fractions == sorted(fractions) and fractions[-1] < 1
        assert (backend.requests[1][0], backend.requests[1][1]) == (generate(), [b"document"])


def test_what_was_sent_before_the_backend_came_is_delivered(tmp_path: Path):
    with connected(home(tmp_path)) as (client, recorder):
        client.send(ListEngines())
        assert "foleycue backend start" in recorder.wait_state(ConnectionState.RECONNECTING)
        with FakeBackend(tmp_path):
            assert recorder.wait_for(EngineList)[0].engines[0].id == "mini"


def test_a_running_backend_of_this_build_is_adopted(tmp_path: Path):
    with FakeBackend(tmp_path) as backend, connected(backend.places, start_backend=True) as (client, recorder):
        client.send(ListEngines())
        recorder.wait_for(EngineList)
        assert ConnectionState.STARTING not in [state for state, _ in recorder.states]


def test_a_broken_line_loses_no_event_and_repeats_none(tmp_path: Path):
    with FakeBackend(tmp_path, Script(hold_at="diffuse")) as backend, connected(backend.places) as (client, recorder):
        client.send(generate(), [b"document"])
        recorder.wait(lambda: any(event.phase == "analyse" and event.step == 4 for event in recorder.of(Progress)))
        backend.drop_connections()
        backend.release()
        recorder.wait_for(Done)
        recorder.wait_state(ConnectionState.CONNECTED, 2)
        numbers = [event.seq for event in recorder.events if getattr(event, "job_id", None)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert backend.wait_for(Attach).after > 0


@pytest.mark.parametrize("loses", ["generate", "cancel", "nothing"])
def test_a_backend_that_forgot_the_session_is_greeted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loses: str
):
    monkeypatch.setattr(client_module, "PING_SECONDS", 0.2)
    with FakeBackend(tmp_path, Script(hold_at="vocode")) as backend, connected(backend.places) as (client, recorder):
        recorder.wait_state(ConnectionState.CONNECTED)
        if loses == "cancel":
            client.send(generate(), [b"document"])
            recorder.wait_for(Progress, 3)
        backend.forget_sessions()
        if loses == "generate":
            client.send(generate(), [b"document"])
        elif loses == "cancel":
            client.send(Cancel(job_id="job"))
        recorder.wait_state(ConnectionState.CONNECTED, 2)
        backend.release()
        if loses != "nothing":
            assert recorder.wait_for(Cancelled if loses == "cancel" else Done)
        assert not recorder.of(Refused)


def test_a_backend_that_forgot_the_job_gets_it_again_under_its_id(tmp_path: Path):
    with FakeBackend(tmp_path, Script(hold_at="vocode")) as backend, connected(backend.places) as (client, recorder):
        client.send(generate(), [b"document"])
        recorder.wait_for(Progress, 3)
        backend.forget_jobs()
        backend.drop_connections()
        backend.wait_for(Generate, count=2)
        backend.release()
        recorder.wait_for(Done)
        assert len(recorder.of(TakeReady)) == 2
        assert [blobs for request, blobs in backend.requests if request == generate()] == [[b"document"]] * 2
        assert not recorder.of(Refused)


def test_a_job_cancelled_while_the_backend_was_lost_is_not_asked_for_again(tmp_path: Path):
    with FakeBackend(tmp_path, Script(hold_at="diffuse")) as backend, connected(backend.places) as (client, recorder):
        client.send(generate(), [b"document"])
        recorder.wait_for(Progress, 3)
        backend.forget_jobs()
        client.send(Cancel(job_id="job"))
        backend.drop_connections()
        recorder.wait_for(Cancelled)
        recorder.wait_state(ConnectionState.CONNECTED, 2)
        client.send(ListEngines())
        recorder.wait_for(EngineList)
        assert sum(isinstance(request, Generate) for request, _ in backend.requests) == 1


def test_a_silent_backend_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_module, "PING_SECONDS", 0.05)
    with FakeBackend(tmp_path) as backend, connected(backend.places) as (_client, recorder):
        recorder.wait_for(WorkerState)
        backend.silence(True)
        assert "does not answer" in recorder.wait_state(ConnectionState.RECONNECTING)
        backend.silence(False)
        recorder.wait_state(ConnectionState.CONNECTED, 2)


def test_refusal_and_failure_reach_the_owner(tmp_path: Path):
    script = Script(refuse=(ErrorCode.QUEUE_FULL, "Too many jobs wait."))
    with FakeBackend(tmp_path, script) as backend, connected(backend.places) as (client, recorder):
        client.send(generate("first"), [b"document"])
        assert recorder.wait_for(Refused)[0].job_id == "first"
        backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped."))
        client.send(generate("second"), [b"document"])
        assert recorder.wait_for(Failed)[0].retryable


def test_an_owner_that_raises_does_not_cut_the_line(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    answered = threading.Event()

    def clumsy(event: Event, blobs: list[bytes]) -> None:
        if isinstance(event, EngineList):
            answered.set()
        raise ValueError("clumsy")

    with FakeBackend(tmp_path) as backend:
        client = Client(backend.places, clumsy, lambda state, sentence: None, start_backend=False)
        client.start()
        client.send(ListEngines())
        assert answered.wait(10)
        client.close()
    assert "clumsy" in caplog.text


def test_a_stopped_backend_is_left_alone_until_it_is_needed(tmp_path: Path):
    with connected(home(tmp_path)) as (client, recorder):
        with FakeBackend(tmp_path):
            recorder.wait_for(WorkerState)
            client.send(Stop())
            stopped = (ConnectionState.RECONNECTING, "The backend was stopped.")
            recorder.wait(lambda: stopped in recorder.states)
        time.sleep(0.7)
        lost = len(recorder.states)
        time.sleep(0.7)
        assert len(recorder.states) == lost
        with FakeBackend(tmp_path) as second:
            client.send(ListEngines())
            recorder.wait_for(EngineList)
            assert second.wait_for(Hello).session == client.session


def test_close_inside_a_callback_and_before_start(tmp_path: Path):
    Client(home(tmp_path), lambda event, blobs: None, lambda state, sentence: None).close()
    closed = threading.Event()
    with FakeBackend(tmp_path) as backend:

        def on_state(state: ConnectionState, sentence: str) -> None:
            if state is ConnectionState.CONNECTED:
                client.close()
            elif state is ConnectionState.CLOSED:
                closed.set()

        client = Client(backend.places, lambda event, blobs: None, on_state, start_backend=False)
        client.start()
        assert closed.wait(10)
        client.close()


def test_a_kept_session_is_taken_up_again_but_never_shared(tmp_path: Path):
    def client() -> Client:
        return Client(home(tmp_path), lambda event, blobs: None, lambda state, sentence: None, keep_session=True)

    first, beside = client(), client()
    assert first.session != beside.session
    first.close()
    beside.close()
    again = client()
    assert again.session == first.session
    again.close()


def test_too_large_a_message_is_refused_at_once(tmp_path: Path):
    client = Client(home(tmp_path), lambda event, blobs: None, lambda state, sentence: None)
    with pytest.raises(FoleyCueError) as refused:
        client.send(generate(), [bytes(MAX_BLOB + 1)])
    assert refused.value.code is ErrorCode.LIMIT
    client.close()
