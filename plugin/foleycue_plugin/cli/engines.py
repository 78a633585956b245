# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue engines: what can make sound here."""

import argparse

import msgspec

from foleycue_plugin.cli import answer
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.jobs import JobRunner
from foleycue_shared import places


def run(options: argparse.Namespace) -> int:
    """List the backend's engines."""
    with ProgressLine() as line, JobRunner(places.home(), line.progress, line.state) as runner, cancelling(runner):
        engines = runner.engines()
    if options.json:
        answer.print_json({"engines": msgspec.to_builtins(engines)})
        return 0
    for engine in engines:
        answer.say(f"{engine.id:14} {engine.name}")
        answer.say(
            f"{'':14} {engine.sample_rate} Hz, window {engine.window_seconds:g} s, "
            f"{engine.size_bytes / 1e6:.0f} MB, listens to {', '.join(engine.listens)}"
        )
        answer.say(f"{'':14} code {engine.code_licence}, weights {engine.weights_licence}")
        if not engine.available:
            answer.say(f"{'':14} not available: {engine.reason}")
    return 0
