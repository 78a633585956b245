# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's end of the bridge: listens on the loopback interface and lets scripts in that know the secret."""

import atexit
import itertools
import os
import secrets
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as CallTimeout
from contextlib import suppress
from pathlib import Path

import msgspec

from foleycue_plugin.bridge.line import Line, LineError, Message, greet_as_panel
from foleycue_shared.endpoint import write_private
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import Places

MAX_EDITORS = 16
CALL_SECONDS = 20.0
_END_SECONDS = 2.0

#: Called in a thread of the bridge when a user clicked in an editor: the editor, what was asked, and with what.
OnAsk = Callable[["Editor", str, Message], None]


class About(msgspec.Struct, frozen=True):
    """What a script says about its editor when it greets, and again when that changes."""

    host: str
    pid: int
    title: str = ""
    project: str = ""
    version: str = ""


class Editor:
    """One connected script."""

    def __init__(self, line: Line, about: About) -> None:
        self._line = line
        self.about = about
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Message]] = {}
        self._lock = threading.Lock()
        self._gone = False

    @property
    def id(self) -> str:
        """Tells it from other editors, as RunningEditor.id does."""
        return f"{self.about.host}-{self.about.pid}"

    def call(self, name: str, arguments: Message, timeout: float = CALL_SECONDS) -> Message:
        """Have the script do something, and wait for its answer.

        Raises BUSY when it does not answer in time or is gone, and whatever error it answers.
        """
        number, answer = next(self._numbers), Future[Message]()
        with self._lock:
            if self._gone:
                raise self._busy("was closed")
            self._waiting[number] = answer
        try:
            self._line.send({"id": number, "call": name, "arguments": arguments})
            return answer.result(timeout)
        except LineError as error:
            raise self._busy("was closed") from error
        except CallTimeout as error:
            raise self._busy("does not answer") from error
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def read(self, on_ask: OnAsk) -> None:
        """Take messages until the line ends."""
        try:
            while True:
                self._take(self._line.receive(), on_ask)
        except LineError:
            self.close()

    def close(self) -> None:
        """End the line; calls that wait fail."""
        with self._lock:
            self._gone, waiting = True, list(self._waiting.values())
        self._line.close()
        for answer in waiting:
            with suppress(InvalidStateError):
                answer.set_exception(LineError("gone"))

    def _take(self, message: Message, on_ask: OnAsk) -> None:
        if "ask" in message:
            arguments = message.get("arguments")
            on_ask(self, str(message["ask"]), arguments if isinstance(arguments, dict) else {})
        elif "about" in message:
            with suppress(msgspec.ValidationError):
                self.about = msgspec.convert(message["about"], About)
        else:
            self._answer(message)

    def _answer(self, message: Message) -> None:
        with self._lock:
            answer = self._waiting.pop(message.get("id", 0), None)
        if answer is None:
            return
        error, result = message.get("error"), message.get("result")
        with suppress(InvalidStateError):
            if isinstance(error, dict):
                answer.set_exception(_error(str(error.get("code", "")), str(error.get("message", ""))))
            else:
                answer.set_result(result if isinstance(result, dict) else {})

    def _busy(self, what: str) -> FoleyCueError:
        name = self.about.host.capitalize()
        return FoleyCueError(ErrorCode.BUSY, f"{name} {what}: close dialogs and running renders there, then try again.")


class Bridge:
    """Listens as long as the panel lives."""

    def __init__(self, places: Places, on_ask: OnAsk | None = None) -> None:
        self.places = places
        self._file = places.data / "bridge.json"
        self._secret = secrets.token_hex(32)
        self.on_ask = on_ask
        self._editors: list[Editor] = []
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._room = threading.Semaphore(MAX_EDITORS)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=MAX_EDITORS)
        self.port: int = self._socket.getsockname()[1]
        write_private(self._file, msgspec.json.encode({"port": self.port, "secret": self._secret, "pid": os.getpid()}))
        self._threads = [threading.Thread(target=self._accept, name="bridge", daemon=True)]
        self._threads[0].start()
        atexit.register(self.close)

    def editors(self, host: str) -> list[Editor]:
        """The connected scripts of one kind of editor."""
        with self._lock:
            return [editor for editor in self._editors if editor.about.host == host]

    def close(self) -> None:
        """Stop listening, and end all lines."""
        atexit.unregister(self.close)
        _remove_own(self._file, self.port)
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            connections, threads = list(self._connections), list(self._threads)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(_END_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if not self._room.acquire(blocking=False):
                connection.close()
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), name="bridge editor", daemon=True)
            with self._lock:
                self._threads = [*(known for known in self._threads if known.is_alive()), thread]
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        editor: Editor | None = None
        with self._lock:
            self._connections.add(connection)
        try:
            line, about = greet_as_panel(connection, self._secret)
            editor = Editor(line, msgspec.convert(about, About))
            with self._lock:
                self._editors.append(editor)
            editor.read(lambda asking, ask, arguments: self.on_ask and self.on_ask(asking, ask, arguments))
        except (LineError, msgspec.ValidationError):
            connection.close()
        finally:
            with self._lock:
                self._connections.discard(connection)
                if editor in self._editors:
                    self._editors.remove(editor)
            self._room.release()


def _remove_own(file: Path, port: int) -> None:
    with suppress(OSError, msgspec.MsgspecError):
        if msgspec.json.decode(file.read_bytes()).get("port") == port:
            file.unlink()


def _error(code: str, message: str) -> FoleyCueError:
    try:
        known = ErrorCode(code)
    except ValueError:
        known = ErrorCode.INTERNAL
    return FoleyCueError(known, message or "The editor could not do it: try again.")


_current: list[Bridge] = []
_opening = threading.Lock()


def open_bridge(places: Places) -> Bridge:
    """The bridge of this process. Only the panel opens it: whoever does writes the bridge file."""
    with _opening:
        if not _current:
            _current.append(Bridge(places))
        return _current[0]


def current_bridge() -> Bridge | None:
    """The bridge of this process, if it opened one."""
    with _opening:
        return _current[0] if _current else None


def close_bridge() -> None:
    """Close the bridge of this process, if it opened one."""
    with _opening:
        bridges, _current[:] = list(_current), []
    for bridge in bridges:
        bridge.close()
