# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge to scripts in editors: who is let in, what is refused, and what happens when one end goes away."""

import contextlib
import json
import socket
import stat
import threading
import time
from pathlib import Path

import pytest

from foleycue_plugin.bridge import line as lines
from foleycue_plugin.bridge.line import Line, LineError, bridge_file, connect, greet_as_editor
from foleycue_plugin.bridge.server import MAX_EDITORS, Bridge
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError

ABOUT = {"host": "blender", "pid": 7, "title": "a.blend", "project": "/a.blend"}


@pytest.fixture
def bridge(home):
    opened = Bridge(places.home())
    yield opened
    opened.close()


@pytest.fixture
def script(bridge):
    """Connects scripts, and hangs up for those that did not."""
    connected = []

    def make() -> Line:
        connected.append(connect(bridge_file(), ABOUT))
        return connected[-1]

    yield make
    for line in connected:
        line.close()


def until(condition, seconds: float = 5.0):
    """Wait for something to become true, and give it back."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.005)
    assert found
    return found


def serve(line: Line, answers) -> threading.Thread:
    """An editor's script: answers(call) gives the answer, None is silence."""

    def run() -> None:
        with contextlib.suppress(LineError):
            while True:
                call = line.receive()
                if (answer := answers(call)) is not None:
                    line.send({"id": call["id"], **answer})

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_the_file_is_private_and_where_scripts_look(bridge, home, monkeypatch):
    file = bridge_file()
    assert file == places.home().data / "bridge.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["port"] == bridge.port
    monkeypatch.delenv("FOLEYCUE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "share"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert bridge_file() == places.home().data / "bridge.json"


def test_calls_and_asks(bridge, script):
    asked = []
    bridge.on_ask = lambda editor, ask, arguments: asked.append((editor.about.title, ask, arguments))
    line = script()
    editor = until(lambda: bridge.editors("blender"))[0]
    assert bridge.editors("resolve") == []
    serve(line, lambda call: {"result": {"got": call["arguments"], "name": call["call"]}})
    assert editor.call("state", {"a": [1, "ü"]}) == {"got": {"a": [1, "ü"]}, "name": "state"}
    line.send({"ask": "open", "arguments": {}})
    line.send({"about": {**ABOUT, "title": "b.blend"}})
    until(lambda: editor.about.title == "b.blend")
    assert asked == [("a.blend", "open", {})]
    line.close()
    until(lambda: not bridge.editors("blender"))


def test_errors_of_a_script_keep_code_and_sentence(bridge, script):
    line = script()
    editor = until(lambda: bridge.editors("blender"))[0]
    serve(line, lambda call: {"error": call["arguments"]})
    for code, expected in (("bad-input", ErrorCode.BAD_INPUT), ("nonsense", ErrorCode.INTERNAL)):
        with pytest.raises(FoleyCueError, match="Close the meta strip") as caught:
            editor.call("insert", {"code": code, "message": "Close the meta strip."})
        assert caught.value.code is expected


def test_a_script_that_is_silent_or_gone_is_busy(bridge, script):
    line = script()
    editor = until(lambda: bridge.editors("blender"))[0]
    started = time.monotonic()
    with pytest.raises(FoleyCueError, match="does not answer") as caught:
        editor.call("state", {}, timeout=0.1)
    assert caught.value.code is ErrorCode.BUSY
    assert time.monotonic() - started < 2
    threading.Timer(0.1, line.close).start()
    with pytest.raises(FoleyCueError, match="was closed"):
        editor.call("state", {}, timeout=10)
    with pytest.raises(FoleyCueError, match="was closed"):
        editor.call("state", {})


def test_the_right_greeting_with_a_wrong_secret_is_refused(bridge):
    entry = json.loads(bridge_file().read_text())
    for wrong in ("", "0" * 64, entry["secret"][:-1], entry["secret"].upper() + "x"):
        with socket.create_connection(("127.0.0.1", bridge.port)) as connection, pytest.raises(LineError):
            greet_as_editor(connection, wrong, ABOUT)
    assert bridge.editors("blender") == []


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b'{"nonce": "1", "proof": "2", "host": "blender", "pid": 1}\n',
        b'{"nonce": 5, "proof": ["x"]}\n',
        b"[1, 2]\n",
        b"\xff\xfe\n",
        b"[" * 3000 + b"\n",
        b"x" * (lines.MAX_GREETING + 70_000),
    ],
)
def test_foreign_processes_are_hung_up_on(bridge, script, words):
    with socket.create_connection(("127.0.0.1", bridge.port)) as connection:
        connection.settimeout(5)
        assert b"secret" not in connection.recv(4096)
        with contextlib.suppress(OSError):
            connection.sendall(words)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(4096) == b""
    assert bridge.editors("blender") == []
    # And the next real script is served as if nothing had been.
    script()
    until(lambda: bridge.editors("blender"))


