# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m foleycue_backend.training WHAT …`, one WHAT for each thing that can be trained."""

from __future__ import annotations

import argparse
import time

from foleycue_backend.training.mini import command as mini


def parser() -> argparse.ArgumentParser:
    """The command line of the training."""
    top = argparse.ArgumentParser(prog="python -m foleycue_backend.training", description=__doc__)
    what = top.add_subparsers(dest="what", required=True)
    mini.add_commands(what)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    args = parser().parse_args(argv)
    start = time.monotonic()

    def log(line: str) -> None:
        print(f"[{(time.monotonic() - start) / 60:6.1f} min] {line}", flush=True)

    args.run(args, log)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
