# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCue puts into editors, by the editor's name: one module each, with install(), uninstall() and NEXT_STEP."""

import importlib
from pathlib import Path
from types import ModuleType

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Editor to the module that knows where its parts belong.
_MODULES: dict[str, str] = {
    "blender": "foleycue_plugin.hosts.blender.install",
    "resolve": "foleycue_plugin.hosts.resolve.install",
}


def names() -> list[str]:
    """The editors that something can be installed into."""
    return sorted(_MODULES)


def install(editor: str) -> list[Path]:
    """Put our part into an editor; the files or folders that are there now. Raises BAD_INPUT or output errors."""
    return _module(editor).install()


def uninstall(editor: str) -> list[Path]:
    """Take our part out of an editor; what is gone now, nothing where there was none."""
    return _module(editor).uninstall()


def next_step(editor: str) -> str:
    """What the user does next in the editor."""
    return _module(editor).NEXT_STEP


def _module(editor: str) -> ModuleType:
    if editor not in _MODULES:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"There is no editor {editor!r}: choose one of {', '.join(names())}.")
    return importlib.import_module(_MODULES[editor])
