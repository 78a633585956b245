# SPDX-License-Identifier: GPL-3.0-or-later
"""Where FoleyCue keeps its files, the same for panel, command line and backend."""

import hashlib
import os
import stat
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

HOME_VARIABLE = "FOLEYCUE_HOME"

#: Longest socket path that every POSIX system takes: sun_path holds 104 bytes on macOS, 108 on Linux, with the zero.
MAX_SOCKET_PATH = 103


@dataclass(frozen=True)
class Places:
    """The directories of one installation of one user. All exist once home() gave them out.

    Locks and the connection file lie in data, not in runtime: runtime may differ between a desktop session and a
    bare shell of the same user, and there must be one backend all the same.
    """

    runtime: Path  # 0700, holds the socket only
    data: Path
    cache: Path
    outbox: Path  # finished takes that nobody fetched yet
    spool: Path
    config: Path  # the user's settings
    root: Path | None = None  # the directory that was asked for, None for the user's usual ones

    @property
    def socket(self) -> Path:
        """The broker's ipc socket."""
        return self.runtime / "broker.sock"

    @property
    def connection_file(self) -> Path:
        """Says how the running broker is reached."""
        return self.data / "backend.json"

    @property
    def broker_lock(self) -> Path:
        """Held by the broker as long as it lives."""
        return self.data / "backend.lock"

    @property
    def start_lock(self) -> Path:
        """Held while somebody looks for the backend or starts it."""
        return self.data / "start.lock"

    @property
    def keys(self) -> Path:
        """Keys for TCP endpoints, 0700."""
        return self.data / "keys"

    @property
    def logs(self) -> Path:
        """Logs of broker and worker."""
        return self.data / "logs"


def home(root: Path | None = None) -> Places:
    """The places below root, else below the variable FOLEYCUE_HOME, else the user's own; made if missing.

    Raises OUTPUT_UNWRITABLE when a directory cannot be made, or is not safely ours.
    """
    root = _asked_root(root)
    if root is not None:
        data, cache, config, runtime = root / "data", root / "cache", root / "config", root / "run"
    else:
        dirs = platformdirs.PlatformDirs("foleycue", appauthor=False)
        data, cache, config = Path(dirs.user_data_dir), Path(dirs.user_cache_dir), Path(dirs.user_config_dir)
        runtime = _users_runtime(dirs)
    places = Places(
        runtime=_runtime_directory(runtime, data),
        data=data,
        cache=cache,
        outbox=(root or data) / "outbox",
        spool=(root or data) / "spool",
        config=config,
        root=root,
    )
    for directory in (data, cache, config, places.outbox, places.spool, places.logs):
        _make(directory)
    for directory in (places.runtime, places.keys):
        make_private_directory(directory)
    return places


def data_folder(root: Path | None = None) -> Path:
    """Where home() would have `data`, without making anything: for those who only look."""
    root = _asked_root(root)
    if root is not None:
        return root / "data"
    return Path(platformdirs.PlatformDirs("foleycue", appauthor=False).user_data_dir)


def _asked_root(root: Path | None) -> Path | None:
    if root is None and os.environ.get(HOME_VARIABLE):
        root = Path(os.environ[HOME_VARIABLE])
    return None if root is None else root.expanduser().absolute()


def make_private_directory(path: Path) -> None:
    """Make a directory that only its owner may enter, or check that the one there is so.

    Raises OUTPUT_UNWRITABLE when it belongs to somebody else or is a link.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform == "win32":
            return
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise FoleyCueError(
                ErrorCode.OUTPUT_UNWRITABLE,
                f"{path} is not a directory of your own: remove it, or set {HOME_VARIABLE} to another place.",
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise explain_os_error(error, path) from error


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os_error(error, path) from error


def _users_runtime(dirs: platformdirs.PlatformDirs) -> Path | None:
    """The session's runtime directory; None where platformdirs knows only a place in the temporary directory, whose
    parents could belong to somebody else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that XDG_RUNTIME_DIR is not private; we then do without it
        path = Path(dirs.user_runtime_dir)
    return None if path.is_relative_to(tempfile.gettempdir()) and sys.platform != "win32" else path


def _runtime_directory(wanted: Path | None, data: Path) -> Path:
    """A directory of its own for each data directory, with room for the socket's name in a socket address.

    Falls back to a directory right in the temporary one, whose sticky bit keeps it ours once it is.
    """
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    if wanted is not None and len(os.fsencode(wanted / mark / "broker.sock")) <= MAX_SOCKET_PATH:
        return wanted / mark
    user = os.getuid() if sys.platform != "win32" else 0
    return Path(tempfile.gettempdir()) / f"foleycue-{user}-{mark}"
