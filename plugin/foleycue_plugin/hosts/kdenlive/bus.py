# SPDX-License-Identifier: GPL-3.0-or-later
"""The few D-Bus calls that Kdenlive is driven with, each with a timeout: an open dialog keeps it from answering."""

import os
import re
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from foleycue_shared.errors import ErrorCode, FoleyCueError

_SERVICE = re.compile(r"org\.kde\.kdenlive-[0-9]+")
_WINDOW = "/kdenlive/MainWindow_1"
_ACTIONS = "org.kde.KMainWindow"
_PROPERTIES = "org.freedesktop.DBus.Properties"
#: The bus itself answers at once; Kdenlive answers nothing while it reads a project.
_QUICK, _SLOW = 2.0, 20.0


class Kdenlive:
    """One running instance, by its name on the bus. As a context manager it holds a connection."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._connection: DBusConnection | None = None

    def __enter__(self) -> "Kdenlive":
        self._connection = _connect()
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def title(self, timeout: float = _SLOW) -> str:
        """The window's title: name of the project, and its profile."""
        return str(self._get(_WINDOW, "org.qtproject.Qt.QWidget", "windowTitle", timeout))

    def process(self) -> int:
        """The process id."""
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        return int(self._call(bus, "GetConnectionUnixProcessID", "s", (self.service,), _QUICK)[0])

    def enabled(self, action: str) -> bool:
        """Whether an action can be chosen in the menu now; for file_save: whether there is anything to save."""
        return bool(self._call(self._at(_WINDOW, _ACTIONS), "actionIsEnabled", "s", (action,), _SLOW)[0])

    def activate(self, action: str) -> None:
        """Choose an action. Raises BUSY when Kdenlive does not come back from it, and when it refuses."""
        answer = self._call(self._at(_WINDOW, _ACTIONS), "activateAction", "s", (action,), _SLOW)
        if answer and answer[0] is False:
            raise FoleyCueError(ErrorCode.BUSY, f"Kdenlive refused {action}: finish what is open in it, and try again.")

    def activate_always(self, action: str) -> None:
        """Choose an action, and make it available for that moment where it is not."""
        was = self.enabled(action)
        path = f"{_WINDOW}/actions/{action}"
        if not was:
            self._set(path, "org.qtproject.Qt.QAction", "enabled", True)
        try:
            self.activate(action)
        finally:
            if not was:
                self._set(path, "org.qtproject.Qt.QAction", "enabled", False)

    def _at(self, path: str, interface: str) -> DBusAddress:
        return DBusAddress(path, bus_name=self.service, interface=interface)

    def _get(self, path: str, interface: str, name: str, timeout: float) -> object:
        return self._call(self._at(path, _PROPERTIES), "Get", "ss", (interface, name), timeout)[0][1]

    def _set(self, path: str, interface: str, name: str, value: bool) -> None:
        self._call(self._at(path, _PROPERTIES), "Set", "ssv", (interface, name, ("b", value)), _SLOW)

    def _call(
        self, address: DBusAddress, method: str, signature: str, body: tuple[object, ...], timeout: float
    ) -> tuple[Any, ...]:
        assert self._connection is not None
        try:
            message = new_method_call(address, method, signature, body)
            reply = self._connection.send_and_get_reply(message, timeout=timeout)
        except TimeoutError as error:
            raise _busy(method) from error
        except OSError as error:
            raise _gone(str(error)) from error
        if reply.header.message_type is MessageType.error:
            name = str(reply.header.fields.get(4, ""))
            said = f"{method}: {name} {reply.body}"
            # The bus says the same of one that takes too long and of one that died over it, but for the words.
            raise _busy(said) if "NoReply" in name and "disconnected" not in said else _gone(said)
        return reply.body


def running() -> list[str]:
    """The services of all instances, oldest first; none where there is no session bus."""
    try:
        connection = _connect()
    except FoleyCueError:
        return []
    try:
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        reply = connection.send_and_get_reply(new_method_call(bus, "ListNames"), timeout=_QUICK)
        names = [name for name in reply.body[0] if _SERVICE.fullmatch(name)]
    except (OSError, TimeoutError):
        return []
    finally:
        connection.close()
    return sorted(names, key=lambda name: int(name.rpartition("-")[2]))


def _connect() -> DBusConnection:
    try:
        if "DBUS_SESSION_BUS_ADDRESS" in os.environ:
            return open_dbus_connection("SESSION")
        own = Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")) / "bus"
        return open_dbus_connection(f"unix:path={own}")
    except (OSError, ValueError, RuntimeError, TimeoutError) as error:
        raise _gone(f"no session bus: {error}") from error


def _busy(method: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.BUSY, "Kdenlive does not answer: close the dialog that is open in it, and try again.", method
    )


def _gone(detail: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BUSY, "Kdenlive has gone: start it again with the project, and try again.", detail)
