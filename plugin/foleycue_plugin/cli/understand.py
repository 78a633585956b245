# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue understand: how an engine reads a prompt."""

import argparse

import msgspec

from foleycue_plugin.cli import answer
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.jobs import JobRunner
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import MAX_PROMPT


def run(options: argparse.Namespace) -> int:
    """Ask the backend, and say which sounds it hears in the prompt."""
    if len(options.prompt) > MAX_PROMPT:
        raise FoleyCueError(ErrorCode.LIMIT, f"The prompt is longer than {MAX_PROMPT} characters: shorten it.")
    with ProgressLine() as line, JobRunner(places.home(), line.progress, line.state) as runner, cancelling(runner):
        understood = runner.understand(options.engine, options.prompt)
    if options.json:
        built = msgspec.to_builtins(understood)
        answer.print_json({name: built[name] for name in ("engine", "prompt", "known", "sounds")})
        return 0
    if not understood.sounds:
        answer.say("It is read as it stands." if understood.known else "The engine knows no sound in it.")
        return 0
    answer.say("It will make:" if understood.known else "It does not know this; nearest to it are:")
    for sound in understood.sounds:
        note = f", {sound.note}" if sound.note else ""
        answer.say(f"  {sound.label}{note} ({sound.similarity:.2f})")
    return 0