def test_a_proof_of_another_connection_is_worth_nothing(bridge):
    """Whoever listened in cannot say it again: both ends choose a number of their own."""
    secret = json.loads(bridge_file().read_text())["secret"]
    said = []

    class Recorder(socket.socket):
        def sendall(self, data, *flags):
            said.append(bytes(data))
            super().sendall(data, *flags)

    with Recorder() as connection:
        connection.connect(("127.0.0.1", bridge.port))
        greet_as_editor(connection, secret, ABOUT)
    assert secret.encode() not in b"".join(said)
    with socket.create_connection(("127.0.0.1", bridge.port)) as connection:
        connection.settimeout(5)
        connection.recv(4096)
        connection.sendall(said[0])
        with contextlib.suppress(ConnectionError):
            assert connection.recv(4096) == b""


def test_a_script_does_not_trust_whoever_took_the_port(home):
    file = places.home().data / "bridge.json"
    with socket.create_server(("127.0.0.1", 0)) as server:
        file.write_text(json.dumps({"port": server.getsockname()[1], "secret": "real"}))
        file.chmod(0o600)

        def impostor() -> None:
            connection, _ = server.accept()
            connection.sendall(b'{"foleycue": 1, "nonce": "a"}\n')
            connection.recv(4096)
            connection.sendall(b'{"proof": "trust me"}\n')
            connection.close()

        thread = threading.Thread(target=impostor)
        thread.start()
        with pytest.raises(LineError, match="another process"):
            connect(file, ABOUT)
        thread.join()
    file.chmod(0o644)
    with pytest.raises(LineError, match="others may read"):
        connect(file, ABOUT)
    file.write_text("{")
    with pytest.raises(LineError, match="no panel runs"):
        connect(file, ABOUT)
    with pytest.raises(LineError, match="no panel runs"):
        connect(Path("/nowhere/bridge.json"), ABOUT)


def test_long_messages_end_the_line(bridge, script):
    line = script()
    until(lambda: bridge.editors("blender"))
    with pytest.raises(LineError, match="too long"):
        line.send({"ask": "x" * lines.MAX_LINE})
    with contextlib.suppress(OSError):
        for _ in range(10):
            line._socket.sendall(b"x" * (1 << 20))
    until(lambda: not bridge.editors("blender"))


def test_only_so_many_are_served(bridge):
    held = [socket.create_connection(("127.0.0.1", bridge.port)) for _ in range(MAX_EDITORS)]
    for connection in held:
        connection.recv(4096)
    with socket.create_connection(("127.0.0.1", bridge.port)) as connection:
        connection.settimeout(5)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(4096) == b""
    for connection in held:
        connection.close()
    until(_connects)


def _connects() -> bool:
    try:
        connect(bridge_file(), ABOUT).close()
    except LineError:
        return False
    return True


def test_only_this_computer_is_listened_to_and_the_file_goes(home):
    bridge = Bridge(places.home())
    assert bridge._socket.getsockname()[0] == "127.0.0.1"
    newer = Bridge(places.home())
    bridge.close()
    assert json.loads(bridge_file().read_text())["port"] == newer.port
    newer.close()
    assert not bridge_file().exists()
