# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `sta-v2a PHASE`: the onset pretext task, then the control phase, on a folder of clips."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.training.common.arguments import add_length, positive, share
from foleycue_backend.training.common.pace import Log

PRECISIONS = ("no", "bf16", "fp16")


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the command to the subparsers of the training."""
    own = what.add_parser("sta-v2a", help="train STA-V2A on a folder of clips; see docs/training.md")
    phases = own.add_subparsers(dest="phase", required=True)
    for name, text in (
        ("onsets", "pretext task: learn from the pictures where sound starts"),
        ("control", "learn to sound at the predicted onsets, on a frozen text-to-audio prior"),
    ):
        phase = phases.add_parser(name, help=text)
        _common(phase)
        phase.set_defaults(run=_run, steered=0.0, train_onsets=False)
    _control(phases.choices["control"])


def _common(phase: argparse.ArgumentParser) -> None:
    phase.add_argument("--data", type=Path, required=True, help="folder with clips.jsonl or clips.csv")
    phase.add_argument("--out", type=Path, required=True, help="work folder; the model ends up in DIR/model")
    phase.add_argument("--base", type=Path, help="pipeline folder to start from; the installed model if not given")
    phase.add_argument("--fresh", action="store_true", help="start the trained parts anew")
    add_length(phase)
    phase.add_argument("--batch", type=positive(int), default=8, help="clips a step on each device")
    phase.add_argument("--rate", type=positive(float), default=3e-5, help="highest learning rate")
    phase.add_argument("--seed", type=int, default=0)
    phase.add_argument("--precision", choices=PRECISIONS, default="no", help="mixed precision of the networks")
    phase.add_argument("--cpu", action="store_true", help="stay on the processor though there is an accelerator")
    phase.add_argument("--checkpoint-every", type=positive(int), default=500, help="steps between two checkpoints")


def _control(phase: argparse.ArgumentParser) -> None:
    phase.add_argument("--prior", type=Path, help="folder of a text-to-audio UNet, which the ControlNet copies")
    phase.add_argument("--onsets", type=Path, help="model of the phase onsets: its parts are loaded and stay frozen")
    phase.add_argument("--train-onsets", action="store_true", help="let local features and predictor learn as well")
    phase.add_argument("--snr-gamma", type=positive(float), default=5.0, help="Min-SNR weighting of noise levels")
    phase.add_argument("--drop-text", type=share, default=0.1, help="share of captions left out, for guidance")
    phase.add_argument("--crop", type=positive(int), help="latent frames of 40 ms of a crop; whole clips if not given")
    phase.add_argument(
        "--steered", type=share, default=0.0, help="share of clips steered to their true onsets (ours, not published)"
    )


def _run(args: argparse.Namespace, log: Log) -> None:
    # Here, so that help needs no torch.
    from foleycue_backend.training.sta_v2a.phases import train_control, train_onsets

    (train_onsets if args.phase == "onsets" else train_control)(args, log)
