# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON object a line over a loopback socket, after both ends proved that they know one secret.

Standard library only, Python 3.8 and later: a copy of this file runs inside editors.

Greeting: the panel sends {"foleycue": 1, "nonce": N}; the script answers {"nonce": M, "proof": HMAC(secret, "editor",
N, M), "host": ..., ...}; the panel answers {"proof": HMAC(secret, "panel", N, M)}. HMAC is RFC 2104 with SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import socket
import stat
import sys
import threading
from pathlib import Path

VERSION = 1
MAX_LINE = 8 << 20
#: A stranger may not make us hold more than this.
MAX_GREETING = 4096
GREETING_SECONDS = 5.0

Message = dict  # a JSON object


class LineError(Exception):
    """The other end broke the rules, does not know the secret, or is gone."""


class Line:
    """A connected socket that carries one JSON object a line. send() may be called from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self._sending = threading.Lock()
        self.limit = MAX_GREETING

    def send(self, message: Message) -> None:
        """Send one object. Raises LineError."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        if len(data) > MAX_LINE:
            raise LineError("a message is too long")
        try:
            with self._sending:
                self._socket.sendall(data)
        except OSError as error:
            raise LineError(str(error)) from error

    def receive(self) -> Message:
        """The next object; waits for it. Raises LineError at the end of the line, and for anything else."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > self.limit:
                raise LineError("a message is too long")
            try:
                data = self._socket.recv(65536)
            except OSError as error:
                raise LineError(str(error)) from error
            if not data:
                raise LineError("the other end is gone")
            self._buffer += data
        if end > self.limit:
            raise LineError("a message is too long")
        text = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise LineError("a message is no JSON") from error
        if not isinstance(message, dict):
            raise LineError("a message is no JSON object")
        return message

    def close(self) -> None:
        """End the line; a receive() that waits in another thread returns with LineError."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _open_up(self) -> None:
        self.limit = MAX_LINE
        self._socket.settimeout(None)


def greet_as_panel(connection: socket.socket, secret: str) -> tuple[Line, Message]:
    """Let a script in that knows the secret; what it says about itself. Raises LineError for any other process."""
    connection.settimeout(GREETING_SECONDS)
    line, nonce = Line(connection), secrets.token_hex(16)
    line.send({"foleycue": VERSION, "nonce": nonce})
    answer = line.receive()
    theirs = str(answer.get("nonce", ""))
    if not hmac.compare_digest(str(answer.get("proof", "")).encode(), _proof(secret, "editor", nonce, theirs).encode()):
        raise LineError("a process that does not know the secret")
    line.send({"proof": _proof(secret, "panel", nonce, theirs)})
    line._open_up()
    return line, {key: value for key, value in answer.items() if key not in ("nonce", "proof")}


def greet_as_editor(connection: socket.socket, secret: str, about: Message) -> Line:
    """Introduce a script to the panel, and make sure that it is the panel. Raises LineError."""
    connection.settimeout(GREETING_SECONDS)
    line, nonce = Line(connection), secrets.token_hex(16)
    hello = line.receive()
    if hello.get("foleycue") != VERSION:
        raise LineError("panel and editor script are of different versions")
    theirs = str(hello.get("nonce", ""))
    line.send({**about, "nonce": nonce, "proof": _proof(secret, "editor", theirs, nonce)})
    proof = str(line.receive().get("proof", ""))
    if not hmac.compare_digest(proof.encode(), _proof(secret, "panel", theirs, nonce).encode()):
        raise LineError("the port belongs to another process")
    line._open_up()
    return line


def connect(file: Path, about: Message) -> Line:
    """A line to the panel that wrote a bridge file. Raises LineError, also when no panel runs."""
    try:
        found = file.stat()
        private = os.name == "nt" or (found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077)
        entry = json.loads(file.read_text(encoding="utf-8"))
        port, secret = int(entry["port"]), str(entry["secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LineError("no panel runs") from error
    if not private:
        raise LineError("others may read the bridge file")
    try:
        connection = socket.create_connection(("127.0.0.1", port), GREETING_SECONDS)
    except (OSError, OverflowError) as error:
        raise LineError("no panel runs") from error
    try:
        return greet_as_editor(connection, secret, about)
    except LineError:
        connection.close()
        raise


def bridge_file() -> Path:
    """Where the panel of this user writes its port and secret; the same place that the panel computes."""
    if os.environ.get("FOLEYCUE_HOME"):
        return Path(os.environ["FOLEYCUE_HOME"]).expanduser().absolute() / "data" / "bridge.json"
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "foleycue" / "bridge.json"


def _proof(secret: str, end: str, first: str, second: str) -> str:
    text = "\0".join(("foleycue", end, first, second))
    return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def error_answer(number: object, code: str, message: str) -> Message:
    """The answer to a call that failed."""
    return {"id": number, "error": {"code": code, "message": message}}
