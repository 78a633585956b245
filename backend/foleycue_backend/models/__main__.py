# SPDX-License-Identifier: GPL-3.0-or-later
"""The models tool: `python -m foleycue_backend.models list|pull|import|verify|move|remove`.

With --json it says one event a line on standard output (see .events); otherwise words. Exit status 0 done, 1 failed,
2 bad input, 130 cancelled.
"""

import argparse
import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from foleycue_backend.models import keeping, words
from foleycue_backend.models.catalogue import model
from foleycue_backend.models.events import Failed, Say, say_json
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.places import Places, home

DONE, FAILED, BAD_INPUT, CANCELLED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Do one thing with models and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    say = say_json if "--json" in given else words.say
    try:
        options = _parser().parse_args(given)
        return _run(options, home(options.home), say)
    except KeyboardInterrupt:
        return _fail(say, FoleyCueError(ErrorCode.CANCELLED, "Cancelled; what was downloaded stays for the next pull."))
    except FoleyCueError as error:
        return _fail(say, error)
    except BrokenPipeError:
        return _quiet()
    except OSError as error:
        return _fail(say, explain_os_error(error, error.filename or "the models"))
    except Exception as error:
        if say is say_json:
            traceback.print_exc()  # standard error goes to a log then
        return _fail(say, _unexpected(error))


def _run(options: argparse.Namespace, places: Places, say: Say) -> int:
    store = Store(options.home)
    if options.action == "list":
        say(keeping.list_models(store))
    elif options.action == "verify":
        return DONE if keeping.verify(store, [model(name).name for name in options.names], say) else FAILED
    elif options.action == "move":
        keeping.move(store, options.folder, say)
    elif options.action == "remove":
        keeping.remove(store, model(options.name).name, say)
    elif options.action == "import":
        from foleycue_backend.models.importing import import_folder

        import_folder(places, store, model(options.name), options.folder, say)
    else:
        _pull(options, places, store, say)
    return DONE


def _pull(options: argparse.Namespace, places: Places, store: Store, say: Say) -> None:
    entry = model(options.name)
    if not entry.parts:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{entry.name} is published nowhere: it comes with FoleyCue, or out of a training.",
        )
    try:
        from foleycue_backend.models.hub import Hub
    except ImportError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f'Pulling needs {error.name}: run  pip install "foleycue[backend]".'
        ) from error
    from foleycue_backend.models.pulling import plan_event, pull

    hub = Hub(options.endpoint)
    parts = hub.plan(entry)
    say(plan_event(store, hub, entry, parts))
    if options.plan:
        return
    if not options.yes and not (say is words.say and words.agreed()):
        raise FoleyCueError(ErrorCode.BAD_INPUT, "Nothing was transferred: agree to size and licence with --yes.")
    pull(places, store, hub, entry, parts, say)


def _parser() -> _Parser:
    parser = _Parser(prog="foleycue_backend.models", description="Models: get, check, keep.", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    _action(actions.add_parser("list", help="what there is and what is installed"))
    pull = _action(actions.add_parser("pull", help="download, convert and install a model"))
    pull.add_argument("name")
    pull.add_argument("--endpoint", metavar="URL", help="another model hub (also: variable FOLEYCUE_HUB)")
    pull.add_argument("--yes", action="store_true", help="agree to size and licence")
    pull.add_argument("--plan", action="store_true", help="only say what would be transferred")
    bring = _action(actions.add_parser("import", help="install a model from a folder, without network"))
    bring.add_argument("name")
    bring.add_argument("folder", type=Path)
    verify = _action(actions.add_parser("verify", help="hash installed models again"))
    verify.add_argument("names", nargs="*")
    move = _action(actions.add_parser("move", help="keep all models in another folder"))
    move.add_argument("folder", type=Path)
    remove = _action(actions.add_parser("remove", help="remove a model"))
    remove.add_argument("name")
    return parser


def _action(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="one JSON event a line")
    parser.add_argument("--home", type=Path, help="directory for everything that is kept")
    return parser


def _fail(say: Say, error: FoleyCueError) -> int:
    with contextlib.suppress(BrokenPipeError):
        say(Failed(code=error.code, message=error.message, detail=error.detail))
    if error.code is ErrorCode.CANCELLED:
        return CANCELLED
    return BAD_INPUT if error.user_fixable else FAILED


def _unexpected(error: Exception) -> FoleyCueError:
    """A fault of ours: what happened goes to the caller as detail, for the bug report."""
    text = "".join(traceback.format_exception(error))
    return FoleyCueError(
        ErrorCode.INTERNAL,
        f"Something went wrong inside FoleyCue ({type(error).__name__}) while it worked on models.",
        text,
    )


def _quiet() -> int:
    """Nobody listens any more; without this Python would complain once more at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


if __name__ == "__main__":
    if hasattr(signal, "SIGBREAK"):
        # What a parent on Windows can send in place of an interrupt.
        signal.signal(signal.SIGBREAK, signal.default_int_handler)  # pyright: ignore[reportAttributeAccessIssue]
    sys.exit(main())
