# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `mini-library`: the embedded model learns the sounds of a user's own library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.engines.mini.weights import default_weights
from foleycue_backend.training.common.arguments import add_length, positive, share
from foleycue_backend.training.common.pace import Log


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the command to the subparsers of the training."""
    own = what.add_parser("mini-library", help="teach the embedded model your own sounds; see docs/training.md")
    own.add_argument("--data", type=Path, required=True, help="folder of sound files")
    own.add_argument("--out", type=Path, required=True, help="work folder; the model ends up in DIR/model")
    own.add_argument("--base", type=Path, default=default_weights(), help="weights to start from; those in use")
    add_length(own)
    own.add_argument("--known", type=share, default=0.5, help="share of built-in sounds, so that none is forgotten")
    own.add_argument("--batch", type=positive(int), default=20, help="clips a step on each device")
    own.add_argument("--rate", type=positive(float), default=3e-4, help="highest learning rate")
    own.add_argument("--seed", type=int, default=0)
    own.add_argument("--cpu", action="store_true", help="stay on the processor though there is an accelerator")
    own.add_argument("--checkpoint-every", type=positive(int), default=100, help="steps between two checkpoints")
    own.set_defaults(run=_run)


def _run(args: argparse.Namespace, log: Log) -> None:
    # Here, so that help needs no torch.
    from dataclasses import replace

    import torch

    from foleycue_backend.training.mini.fine_tune import FINE, fine_tune

    cfg = replace(
        FINE,
        steps=args.steps,
        minutes=args.minutes,
        batch=args.batch,
        rate=args.rate,
        seed=args.seed,
        device="cuda" if torch.cuda.is_available() and not args.cpu else "cpu",
        checkpoint_every=args.checkpoint_every,
    )
    fine_tune(cfg, args.data, args.out, args.base, args.known, log)
