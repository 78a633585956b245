# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installed model consists of: every file with size and SHA-256, kept inside its folder."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from foleycue_shared.errors import ErrorCode, FoleyCueError

MANIFEST_NAME = "foleycue-model.json"
_BLOCK = 4 << 20

#: Told the bytes just read or written.
OnBytes = Callable[[int], None]


class Entry(msgspec.Struct, frozen=True):
    """One file: bytes and SHA-256 in hex."""

    size: int
    sha256: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A published file that the model was made from; repository and revision are empty for an imported folder."""

    path: str
    size: int
    sha256: str
    repository: str = ""
    revision: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The model's name, its files by path below its folder (with /), and what it was made from."""

    model: str
    files: dict[str, Entry]
    origins: list[Origin] = []
    format: int = 1

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a model folder, None when there is none that makes sense."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return manifest if all(is_inside(path) for path in manifest.files) else None


def write_manifest(folder: Path, name: str, origins: list[Origin], on_bytes: OnBytes | None = None) -> Manifest:
    """Hash everything in a folder and write its manifest."""
    files = {
        path.relative_to(folder).as_posix(): Entry(path.stat().st_size, file_sha256(path, on_bytes))
        for path in model_files(folder)
    }
    manifest = Manifest(model=name, files=files, origins=origins)
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def model_files(folder: Path) -> list[Path]:
    """All files of a model folder, sorted, but its manifest and what desktops hide in folders."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return sorted(path for path in files if path != folder / MANIFEST_NAME)


def file_sha256(path: Path, on_bytes: OnBytes | None = None) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if on_bytes is not None:
                on_bytes(len(block))
    return digest.hexdigest()


def faults(folder: Path, manifest: Manifest, on_bytes: OnBytes | None = None) -> Iterator[tuple[str, str]]:
    """Every (path, what is wrong with it) of a model folder: missing, another size, other content, not its own."""
    for path, entry in manifest.files.items():
        file = folder / path
        if not file.is_file():
            yield path, "is missing"
        elif (size := file.stat().st_size) != entry.size:
            yield path, f"has {size} bytes instead of {entry.size}"
        elif file_sha256(file, on_bytes) != entry.sha256:
            yield path, "has another content than when it was installed"
    for file in model_files(folder):
        if file.relative_to(folder).as_posix() not in manifest.files:
            yield file.relative_to(folder).as_posix(), "does not belong to the model"


def require_manifest(folder: Path, name: str) -> Manifest:
    """The manifest of an installed model. Raises BAD_INPUT when it is not installed."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"The model {name} is not installed: pull or import it first.")
    return manifest


def is_inside(path: str) -> bool:
    """Whether a relative path with / stays below its folder on every system."""
    return (
        path != "" and not path.startswith("/") and ".." not in path.split("/") and "\\" not in path and ":" not in path
    )
