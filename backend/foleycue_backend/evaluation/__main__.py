# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation tool: `python -m foleycue_backend.evaluation GENERATED --truth TRUTH`.

Writes the table as Markdown on standard output and progress on standard error. With --json it says one event a line
on standard output instead: progress, at last "evaluated" with report and table, or "failed" with code and sentence.
Exit status 0 done, 1 failed, 2 bad input, 130 cancelled.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from foleycue_backend.evaluation.metrics import ALIGNMENT, LEARNED, chosen
from foleycue_backend.evaluation.report import Watch
from foleycue_backend.models.store import Store
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import home

DONE, FAILED, BAD_INPUT, CANCELLED = 0, 1, 2, 130

Say = Callable[[dict[str, Any]], None]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Evaluate and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    say = _say_json if "--json" in given else _say_words
    try:
        _run(parser().parse_args(given), say)
    except KeyboardInterrupt:
        return _fail(say, FoleyCueError(ErrorCode.CANCELLED, "Cancelled."))
    except FoleyCueError as error:
        return _fail(say, error)
    except Exception as error:
        text = "".join(traceback.format_exception(error))
        sentence = f"Something went wrong inside FoleyCue ({type(error).__name__}): please report it."
        return _fail(say, FoleyCueError(ErrorCode.INTERNAL, sentence, text))
    return DONE


def parser() -> argparse.ArgumentParser:
    """The tool's grammar."""
    top = _Parser(prog="foleycue_backend.evaluation", description="Measure generated sound.", allow_abbrev=False)
    top.add_argument("generated", type=Path, nargs="+", help="folder of generated sounds; several are compared")
    top.add_argument("--truth", type=Path, required=True, help="folder of true sounds, or videos with them")
    top.add_argument("--videos", type=Path, help="folder of the pictures (those of the truth folder)")
    top.add_argument("--captions", type=Path, help="JSON of captions by clip name")
    top.add_argument("--metrics", help=f"comma-separated, from {', '.join(ALIGNMENT + LEARNED)} (all)")
    top.add_argument("--named", action="store_true", help="name the column by the folder, as with several")
    top.add_argument("--json", action="store_true", help="one JSON event a line")
    top.add_argument("--home", type=Path, help="directory for everything that is kept")
    return top


def _run(options: argparse.Namespace, say: Say) -> None:
    groups = chosen(options.metrics)
    from foleycue_backend.evaluation.comparison import compare
    from foleycue_backend.evaluation.evaluate import Report, evaluate

    def watch(phase: str, item: str, done: int, total: int) -> None:
        say({"event": "progress", "phase": phase, "item": item, "done": done, "total": total})

    def one(folder: Path, watch: Watch) -> Report:
        return evaluate(
            (folder, options.truth, options.videos),
            groups,
            Store(options.home).folder / "evaluation",
            watch,
            options.captions,
            AnalysisCache(home(options.home).cache / "evaluation"),
        )

    several = options.named or len(options.generated) > 1
    report = compare(options.generated, one, watch) if several else one(options.generated[0], watch)
    say({"event": "evaluated", "report": report.json(), "markdown": report.markdown()})


def _say_json(event: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
    sys.stdout.flush()


def _say_words(event: dict[str, Any]) -> None:
    if event["event"] == "progress":
        sys.stderr.write(f"{event['phase']} {event['done'] + 1}/{event['total']}: {event['item']}\n")
    elif event["event"] == "failed":
        sys.stderr.write(f"foleycue_backend.evaluation: {event['message']}\n{event['detail']}")
    else:
        sys.stdout.write(event["markdown"])
        sys.stdout.flush()


def _fail(say: Say, error: FoleyCueError) -> int:
    detail = error.detail if error.code is ErrorCode.INTERNAL else ""
    say({"event": "failed", "code": error.code.value, "message": error.message, "detail": detail})
    if error.code is ErrorCode.CANCELLED:
        return CANCELLED
    return BAD_INPUT if error.user_fixable else FAILED


if __name__ == "__main__":
    if hasattr(signal, "SIGBREAK"):
        # What a parent on Windows can send in place of an interrupt.
        signal.signal(signal.SIGBREAK, signal.default_int_handler)  # pyright: ignore[reportAttributeAccessIssue]
    sys.exit(main())
