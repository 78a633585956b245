# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue install-host: puts FoleyCue's part into an editor, or takes it away; other files are never touched."""

import argparse
import importlib
from pathlib import Path
from typing import Protocol, cast

from foleycue_plugin.cli import answer

#: What can be installed: for each editor a module with the functions of Installer.
INSTALLERS = ("kdenlive", "blender", "resolve")


class Installer(Protocol):
    """What an editor's install module offers."""

    NEXT_STEP: str

    def install(self) -> list[Path]:
        """Put our files there; where they lie now."""
        ...

    def uninstall(self) -> list[Path]:
        """Take our files away; which are gone."""
        ...

    def installed(self) -> list[Path]:
        """Our files that lie there."""
        ...


def installer(editor: str) -> Installer:
    """The install module of an editor."""
    return cast("Installer", importlib.import_module(f"foleycue_plugin.hosts.{editor}.install"))


def run(options: argparse.Namespace) -> int:
    """Install, or uninstall, and say what was done."""
    module = installer(options.editor)
    if options.uninstall:
        gone = module.uninstall()
        for path in gone:
            answer.say(f"removed {path}")
        if not gone:
            answer.say("nothing of FoleyCue's was there")
        return 0
    for path in module.install():
        answer.say(f"wrote {path}")
    answer.say(module.NEXT_STEP)
    return 0
