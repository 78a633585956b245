# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `mini` (train the embedded model), and those that measure what comes of it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.build import train_mini
from foleycue_backend.training.mini.config import POLISH, TrainConfig
from foleycue_backend.training.mini.fine_tune import load_base, weights_name
from foleycue_backend.training.mini.measure import command as measure
from foleycue_backend.training.mini.recordings import recorded_one_shots
from foleycue_shared.errors import ErrorCode, FoleyCueError


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
    mini.add_argument("--start", type=Path, help="weights folder to go on from, with noise common to a take's strikes")
    mini.add_argument("--more", type=_more, default=(), help="more clips of some classes: bell=30,knock=4")
    mini.add_argument("--keep", type=float, default=0.0, help="part of the weights of --start in the finished ones")
    mini.add_argument("--width", type=int, default=TrainConfig().width)
    mini.set_defaults(run=_train)
    measure.add_commands(what)


def _more(text: str) -> tuple[tuple[str, int], ...]:
    """`bell=30,knock=4` as pairs. Raises ValueError, which argparse tells, for anything else."""
    pairs = [(name, int(turns)) for name, turns in (part.split("=") for part in text.split(","))]
    if any(name not in NAMES or turns < 0 for name, turns in pairs):
        raise ValueError(text)
    return tuple(pairs)


def _train(args: argparse.Namespace, log: Log) -> None:
    start = None if args.start is None else load_base(args.start)
    cfg = replace(
        TrainConfig() if start is None else POLISH,
        seed=args.seed,
        minutes=args.minutes,
        steps=args.steps,
        device=args.device,
        width=args.width,
        recordings="" if args.recordings is None else str(args.recordings),
        more=args.more,
        keep=args.keep,
        start=weights_name(args.start) if args.start else "",
    )
    try:
        if args.recordings is not None:
            # Read once for nothing: a file that is missing must be told now, and not by the writer later on.
            recorded_one_shots(args.recordings)
        folder = train_mini(cfg, args.out, teacher=args.teacher, resume=args.resume, log=log, start=start)
    except (FileNotFoundError, ValueError) as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{error}") from None
    log(f"weights in {folder}")
