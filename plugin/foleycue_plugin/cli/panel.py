# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue panel: the window, in a process of its own."""

import argparse
import importlib.util
import subprocess
import sys

from foleycue_shared.errors import ErrorCode, FoleyCueError


def run(options: argparse.Namespace) -> int:
    """Run the panel until it is closed; its exit status is ours."""
    for package in ("PyQt6", "foleycue_ui"):
        if importlib.util.find_spec(package) is None:
            raise FoleyCueError(ErrorCode.INTERNAL, 'The panel is not installed: run  pip install "foleycue[panel]".')
    command = [sys.executable, "-m", "foleycue_ui"]
    if options.source is not None:
        command.append(options.source)
    return subprocess.run(command, check=False).returncode
