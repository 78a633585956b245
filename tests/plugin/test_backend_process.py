# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and starting the backend: what may go wrong, each with its sentence (whole runs: tests/e2e)."""

import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fakes.backend import FakeBackend
from fakes.line import python_path
from foleycue_plugin import backend_process
from foleycue_plugin.backend_process import backend_status, ensure_backend, stop_backend
from foleycue_shared.endpoint import InstanceLock
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import home


def refusal(call) -> FoleyCueError:
    with pytest.raises(FoleyCueError) as refused:
        call()
    return refused.value


def test_a_running_backend_is_adopted_and_described(tmp_path: Path):
    with FakeBackend(tmp_path) as backend:
        started: list[bool] = []
        info = ensure_backend(backend.places, on_start=lambda: started.append(True))
        status = backend_status(backend.places)
        assert not started and status.running and status.current
        assert (status.state, status.engine, status.pid, status.endpoint) == ("idle", "mini", info.pid, info.endpoint)


def test_a_missing_backend_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))
    error = refusal(lambda: ensure_backend(home(tmp_path)))
    assert error.code is ErrorCode.BACKEND_UNREACHABLE
    assert error.message == 'The sound engine is not installed (torch missing): run  pip install "foleycue[backend]".'


def test_a_backend_that_cannot_start_is_named_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    error = refusal(lambda: ensure_backend(home(tmp_path)))
    assert "backend-start.log" in error.message and error.detail == "broken\n"


def test_a_start_that_takes_for_ever_is_given_up_and_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setattr(backend_process, "START_SECONDS", 0.3)
    assert "did not get ready" in refusal(lambda: ensure_backend(home(tmp_path))).message
    cancelled = threading.Event()
    cancelled.set()
    assert refusal(lambda: ensure_backend(home(tmp_path), cancelled=cancelled)).code is ErrorCode.CANCELLED


def test_who_waits_for_another_starter_can_be_cancelled_or_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backend_process, "START_SECONDS", 0.1)
    places = home(tmp_path)
    with InstanceLock(places.start_lock) as lock:
        lock.acquire()
        assert "Another program" in refusal(lambda: ensure_backend(places)).message
        cancelled = threading.Event()
        cancelled.set()
        assert refusal(lambda: ensure_backend(places, cancelled=cancelled)).code is ErrorCode.CANCELLED


def test_a_backend_that_holds_the_lock_but_says_nothing_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backend_process, "START_SECONDS", 0.1)
    places = home(tmp_path)
    with InstanceLock(places.broker_lock) as lock:
        lock.acquire()
        assert backend_status(places).state == "starting"
        assert "does not get ready" in refusal(lambda: ensure_backend(places)).message


def test_a_silent_backend_of_our_own_process_is_never_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backend_process, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(backend_process, "STOP_SECONDS", 0.1)
    with FakeBackend(tmp_path) as backend:
        backend.silence(True)
        assert backend_status(backend.places).state == "silent"
        assert refusal(lambda: stop_backend(backend.places, force=True)).code is ErrorCode.BACKEND_UNREACHABLE


def test_stop_ends_it(tmp_path: Path):
    with FakeBackend(tmp_path) as backend:
        threading.Timer(0.1, backend._lock.release).start()
        assert stop_backend(backend.places)
    assert backend.stopped_by_client and not stop_backend(backend.places)


@pytest.mark.parametrize(
    "module", ["foleycue_plugin.client", "foleycue_backend.broker.server", "foleycue_backend.__main__"]
)
def test_neither_client_nor_broker_imports_what_is_heavy(module: str):
    code = (
        f"import sys; import {module}; heavy = 'torch diffusers transformers scipy cv2 PyQt6'.split();"
        "print([name for name in heavy if name in sys.modules], 'foleycue_backend' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": python_path()}
    )
    assert found.stdout == f"[] {'backend' in module}\n"
