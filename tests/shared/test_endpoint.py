# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection file, instance lock, build name and keys."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foleycue_shared import endpoint
from foleycue_shared.endpoint import (
    ConnectionInfo,
    InstanceLock,
    build_id,
    live_connection,
    read_connection,
    remove_connection,
    write_connection,
    write_private,
)
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.keys import allowed_clients, client_pair
from foleycue_shared.places import home

INFO = ConnectionInfo(pid=7, endpoint="ipc:///x", build="b", major=1, minor=0, started=1.5)


def test_the_connection_file_is_private_and_reads_back(tmp_path: Path):
    path = tmp_path / "backend.json"
    write_connection(path, INFO)
    assert read_connection(path) == INFO
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600
    remove_connection(path, pid=8)
    assert path.exists()
    remove_connection(path, pid=7)
    assert not path.exists() and read_connection(path) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"pid": "seven"}'])
def test_a_connection_file_without_sense_is_none(tmp_path: Path, content: bytes):
    path = tmp_path / "backend.json"
    path.write_bytes(content)
    assert read_connection(path) is None


def test_a_private_file_is_whole_or_not_there(tmp_path: Path):
    path = tmp_path / "absent" / "file"
    with pytest.raises(FoleyCueError) as refused:
        write_private(path, b"x")
    assert refused.value.code is ErrorCode.OUTPUT_UNWRITABLE and not list(tmp_path.iterdir())
    (tmp_path / "busy").mkdir()
    with pytest.raises(FoleyCueError):
        write_private(tmp_path / "busy", b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["busy"]


def test_a_lock_has_one_holder(tmp_path: Path):
    path = tmp_path / "lock"
    assert not InstanceLock.is_held(path)
    with InstanceLock(path) as first, InstanceLock(path) as second:
        assert first.acquire() and InstanceLock.is_held(path)
        assert not second.acquire(timeout=0.05)
        first.release()
        first.release()
        assert second.acquire()
    assert not InstanceLock.is_held(path)
    with pytest.raises(FoleyCueError):
        InstanceLock(tmp_path / "absent" / "lock").acquire()


def test_a_lock_ends_with_its_process(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from foleycue_shared.endpoint import InstanceLock;"
        "print(InstanceLock(Path(sys.argv[1])).acquire() or 1, flush=True); lock = InstanceLock(Path(sys.argv[1]));"
        "lock.acquire(); print('held', flush=True); time.sleep(60)"
    )
    path = tmp_path / "lock"
    source = str(Path(endpoint.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": source}
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.stdout.readline()
        assert InstanceLock.is_held(path)
        holder.kill()
    assert not InstanceLock.is_held(path)


def test_a_file_without_a_lock_is_stale(tmp_path: Path):
    places = home(tmp_path)
    write_connection(places.connection_file, INFO)
    assert live_connection(places) is None
    with InstanceLock(places.broker_lock) as lock:
        lock.acquire()
        assert live_connection(places) == INFO


def test_the_build_changes_with_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "foleycue_probe"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(endpoint, "BUILD_PACKAGES", ("foleycue_probe", "foleycue_absent"))
    first = build_id()
    assert first == build_id() and first.startswith("0.")
    (package / "new.py").write_text("x = 1")
    assert build_id() != first


def test_keys_are_made_once_kept_private_and_listed(tmp_path: Path):
    places = home(tmp_path)
    assert allowed_clients(places.keys) == frozenset()
    pair = client_pair(places.keys)
    assert client_pair(places.keys) == pair and allowed_clients(places.keys) == {pair.public}
    assert pair.secret not in repr(pair) and len(pair.secret) == 40
    assert sys.platform == "win32" or (places.keys / "client.json").stat().st_mode & 0o777 == 0o600
    (places.keys / "client.json").write_text("damaged")
    assert client_pair(places.keys).public != pair.public and len(allowed_clients(places.keys)) == 2
