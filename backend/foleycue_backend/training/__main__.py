# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m foleycue_backend.training mini --out DIR`, or `evaluate --out DIR`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from foleycue_backend.engines.mini.weights import default_weights
from foleycue_backend.training.build import train_mini
from foleycue_backend.training.config import TrainConfig
from foleycue_backend.training.report import report


def parser() -> argparse.ArgumentParser:
    """The command line of the training."""
    top = argparse.ArgumentParser(prog="python -m foleycue_backend.training", description=__doc__)
    what = top.add_subparsers(dest="what", required=True)
    mini = what.add_parser("mini", help="train the embedded model")
    mini.add_argument("--out", type=Path, required=True, help="work folder; the weights end up in DIR/weights")
    length = mini.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="minutes of optimisation")
    length.add_argument("--steps", type=int, help="optimisation steps (exactly repeatable)")
    mini.add_argument("--seed", type=int, default=0)
    mini.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    mini.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    mini.add_argument("--teacher", type=Path, help="folder of all-MiniLM-L6-v2 for the text table")
    mini.add_argument("--width", type=int, default=TrainConfig().width)
    mini.add_argument("--layers", type=int, default=TrainConfig().layers)
    judge = what.add_parser("evaluate", help="measure obedience and class accuracy of a weights folder")
    judge.add_argument("--out", type=Path, required=True, help="work folder for the judge")
    judge.add_argument("--weights", type=Path, default=default_weights())
    judge.add_argument("--clips", type=int, default=84, help="clips in each row")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    args = parser().parse_args(argv)
    start = time.monotonic()

    def log(line: str) -> None:
        print(f"[{(time.monotonic() - start) / 60:6.1f} min] {line}", flush=True)

    if args.what == "evaluate":
        report(args.weights, args.out, args.clips, log)
        return 0
    cfg = TrainConfig(
        seed=args.seed, minutes=args.minutes, steps=args.steps, device=args.device, width=args.width, layers=args.layers
    )
    folder = train_mini(cfg, args.out, teacher=args.teacher, resume=args.resume, log=log)
    log(f"weights in {folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
