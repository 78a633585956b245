# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of cues that somebody drags onto the lane."""

from pathlib import Path

from PyQt6.QtCore import QMimeData

#: What plugin's cue_files reads; here so that a drag over the lane imports nothing heavy.
SHEET_SUFFIXES = (".json", ".otio", ".txt", ".tsv")


def dropped_sheet(data: QMimeData | None) -> Path | None:
    """The cue sheet that is dragged, by its name; None for several files and any other kind."""
    urls = data.urls() if data is not None else []
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.suffix.lower() in SHEET_SUFFIXES else None
