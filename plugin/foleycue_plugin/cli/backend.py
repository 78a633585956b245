# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue backend start, status and stop."""

import argparse

from foleycue_plugin.backend_process import backend_status, ensure_backend, stop_backend
from foleycue_plugin.cli import answer
from foleycue_shared import places


def run(options: argparse.Namespace) -> int:
    """Do what was asked and say in one line how the backend stands."""
    home = places.home()
    if options.action == "start":
        info = ensure_backend(home)
        answer.say(f"The backend runs as process {info.pid} at {info.endpoint}.")
    elif options.action == "stop":
        stopped = stop_backend(home, options.force)
        answer.say("The backend has ended." if stopped else "No backend was running.")
    else:
        status = backend_status(home)
        if not status.running:
            answer.say("No backend is running.")
            return 0
        details = [f"{status.queued} queued"]
        if status.engine:
            details.append(f"{status.engine} loaded on {status.device}")
        if not status.current:
            details.append("from an older installation")
        answer.say(f"The backend runs as process {status.pid}: {status.state}, {', '.join(details)}.")
    return 0
