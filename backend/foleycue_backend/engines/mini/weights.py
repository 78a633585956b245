# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the weights are, and what they know. Imports no torch, so the broker may ask."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from foleycue_backend.engines.mini.classes import CLASSES, FoleyClass
from foleycue_backend.engines.mini.text import OWN, StaticText
from foleycue_backend.models.store import installed

#: Those that ship with the package.
SHIPPED = Path(__file__).resolve().parent / "weights"


def default_weights() -> Path:
    """Folder of the weights in use: those of the user's own making in the models folder, or else the shipped ones."""
    return installed("mini") or SHIPPED


def stamp(folder: Path) -> int:
    """Changes when a weights folder is replaced by another in the same place."""
    index = folder / "model_index.json"
    return index.stat().st_mtime_ns if index.is_file() else 0


@lru_cache(maxsize=2)
def _text(folder: Path, stamp: int) -> StaticText:
    return StaticText.load(folder / "text")


def default_text() -> StaticText:
    """The text side of the weights in use, read once. Raises FileNotFoundError if they are not installed."""
    folder = default_weights()
    return _text(folder, stamp(folder))


def known_sounds() -> tuple[FoleyClass, ...]:
    """All that the weights in use know: the trained classes, then the user's own sounds."""
    own = default_text().own if (default_weights() / "text" / OWN).is_file() else ()
    return (*CLASSES, *own)
