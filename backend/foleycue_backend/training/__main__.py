# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m foleycue_backend.training WHAT …`, one WHAT for each thing that can be trained."""

from __future__ import annotations

import argparse
import sys
import time

from foleycue_backend.training.mini import command as mini
from foleycue_backend.training.mini import library_command
from foleycue_backend.training.sta_v2a import command as sta_v2a
from foleycue_backend.training.sta_v2a.small import command as small
from foleycue_backend.training.voice import command as voice
from foleycue_backend.training.vta_sam import command as vta_sam
from foleycue_shared.errors import FoleyCueError


def parser() -> argparse.ArgumentParser:
    """The command line of the training."""
    top = argparse.ArgumentParser(prog="python -m foleycue_backend.training", description=__doc__)
    what = top.add_subparsers(dest="what", required=True)
    mini.add_commands(what)
    library_command.add_commands(what)
    sta_v2a.add_commands(what)
    small.add_commands(what)
    voice.add_commands(what)
    vta_sam.add_commands(what)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status, 2 if what was asked cannot be done."""
    args = parser().parse_args(argv)
    start = time.monotonic()

    def log(line: str) -> None:
        print(f"[{(time.monotonic() - start) / 60:6.1f} min] {line}", flush=True)

    try:
        args.run(args, log)
    except FoleyCueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
