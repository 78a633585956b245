# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue engines: what can make sound here."""

import argparse
from collections.abc import Sequence

import msgspec

from foleycue_plugin.cli import answer
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.jobs import JobRunner
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo


def run(options: argparse.Namespace) -> int:
    """List the backend's engines."""
    with ProgressLine() as line, JobRunner(places.home(), line.progress, line.state) as runner, cancelling(runner):
        engines = runner.engines()
    if options.sounds is not None:
        return _sounds(engines, options)
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


def _sounds(engines: Sequence[EngineInfo], options: argparse.Namespace) -> int:
    """The menu of one engine. Raises UNKNOWN_ENGINE."""
    engine = next((engine for engine in engines if engine.id == options.sounds), None)
    if engine is None:
        known = ", ".join(engine.id for engine in engines)
        raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, f"There is no engine {options.sounds!r}: choose one of {known}.")
    if options.json:
        answer.print_json({"engine": engine.id, "sounds": msgspec.to_builtins(engine.sounds)})
        return 0
    if not engine.sounds:
        answer.say(f"{engine.id} takes any words.")
    for group in dict.fromkeys(sound.group for sound in engine.sounds):
        if group:
            answer.say(group)
        for sound in engine.sounds:
            if sound.group == group:
                answer.say(f"  {sound.label}")
    return 0
