# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting the add-on where each installed Blender of this user looks for it, and taking it away again."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

from foleycue_plugin.hosts.blender.build import NAME, addon_files
from foleycue_plugin.outputs import Delivery, remove, temporary
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

#: From here on Blender has extensions.
_EXTENSIONS = (4, 2)
_OLDEST = (3, 4)
_VERSION = re.compile(r"(\d+)\.(\d+)")
#: Says that a folder is ours.
_MARK = 'id = "foleycue"'

NEXT_STEP = (
    "In Blender: Edit > Preferences > Add-ons, search for FoleyCue, and switch it on (restart a Blender that runs)."
)


def install() -> list[Path]:
    """Write the add-on for every Blender of this user that is new enough; the folders it now lies in.

    Raises BAD_INPUT when there is none, OUTPUT_EXISTS for a folder that is not ours, and output errors; older copies of
    ours are replaced, and nothing else is touched.
    """
    targets = [target for target in _targets() if target.parent.parent.parent.is_dir()]
    if not targets:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"No settings of Blender {_OLDEST[0]}.{_OLDEST[1]} or later were found below {_settings()}: start Blender "
            "once, then try again.",
        )
    for target in targets:
        if os.path.lexists(target) and not _ours(target):
            raise FoleyCueError(ErrorCode.OUTPUT_EXISTS, f"{target} is not FoleyCue's: move it away, then try again.")
    for target in targets:
        try:
            _write(target)
        except OSError as error:
            raise explain_os_error(error, target) from error
    return targets


def uninstall() -> list[Path]:
    """Take away what install() wrote, wherever it is; the folders that are gone."""
    gone = [target for target in _targets() if target.is_dir() and _ours(target)]
    for target in gone:
        try:
            shutil.rmtree(target)
        except OSError as error:
            raise explain_os_error(error, target) from error
    return gone


def installed() -> list[Path]:
    """The folders in which the add-on lies now."""
    return [target for target in _targets() if target.is_dir() and _ours(target)]


def _targets() -> list[Path]:
    """Where the add-on belongs, for each version that this user has settings of."""
    settings = _settings()
    found = [(entry, _VERSION.fullmatch(entry.name)) for entry in settings.iterdir()] if settings.is_dir() else []
    versions = sorted((int(name[1]), int(name[2]), entry) for entry, name in found if name)
    return [
        entry / ("extensions/user_default" if (major, minor) >= _EXTENSIONS else "scripts/addons") / NAME
        for major, minor, entry in versions
        if (major, minor) >= _OLDEST
    ]


def _settings() -> Path:
    if named := os.environ.get("BLENDER_USER_RESOURCES"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "")) / "Blender Foundation" / "Blender"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Blender"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "blender"


def _ours(folder: Path) -> bool:
    try:
        return _MARK in (folder / "blender_manifest.toml").read_text(encoding="utf-8")
    except OSError:
        return False


def _write(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # The add-on finds the panel of this very installation, and the files of this user's FoleyCue.
    where = {"panel": [sys.executable, "-m", "foleycue_ui"], "data": str(places.home().data)}
    part = temporary(target)
    try:
        part.mkdir()
        for name, content in {**addon_files(), "installed.json": json.dumps(where).encode()}.items():
            (part / name).write_bytes(content)
        with Delivery(force=True) as delivery:
            delivery.move(part, target)
    finally:
        remove(part)
