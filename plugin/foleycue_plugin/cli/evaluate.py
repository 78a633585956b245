# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue eval: figures of generated sound, with chance rows and intervals."""

import argparse
import json
from pathlib import Path

from foleycue_plugin import outputs
from foleycue_plugin.backend_tool import Event, absolute_path, run_tool
from foleycue_plugin.cli import answer
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error


def run(options: argparse.Namespace) -> int:
    """Evaluate, write what was asked for, and show the table where no Markdown file was."""
    targets: list[Path] = [path for path in (options.json, options.markdown) if path is not None]
    for target in targets:
        outputs.check_output(target, options.force)
    outputs.check_apart(targets, [] if options.captions is None else [options.captions])
    answers: list[Event] = []
    with ProgressLine() as line:
        run_tool(places.home(), "evaluation", _arguments(options), lambda event: _take(event, answers, line))
    if not answers:
        raise FoleyCueError(ErrorCode.INTERNAL, "The evaluation ended without an answer: please report it.")
    with outputs.Delivery(options.force) as delivery:
        if options.json is not None:
            _write(delivery, options.json, json.dumps(answers[-1]["report"], indent=1, ensure_ascii=False) + "\n")
        if options.markdown is not None:
            _write(delivery, options.markdown, answers[-1]["markdown"])
    if options.markdown is None:
        answer.say(answers[-1]["markdown"].rstrip())
    return 0


def _arguments(options: argparse.Namespace) -> list[str]:
    # Values are joined to their names, so that one that begins with a dash is none.
    arguments = [absolute_path(options.generated), f"--truth={absolute_path(options.truth)}"]
    for name, path in (("videos", options.videos), ("captions", options.captions)):
        arguments += [] if path is None else [f"--{name}={absolute_path(path)}"]
    return arguments + ([] if options.metrics is None else [f"--metrics={options.metrics}"])


def _take(event: Event, answers: list[Event], line: ProgressLine) -> None:
    if event["event"] == "progress":
        line.show(event["phase"], f"{event['phase']} {event['done'] + 1}/{event['total']}, {event['item']}")
    elif event["event"] == "evaluated":
        answers.append(event)


def _write(delivery: outputs.Delivery, target: Path, text: str) -> None:
    part = outputs.temporary(target)
    try:
        part.write_text(text, encoding="utf-8")
        delivery.move(part, target)
    except OSError as error:
        raise explain_os_error(error, target) from error
    finally:
        outputs.remove(part)
