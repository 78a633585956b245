# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `mini` (train the embedded model), and those that measure what comes of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.build import train_mini
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.measure import command as measure


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the commands of the embedded model to the subparsers of the training."""
    mini = what.add_parser("mini", help="train the embedded model")
    mini.add_argument("--out", type=Path, required=True, help="work folder; the weights end up in DIR/weights")
    length = mini.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="minutes of optimisation")
    length.add_argument("--steps", type=int, help="optimisation steps (exactly repeatable)")
    mini.add_argument("--seed", type=int, default=0)
    mini.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    mini.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    mini.add_argument("--teacher", type=Path, help="folder of all-MiniLM-L6-v2 for the text table")
    mini.add_argument(
        "--recordings", type=Path, help="folder of unpacked packages of recorded one-shots (see the card)"
    )
    mini.add_argument("--width", type=int, default=TrainConfig().width)
    mini.set_defaults(run=_train)
    measure.add_commands(what)


def _train(args: argparse.Namespace, log: Log) -> None:
    cfg = TrainConfig(seed=args.seed, minutes=args.minutes, steps=args.steps, device=args.device, width=args.width)
    folder = train_mini(cfg, args.out, teacher=args.teacher, resume=args.resume, log=log)
    log(f"weights in {folder}")
