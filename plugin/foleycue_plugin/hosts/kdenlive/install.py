# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop entry that starts the panel, so that it stands in the menu beside Kdenlive and opens its projects."""

import os
import shlex
import sys
from pathlib import Path

from foleycue_plugin.outputs import remove, temporary
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

_NAME = "foleycue.desktop"
#: Says that an entry is ours.
_MARK = "X-FoleyCue=panel"

NEXT_STEP = (
    "Start FoleyCue from the menu (or foleycue panel) while Kdenlive runs with a saved project: the panel offers it."
)


def install() -> list[Path]:
    """Write the desktop entry of this user. Raises BAD_INPUT off Linux, OUTPUT_EXISTS, and output errors."""
    if sys.platform != "linux":
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "A running Kdenlive can be worked in on Linux only: open its project file instead."
        )
    target = _target()
    if os.path.lexists(target) and not _ours(target):
        raise FoleyCueError(ErrorCode.OUTPUT_EXISTS, f"{target} is not FoleyCue's: move it away, then try again.")
    part = temporary(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(_entry(), encoding="utf-8")
        part.replace(target)
    except OSError as error:
        raise explain_os_error(error, target) from error
    finally:
        remove(part)
    return [target]


def uninstall() -> list[Path]:
    """Take away what install() wrote; the files that are gone."""
    gone = installed()
    for target in gone:
        try:
            target.unlink()
        except OSError as error:
            raise explain_os_error(error, target) from error
    return gone


def installed() -> list[Path]:
    """Our desktop entry, where it lies."""
    return [_target()] if _ours(_target()) else []


def _target() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "applications" / _NAME


def _ours(path: Path) -> bool:
    try:
        return _MARK in path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False


def _entry() -> str:
    command = " ".join(_quoted(part) for part in (sys.executable, "-m", "foleycue_ui"))
    return (
        "[Desktop Entry]\nType=Application\nName=FoleyCue\nGenericName=Foley for a timeline\n"
        "Comment=Sound for the range that is marked in Kdenlive\n"
        f"Exec={command} %f\nTryExec={sys.executable}\nTerminal=false\n"
        "Categories=AudioVideo;Audio;Video;\nStartupWMClass=foleycue\n"
        f"Keywords=foley;sound;kdenlive;\n{_MARK}\n"
    )


def _quoted(text: str) -> str:
    """An argument as the Desktop Entry Specification writes it; "%" would be a field code."""
    escaped = "".join(f"\\{character}" if character in '"`$\\' else character for character in text)
    return f'"{escaped}"'.replace("%", "%%") if shlex.quote(text) != text else text.replace("%", "%%")
