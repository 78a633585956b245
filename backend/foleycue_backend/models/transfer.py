# SPDX-License-Identifier: GPL-3.0-or-later
"""Get one file from a hub: resumed where it broke off, checked against the hub's checksum, then given its name."""

import hashlib
import io
import logging
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import constants, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers, disable_progress_bars

from foleycue_backend.models.hub import RemoteFile, said
from foleycue_backend.models.manifest import Origin, file_sha256
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

#: Told how many bytes of the file are there now.
OnPosition = Callable[[int], None]
#: Bytes that are written, and counted, at once; what a broken transfer may lose.
CHUNK = 1 << 20
_BLOCK = 4 << 20


def local_path(downloads: Path, file: RemoteFile) -> Path:
    """Where a remote file lies once it is whole."""
    return downloads / file.repository.replace("/", "--") / file.path


def part_path(downloads: Path, file: RemoteFile) -> Path:
    """Where it grows. The name holds the content's mark, so that another version never continues this one."""
    whole = local_path(downloads, file)
    mark = (file.sha256 or file.blob_id or file.revision)[:16]
    return whole.with_name(f"{whole.name}.{mark}.part")


def bytes_here(downloads: Path, file: RemoteFile) -> int:
    """Bytes of the file that need no transfer any more."""
    for path in (local_path(downloads, file), part_path(downloads, file)):
        if path.is_file() and path.stat().st_size <= file.size:
            return path.stat().st_size
    return 0


def fetch(endpoint: str, file: RemoteFile, downloads: Path, on_position: OnPosition) -> Origin:
    """Bring one file here, whole and checked; a part from before is continued.

    Raises VERIFICATION when the content is not what the hub announced (the part is then dropped), DISK_FULL or
    OUTPUT_UNWRITABLE, BACKEND_UNREACHABLE when the hub is gone (the part stays).
    """
    whole, part = local_path(downloads, file), part_path(downloads, file)
    if not (whole.is_file() and whole.stat().st_size == file.size):
        try:
            whole.parent.mkdir(parents=True, exist_ok=True)
            if part.is_file() and part.stat().st_size > file.size:
                part.unlink()
            _transfer(endpoint, file, part, on_position)
        except OSError as error:
            raise explain_os_error(error, part) from error
        _check(file, part)
        part.replace(whole)
    on_position(file.size)
    return Origin(
        path=file.path,
        size=file.size,
        sha256=file.sha256 or file_sha256(whole),
        repository=file.repository,
        revision=file.revision,
    )


class _Growing(io.BufferedWriter):
    """A file that tells how far it has grown."""

    def __init__(self, path: Path, on_position: OnPosition) -> None:
        super().__init__(io.FileIO(path, "ab"), buffer_size=1 << 20)
        self._on_position = on_position

    def write(self, buffer: "bytes | bytearray | memoryview", /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Append, and tell."""
        written = super().write(buffer)
        self._on_position(self.tell())
        return written


def _transfer(endpoint: str, file: RemoteFile, part: Path, on_position: OnPosition) -> None:
    _tame_client()
    url = hf_hub_url(file.repository, file.path, revision=file.revision, endpoint=endpoint)
    with said(endpoint, f"{file.repository}/{file.path}"), _Growing(part, on_position) as target:
        start = target.seek(0, io.SEEK_END)
        on_position(start)
        if start < file.size:
            # The headers hold the user's own access token, if there is one.
            http_get(url, target, resume_size=start, headers=build_hf_headers())


def _tame_client() -> None:
    """Have huggingface_hub leave words and bars to us, and hand on what it gets in smaller pieces than its 10 MB."""
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK


def _check(file: RemoteFile, part: Path) -> None:
    size = part.stat().st_size
    if size < file.size:
        raise FoleyCueError(
            ErrorCode.BACKEND_UNREACHABLE,
            f"{file.repository}/{file.path} ended after {size} of {file.size} bytes: pull again, what came stays.",
        )
    wrong = f"has {size} bytes instead of {file.size}" if size != file.size else ""
    if not wrong and file.sha256 and file_sha256(part) != file.sha256:
        wrong = "does not have the SHA-256 that the hub announced"
    if not wrong and file.blob_id and not file.sha256 and _blob_id(part) != file.blob_id:
        wrong = "does not have the checksum that the hub announced"
    if wrong:
        part.unlink()
        raise FoleyCueError(
            ErrorCode.VERIFICATION, f"{file.repository}/{file.path} {wrong}: it was thrown away, pull it once more."
        )


def _blob_id(path: Path) -> str:
    """Git's name of a file's content, by which a hub knows its small files."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
