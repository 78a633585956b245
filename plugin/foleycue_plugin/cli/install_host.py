# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue install-host: puts FoleyCue's part into an editor, or takes it away; other files are never touched."""

import argparse

from foleycue_plugin.cli import answer
from foleycue_plugin.hosts.install import installer


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
