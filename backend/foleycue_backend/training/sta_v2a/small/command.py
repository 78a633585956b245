# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `sta-v2a-small`: a small STA-V2A from nothing, for tests and measurements."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.sta_v2a.small.config import STEPS, SmallConfig
from foleycue_shared.errors import ErrorCode, FoleyCueError


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the command to the subparsers of the training."""
    own = what.add_parser("sta-v2a-small", help="train a small STA-V2A on procedural sounds and rendered pictures")
    own.add_argument("--out", type=Path, required=True, help="work folder; models end up in DIR/faithful, DIR/steered")
    own.add_argument("--steps", metavar="PHASE=N", nargs="+", default=[], help=f"other steps; as given: {STEPS}")
    own.add_argument("--phases", nargs="+", choices=STEPS, default=tuple(STEPS), help="only these, in this order")
    own.add_argument("--seed", type=int, default=0)
    own.add_argument(
        "--steered", type=float, default=SmallConfig().steered, help="share of steered clips in DIR/steered (0 to 1)"
    )
    own.add_argument("--clips", type=int, default=SmallConfig().clips, help="clips to train on")
    own.set_defaults(run=_run)


def _steps(given: list[str]) -> dict[str, int]:
    steps: dict[str, int] = {}
    for item in given:
        phase, _, count = item.partition("=")
        if phase not in STEPS or not count.isdecimal():
            message = f"--steps {item} is not PHASE=N with one of the phases {', '.join(STEPS)}."
            raise FoleyCueError(ErrorCode.BAD_INPUT, message)
        steps[phase] = int(count)
    return steps


def _run(args: argparse.Namespace, log: Log) -> None:
    from foleycue_backend.training.sta_v2a.small.build import train_small

    cfg = SmallConfig(_steps(args.steps), args.seed, args.steered, args.clips)
    train_small(cfg, args.out, log, args.phases)
