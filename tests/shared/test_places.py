# SPDX-License-Identifier: GPL-3.0-or-later
"""Places: made when asked for, private where it matters, short enough for a socket."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import HOME_VARIABLE, MAX_SOCKET_PATH, home, make_private_directory

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners are POSIX")


def test_everything_lies_below_the_given_root_and_exists(tmp_path: Path):
    places = home(tmp_path / "root")
    for directory in (places.data, places.cache, places.outbox, places.spool, places.keys, places.logs):
        assert directory.is_dir() and directory.is_relative_to(tmp_path / "root")
    assert places.root == tmp_path / "root"


def test_the_variable_names_the_root_and_the_argument_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "variable"))
    assert home().data == tmp_path / "variable" / "data"
    assert home(tmp_path / "given").data == tmp_path / "given" / "data"


@posix
def test_without_a_root_the_users_own_places_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "temp"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir(mode=0o700)
    places = home()
    assert places.root is None and "foleycue" in str(places.data)
    assert places.data.is_relative_to(tmp_path) and places.outbox.is_relative_to(places.data)
    (tmp_path / "XDG_RUNTIME_DIR").chmod(0o755)
    assert home().data == places.data and home().runtime.stat().st_mode & 0o777 == 0o700


@posix
def test_what_must_be_private_is_private(tmp_path: Path):
    places = home(tmp_path)
    for directory in (places.runtime, places.keys):
        assert directory.stat().st_mode & 0o777 == 0o700
    places.runtime.chmod(0o755)
    assert home(tmp_path).runtime.stat().st_mode & 0o777 == 0o700


@posix
def test_the_socket_path_always_fits(tmp_path: Path):
    deep = tmp_path / ("d" * 60) / ("ü" * 40)
    places = home(deep)
    try:
        assert len(os.fsencode(places.socket)) <= MAX_SOCKET_PATH
        assert home(deep).runtime == places.runtime != home(deep / "other").runtime
    finally:
        for runtime in (places.runtime, home(deep / "other").runtime):
            runtime.rmdir()


@posix
def test_a_runtime_directory_of_somebody_else_is_refused(tmp_path: Path):
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FoleyCueError) as refused:
        make_private_directory(tmp_path / "link")
    assert refused.value.code is ErrorCode.OUTPUT_UNWRITABLE and HOME_VARIABLE in refused.value.message


def test_a_root_that_is_a_file_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for call in (lambda: home(tmp_path / "file"), lambda: make_private_directory(tmp_path / "file" / "inside")):
        with pytest.raises(FoleyCueError) as refused:
            call()
        assert str(tmp_path / "file") in refused.value.message
