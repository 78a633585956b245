# SPDX-License-Identifier: GPL-3.0-or-later
"""How panel and backend find each other: the connection file, the instance lock, the build's name."""

import hashlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import msgspec

from foleycue_shared.errors import explain_os_error
from foleycue_shared.places import Places
from foleycue_shared.version import PRODUCT_VERSION

#: The packages whose code decides what a backend does.
BUILD_PACKAGES = ("foleycue_shared", "foleycue_backend")


class ConnectionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to reach the broker. started is seconds since 1970; server_key is set on TCP only."""

    pid: int
    endpoint: str
    build: str
    major: int
    minor: int
    started: float
    server_key: str | None = None


def write_private(path: Path, content: bytes) -> None:
    """Replace a file by one that only its owner may read (0600), never half-written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise explain_os_error(error, path) from error


def write_connection(path: Path, info: ConnectionInfo) -> None:
    """Publish how the broker is reached; done after the socket is bound."""
    write_private(path, msgspec.json.encode(info))


def read_connection(path: Path) -> ConnectionInfo | None:
    """What the file says, None when there is none or it makes no sense."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ConnectionInfo)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def remove_connection(path: Path, pid: int) -> None:
    """Take the file away if it is still that of process pid."""
    info = read_connection(path)
    if info is not None and info.pid == pid:
        path.unlink(missing_ok=True)


def live_connection(places: Places) -> ConnectionInfo | None:
    """The running broker's connection, None when it is not (or not yet) there.

    A file left behind by a killed broker is stale: the system gave its lock back at the same moment. A process id
    alone would prove nothing, since the system uses it again.
    """
    if not InstanceLock.is_held(places.broker_lock):
        return None
    return read_connection(places.connection_file)


class InstanceLock:
    """An exclusive lock between processes that ends with its holder, however that ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, timeout: float = 0.0) -> bool:
        """Try for up to timeout seconds; returns whether the lock is ours. Raises OUTPUT_UNWRITABLE."""
        deadline = time.monotonic() + timeout
        while True:
            descriptor = _open_lock(self._path)
            if _lock(descriptor, exclusive=True):
                self._descriptor = descriptor
                return True
            os.close(descriptor)
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would race with the next holder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "InstanceLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    @staticmethod
    def is_held(path: Path) -> bool:
        """Whether some process (this one included) holds the lock.

        Looks with a shared lock where there is one, so that several who look do not see each other.
        """
        if not path.exists():
            return False
        descriptor = _open_lock(path)
        try:
            return not _lock(descriptor, exclusive=False)
        finally:
            os.close(descriptor)


def build_id() -> str:
    """Names the installed code: version and a digest over place, size and time of each source file.

    Panel and backend of one installation give the same name; after an update a running backend of the older code
    is told apart. Nothing is imported for it.
    """
    digest = hashlib.sha256(os.fsencode(sys.prefix))
    for package in BUILD_PACKAGES:
        for path in _sources(package):
            found = path.stat()
            digest.update(os.fsencode(path) + f"|{found.st_size}|{found.st_mtime_ns}".encode())
    return f"{PRODUCT_VERSION}+{digest.hexdigest()[:12]}"


def _sources(package: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return
    for location in spec.submodule_search_locations:
        yield from sorted(Path(location).resolve().rglob("*.py"))


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise explain_os_error(error, path) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, exclusive: bool) -> bool:
        """Lock the first byte; Windows knows no shared kind here. Freed when the descriptor closes."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int, exclusive: bool) -> bool:
        """Lock the open file description; freed when the last descriptor of it closes."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
