# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue eval: figures of generated sound, with chance rows and intervals."""

import argparse
import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from foleycue_plugin import outputs
from foleycue_plugin.backend_tool import Event, absolute_path, run_tool
from foleycue_plugin.cli import answer
from foleycue_plugin.cli.generate import check_engine
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.clip_sounds import clips_of, make_sounds
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.takes import TakeStore
from foleycue_shared import places
from foleycue_shared.captions import read_captions
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error


def run(options: argparse.Namespace) -> int:
    """Evaluate, write what was asked for, and show the table where no Markdown file was."""
    targets: list[Path] = [path for path in (options.json, options.markdown) if path is not None]
    for target in targets:
        outputs.check_output(target, options.force)
    outputs.check_apart(targets, [] if options.captions is None else [options.captions])
    if not options.generated and not options.engines:
        raise FoleyCueError(ErrorCode.BAD_INPUT, "Nothing is to be measured: name a folder of sounds, or --engines.")
    answers: list[Event] = []
    with ExitStack() as stack:
        folders = [*options.generated, *(_made(options, stack) if options.engines else ())]
        line = stack.enter_context(ProgressLine())
        run_tool(places.home(), "evaluation", _arguments(folders, options), lambda event: _take(event, answers, line))
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


def _made(options: argparse.Namespace, stack: ExitStack) -> list[Path]:
    """The folders of sounds of the engines that were asked for; those that nobody keeps go with the stack."""
    engines = list(dict.fromkeys(name.strip() for name in options.engines.split(",") if name.strip()))
    clips = clips_of(options.videos or options.truth)
    prompts = {} if options.captions is None else read_captions(options.captions)
    folder = options.keep or Path(stack.enter_context(TemporaryDirectory()))
    home = places.home()
    line = ProgressLine()
    with line, JobRunner(home, line.progress, line.state) as runner, cancelling(runner):
        known = runner.engines()
        for engine in engines:
            check_engine(engine, known)

        def watch(item: str, done: int, total: int) -> None:
            line.show("clip", f"sound {done + 1}/{total}: {item}")

        return make_sounds(clips, engines, prompts, folder, runner, TakeStore(home), watch)


def _arguments(folders: Sequence[Path], options: argparse.Namespace) -> list[str]:
    # Values are joined to their names, so that one that begins with a dash is none.
    arguments = [*map(absolute_path, folders), f"--truth={absolute_path(options.truth)}"]
    for name, path in (("videos", options.videos), ("captions", options.captions)):
        arguments += [] if path is None else [f"--{name}={absolute_path(path)}"]
    arguments += ["--named"] if options.engines else []
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
