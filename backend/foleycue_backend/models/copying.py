# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy a converted model from folder to folder, and check that it arrived."""

import os
import shutil
from pathlib import Path

from foleycue_backend.models.events import Meter
from foleycue_backend.models.manifest import MANIFEST_NAME, Manifest, faults
from foleycue_shared.errors import ErrorCode, FoleyCueError


def copy_model(folder: Path, target: Path, manifest: Manifest, meter: Meter, link: bool = False) -> None:
    """Copy a model's files and manifest, as hard links where asked for and possible.

    Raises VERIFICATION when a file is missing.
    """
    for path, entry in manifest.files.items():
        meter.item = path
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / path).is_file():
            raise FoleyCueError(ErrorCode.VERIFICATION, f"{folder / path} is missing: pull or import the model again.")
        if not (link and _linked(folder / path, target / path)):
            shutil.copyfile(folder / path, target / path)
        meter.more(entry.size)
    shutil.copyfile(folder / MANIFEST_NAME, target / MANIFEST_NAME)


def check_copy(folder: Path, manifest: Manifest, meter: Meter) -> None:
    """Raises VERIFICATION naming the first file that is not as its manifest says."""
    for path, fault in faults(folder, manifest, meter.more):
        raise FoleyCueError(
            ErrorCode.VERIFICATION, f"The file {path} {fault}: pull or import the model again; nothing was changed."
        )


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True
