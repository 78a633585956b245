# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCue puts into editors: each has a module `install` that knows where its parts belong."""

import importlib
from pathlib import Path
from typing import Protocol, cast

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: The editors that something can be installed into: folders of this package.
EDITORS = ("kdenlive", "blender", "resolve")


class Installer(Protocol):
    """What an editor's install module offers. NEXT_STEP says what the user does next in the editor."""

    NEXT_STEP: str

    def install(self) -> list[Path]:
        """Put our part there; the files or folders that are there now. Raises BAD_INPUT or output errors."""
        ...

    def uninstall(self) -> list[Path]:
        """Take our part out; what is gone now, nothing where there was none."""
        ...

    def installed(self) -> list[Path]:
        """Our files or folders that lie there."""
        ...


def installer(editor: str) -> Installer:
    """The install module of an editor. Raises BAD_INPUT."""
    if editor not in EDITORS:
        known = ", ".join(EDITORS)
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"There is no editor {editor!r}: choose one of {known}.")
    return cast("Installer", importlib.import_module(f"foleycue_plugin.hosts.{editor}.install"))
