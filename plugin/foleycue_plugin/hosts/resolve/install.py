# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting the menu script where Resolve looks for scripts, and taking it away again."""

import json
import os
import shutil
import sys
from pathlib import Path

from foleycue_plugin.bridge import line
from foleycue_plugin.outputs import Delivery, remove, temporary
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

NEXT_STEP = "In DaVinci Resolve: Workspace > Scripts > FoleyCue."
#: Resolve's own folder that shows it is there, and below it where menu scripts belong.
_UTILITY = Path("Fusion", "Scripts", "Utility")
_MENU = "FoleyCue.py"
_MARK = "# FoleyCue's menu entry, made by foleycue install-host resolve."
_SCRIPT = Path(__file__).with_name("script") / "foleycue_resolve.py"


def install() -> list[Path]:
    """Write the menu entry, and the script itself among FoleyCue's own files. Raises BAD_INPUT or output errors."""
    folder = next((folder for folder in _script_folders() if folder.is_dir()), None)
    if folder is None:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"No DaVinci Resolve was found (looked for {_script_folders()[0]}): start Resolve once, then try again.",
        )
    menu, own = folder / "Utility" / _MENU, _own_folder()
    if menu.exists() and not _ours(menu):
        raise FoleyCueError(ErrorCode.OUTPUT_EXISTS, f"{menu} is not FoleyCue's: move it away, then try again.")
    try:
        _write_script(own)
        menu.parent.mkdir(exist_ok=True)
        part = temporary(menu)
        part.write_text(_menu_entry(own), encoding="utf-8")
        with Delivery(force=True) as delivery:
            delivery.move(part, menu)
    except OSError as error:
        raise explain_os_error(error, menu) from error
    return [menu, own]


def uninstall() -> list[Path]:
    """Take away what install() wrote; what is gone now."""
    gone = [folder / "Utility" / _MENU for folder in _script_folders()]
    gone = [menu for menu in gone if _ours(menu)]
    try:
        for menu in gone:
            menu.unlink()
        if (own := _own_folder()).is_dir():
            shutil.rmtree(own)
            gone.append(own)
    except OSError as error:
        raise explain_os_error(error, _own_folder()) from error
    return gone


def installed() -> list[Path]:
    """The menu entries of ours that are there now."""
    return [menu for folder in _script_folders() if _ours(menu := folder / "Utility" / _MENU)]


def _script_folders() -> list[Path]:
    """Resolve's Fusion/Scripts folders, the user's own first; documents disagree on "Support" in Windows' path."""
    if sys.platform == "win32":
        user = Path(os.environ.get("APPDATA", "")) / "Blackmagic Design" / "DaVinci Resolve"
        every = Path(os.environ.get("PROGRAMDATA", "")) / "Blackmagic Design" / "DaVinci Resolve"
        roots = [user / "Support", user, every]
    elif sys.platform == "darwin":
        below = Path("Library", "Application Support", "Blackmagic Design", "DaVinci Resolve")
        roots = [Path.home() / below, Path("/") / below]
    else:
        share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        roots = [share / "DaVinciResolve", Path("/opt/resolve")]
    return [root / _UTILITY.parent for root in roots]


def _own_folder() -> Path:
    return places.home().data / "resolve"


def _ours(menu: Path) -> bool:
    try:
        return menu.read_text(encoding="utf-8").startswith(_MARK)
    except (OSError, UnicodeDecodeError):
        return False


def _write_script(own: Path) -> None:
    where = {"panel": [sys.executable, "-m", "foleycue_ui"], "data": str(places.home().data)}
    part = temporary(own)
    try:
        part.mkdir()
        shutil.copyfile(_SCRIPT, part / _SCRIPT.name)
        shutil.copyfile(line.__file__, part / "foleycue_line.py")
        (part / "installed.json").write_text(json.dumps(where), encoding="utf-8")
        with Delivery(force=True) as delivery:
            delivery.move(part, own)
    finally:
        remove(part)


def _menu_entry(own: Path) -> str:
    """A few lines, since Resolve gives a menu script no path of its own; `resolve` is Resolve's global."""
    lines = [_MARK, "import sys", f"sys.path.insert(0, {str(own)!r})", "import foleycue_resolve"]
    return "\n".join([*lines, "foleycue_resolve.run(globals().get('resolve'))", ""])
