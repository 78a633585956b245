# SPDX-License-Identifier: GPL-3.0-or-later
"""What pictures and guide said, kept on disk by content, so that regenerating runs only what changed."""

import hashlib
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange, rate_text

Arrays = Mapping[str, NDArray[np.generic]]

#: Part of each key: raise it when a measure changes.
_VERSION = 1
_LARGEST = 256 << 20

_log = logging.getLogger(__name__)


def content_key(kind: str, pieces: Sequence[Piece], span: FrameRange, regions: Sequence[RegionKey] = ()) -> str:
    """A name for what these pieces show in these regions, whatever they are called and wherever the range lies.

    A media file counts as changed when its path, size or modification time did.
    """
    files: dict[str, tuple[int, int]] = {}
    for piece in pieces:
        if piece.media is not None and piece.media not in files:
            status = Path(piece.media).stat()
            files[piece.media] = (status.st_size, status.st_mtime_ns)
    rows = [(p.start, p.frames, p.media, str(p.media_start), str(p.speed)) for p in pieces]
    whole = (_VERSION, kind, rate_text(span.rate), span.frames, rows, sorted(files.items()), tuple(regions))
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


class AnalysisCache:
    """Named sets of arrays in one folder; the least recently used go when it grows too large.

    A cache that cannot be written or read costs time, never a job.
    """

    def __init__(self, folder: Path, largest: int = _LARGEST) -> None:
        self._folder = folder
        self._largest = largest

    def get(self, key: str) -> dict[str, NDArray[np.generic]] | None:
        """What was put under a key, or None."""
        path = self._path(key)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            _log.warning("cached analysis %s is unreadable and is made again: %s", path.name, error)
            with suppress(OSError):
                path.unlink()
            return None
        return arrays

    def put(self, key: str, arrays: Arrays) -> None:
        """Keep arrays under a key."""
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            part.replace(path)
            self._shrink()
        except OSError as error:
            _log.warning("the analysis was not cached: %s", error)
            with suppress(OSError):
                part.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npz"

    def _shrink(self) -> None:
        entries = sorted(
            ((s.st_mtime_ns, s.st_size, p) for p in self._folder.iterdir() if (s := p.stat())), reverse=True
        )
        total = 0
        for _, size, path in entries:
            total += size
            if total > self._largest:
                path.unlink(missing_ok=True)
