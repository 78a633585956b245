# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point of the command line: exit status 0 done, 1 failed, 2 bad input, 130 cancelled."""

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence

from foleycue_plugin.cli.arguments import parse
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

DONE, FAILED, BAD_INPUT, CANCELLED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; errors are one sentence on stderr, never a traceback."""
    try:
        options = parse(arguments)
        command = importlib.import_module(f"foleycue_plugin.cli.{options.command.replace('-', '_')}")
        status: int = command.run(options)
        sys.stdout.flush()
        return status
    except FoleyCueError as error:
        return report(error)
    except KeyboardInterrupt:
        return report(FoleyCueError(ErrorCode.CANCELLED, "Cancelled."))
    except BrokenPipeError:
        _drop_output()
        return DONE
    except OSError as error:
        _drop_output()
        return report(explain_os_error(error, error.filename or "the answer"))
    except Exception as error:
        return report(_unexpected(error))


def report(error: FoleyCueError) -> int:
    """Say an error in one sentence on stderr, and return the exit status that goes with it."""
    try:
        sys.stderr.write(f"foleycue: {one_line(error.message)}\n")
        sys.stderr.flush()
    except OSError:
        return _status(error)  # nobody listens; the exit status still says it
    return _status(error)


def _drop_output() -> None:
    """Nobody can read our output any more; without this Python would fail on it once more at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _status(error: FoleyCueError) -> int:
    if error.code is ErrorCode.CANCELLED:
        return CANCELLED
    return BAD_INPUT if error.user_fixable else FAILED


def one_line(text: str) -> str:
    """Text fit for one line of a terminal: no line breaks, no control characters, nothing that cannot be encoded."""
    clean = "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))
    return clean.encode(sys.stderr.encoding or "utf-8", "replace").decode(sys.stderr.encoding or "utf-8")


def _unexpected(error: Exception) -> FoleyCueError:
    """A fault of ours: the traceback goes to a file for the bug report, the user gets a sentence."""
    import traceback

    from foleycue_shared import places

    text = "".join(traceback.format_exception(error))
    try:
        log = places.home().logs / "command-line.log"
        log.write_text(text, encoding="utf-8", errors="replace")
        where = f"the details are in {log}"
    except (OSError, FoleyCueError):
        where = "the details could not be kept"
    return FoleyCueError(
        ErrorCode.INTERNAL, f"Something went wrong inside FoleyCue ({type(error).__name__}); {where}.", text
    )


if __name__ == "__main__":
    sys.exit(main())
