# SPDX-License-Identifier: GPL-3.0-or-later
"""Where models lie, which are installed, and how one takes its place whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from foleycue_backend.models.manifest import Manifest, OnBytes, Origin, read_manifest, require_manifest, write_manifest
from foleycue_shared.endpoint import InstanceLock
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.places import data_folder

DOWNLOADS = ".downloads"
_SETTINGS_NAME = "models.json"
_LOCK_NAME = ".models.lock"


class _Settings(msgspec.Struct):
    """What the user decided about models; folder None is the default place."""

    folder: str | None = None


def installed(name: str) -> Path | None:
    """Folder of an installed model, None when it is not there whole. Reads the disk afresh, and loads nothing."""
    return Store().installed(name)


class Store:
    """The models folder of one installation of one user: one folder a model, named like it.

    What is unfinished there begins with a dot. Nothing is made on disk by looking.
    """

    def __init__(self, root: Path | None = None) -> None:
        """root: the home that was asked for, as in places.home()."""
        self._data = data_folder(root)

    @property
    def folder(self) -> Path:
        """Where models lie now."""
        try:
            settings = msgspec.json.decode((self._data / _SETTINGS_NAME).read_bytes(), type=_Settings)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            settings = _Settings()
        return Path(settings.folder) if settings.folder else self._data / "models"

    def use(self, folder: Path) -> None:
        """Keep the models in another folder from now on. Raises OUTPUT_UNWRITABLE or DISK_FULL."""
        target = self._data / _SETTINGS_NAME
        part = target.with_name(f"{_SETTINGS_NAME}.part")
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode(_Settings(str(folder))))
            part.replace(target)
        except OSError as error:
            raise explain_os_error(error, target) from error

    def path(self, name: str) -> Path:
        """Where a model of that name lies or would lie."""
        return self.folder / name

    def downloads(self, name: str) -> Path:
        """Where the published files of a model wait, whole or in part, until they are converted."""
        return self.folder / DOWNLOADS / name

    def installed(self, name: str) -> Path | None:
        """Folder of a model whose files are all there with the right size."""
        folder = self.path(name)
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        return folder if all(_has_size(folder / path, entry.size) for path, entry in manifest.files.items()) else None

    def manifest(self, name: str) -> Manifest | None:
        """What is recorded of an installed model."""
        return read_manifest(self.path(name))

    def models(self) -> list[str]:
        """Names of all model folders with a manifest."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.name[0] != "." and read_manifest(path))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the models folder for a change; leftovers of a change that broke off are tidied first.

        Raises BUSY when another process changes models, OUTPUT_UNWRITABLE when the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, self.folder) from error
        with InstanceLock(self.folder / _LOCK_NAME) as lock:
            if not lock.acquire():
                raise FoleyCueError(
                    ErrorCode.BUSY, "Another FoleyCue command is changing the models: wait until it has ended."
                )
            _tidy(self.folder)
            yield

    @contextmanager
    def placing(self, name: str) -> Iterator[Path]:
        """An empty folder to fill with a model; it takes the model's place at the end of the block, with what
        seal() recorded, or goes away when the block fails. Only within changing()."""
        part = self.folder / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        try:
            part.mkdir()
            yield part
            require_manifest(part, name)
            _swap(part, self.path(name))
        except OSError as error:
            raise explain_os_error(error, error.filename or part) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def seal(self, part: Path, name: str, origins: list[Origin], on_bytes: OnBytes | None = None) -> Manifest:
        """Record what a filled folder holds."""
        return write_manifest(part, name, origins, on_bytes)

    def remove(self, name: str) -> int:
        """Remove a model and what was downloaded of it; returns the bytes freed. Only within changing()."""
        folder, downloads = self.path(name), self.downloads(name)
        if not folder.is_dir() and not downloads.is_dir():
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"The model {name} is not installed: there is nothing to remove.")
        freed = folder_size(folder) + folder_size(downloads)
        try:
            if folder.is_dir():
                # Renamed first, so that nobody takes a half-removed folder for a model.
                doomed = folder.rename(self.folder / f".{name}.part")
                shutil.rmtree(doomed)
            shutil.rmtree(downloads, ignore_errors=True)
        except OSError as error:
            raise explain_os_error(error, error.filename or folder) from error
        return freed


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder; 0 when there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def free_bytes(folder: Path) -> int:
    """Bytes left on the disk where a folder is or would be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require_room(folder: Path, wanted: int) -> None:
    """Raises DISK_FULL when the folder's disk has less than `wanted` bytes left."""
    free = free_bytes(folder)
    if free < wanted:
        raise FoleyCueError(
            ErrorCode.DISK_FULL,
            f"{wanted / 1e9:.1f} GB are needed in {folder}, {free / 1e9:.1f} GB are free: make room, or move the "
            "models to another disk with “foleycue models move”.",
        )


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _swap(part: Path, place: Path) -> None:
    """Put part in place of what is there. Broken off between the renames, _tidy() brings the old one back."""
    old = place.with_name(f".{place.name}.old")
    if place.exists():
        place.rename(old)
    part.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _tidy(folder: Path) -> None:
    for old in folder.glob(".*.old"):
        place = folder / old.name[1 : -len(".old")]
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            with suppress(OSError):
                old.rename(place)
    for part in folder.glob(".*.part"):
        shutil.rmtree(part, ignore_errors=True)
