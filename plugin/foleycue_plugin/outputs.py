# SPDX-License-Identifier: GPL-3.0-or-later
"""Where results go: every reason why they could not is found before any work, and they arrive all or not at all."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

_MARGIN = 2 << 20


def numbered(path: Path, count: int) -> list[Path]:
    """One path a take: the first as given, the others with "-2", "-3" … before the extension."""
    return [path, *(path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, count + 1))]


def check_output(path: Path, force: bool) -> None:
    """Raise OUTPUT_EXISTS or OUTPUT_UNWRITABLE when a file could not be written (or replaced) here."""
    exists = parent_ok = False
    try:
        parent_ok = path.parent.is_dir()
        path.lstat()
        exists = True
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = OSError(errno.EINVAL, str(error)) if isinstance(error, ValueError) else error
        raise explain_os_error(reason, path) from error
    bundle = path.suffix.lower() == ".otiod"
    if path.exists() and not (path.is_dir() if bundle else path.is_file()):
        raise _unwritable(f"{path} is not a file that can be replaced: choose another name.")
    if not parent_ok:
        raise _unwritable(f"The folder {path.parent} does not exist: make it first, or choose another place.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(f"The folder {path.parent} is not writable: choose another place.")
    if exists and not force:
        raise FoleyCueError(
            ErrorCode.OUTPUT_EXISTS, f"{path} exists: choose another name, or allow replacing it with --force."
        )


def check_apart(outputs: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Raise BAD_INPUT when two outputs are one file, or when an output is a file that the timeline needs.

    Links and detours through other folders are seen through.
    """
    for number, path in enumerate(outputs):
        if any(_same(path, other) for other in outputs[:number]):
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} is named for two results: give each its own name.")
    for source in inputs:
        for path in outputs:
            if _same(path, source):
                raise FoleyCueError(
                    ErrorCode.BAD_INPUT, f"{path} is a source of this job, which is never written: choose another name."
                )


def check_space(needs: Iterable[tuple[Path, int]]) -> None:
    """Raise DISK_FULL when the disks below some folders lack the bytes that will be written there."""
    wanted: dict[int, tuple[Path, int]] = {}
    for folder, size in needs:
        try:
            disk = folder.stat().st_dev
        except OSError as error:
            raise explain_os_error(error, folder) from error
        wanted[disk] = (folder, wanted.get(disk, (folder, _MARGIN))[1] + size)
    for folder, size in wanted.values():
        if shutil.disk_usage(folder).free < size:
            raise FoleyCueError(
                ErrorCode.DISK_FULL,
                f"{folder} has no room for the {size / 1e6:.0f} MB that this needs: free some space.",
            )


class Delivery:
    """Files that appear together: as a context manager, it takes all of them back when its body fails."""

    def __init__(self, force: bool) -> None:
        self._force = force
        self._arrived: list[Path] = []
        self._replaced: list[tuple[Path, Path]] = []

    def copy(self, source: Path, target: Path) -> None:
        """Put a copy of a file at target, whole or not at all."""
        part = temporary(target)
        try:
            shutil.copyfile(source, part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            self.move(part, target)
        except OSError as error:
            raise explain_os_error(error, target) from error
        finally:
            remove(part)

    def move(self, part: Path, target: Path) -> None:
        """Rename a finished file or folder of the same folder to target; an old one is kept until the end."""
        if os.path.lexists(target):
            if not self._force:
                raise FoleyCueError(ErrorCode.OUTPUT_EXISTS, f"{target} appeared meanwhile: choose another name.")
            backup = temporary(target)
            target.rename(backup)
            self._replaced.append((backup, target))
        part.rename(target)
        self._arrived.append(target)

    def __enter__(self) -> "Delivery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for path in reversed(self._arrived):
                remove(path)
        for backup, target in reversed(self._replaced):
            if kind is not None and not os.path.lexists(target):
                backup.rename(target)
            else:
                remove(backup)


def temporary(target: Path) -> Path:
    """A free name in target's folder with its extension, short enough for any name that target may have."""
    return target.with_name(f".foleycue-{secrets.token_hex(6)}{target.suffix}")


def remove(path: Path) -> None:
    """Remove a file or folder of ours, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return path.resolve() == other.resolve()


def _unwritable(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.OUTPUT_UNWRITABLE, sentence)
