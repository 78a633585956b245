# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `vta-sam`: train what the method adds to VTA-LDM, on rendered scenes whose objects are known."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.engines.vta_ldm.published import MODEL as VTA_LDM
from foleycue_backend.engines.vta_sam.published import TEXT_TOWER
from foleycue_backend.models.store import installed
from foleycue_backend.training.common.arguments import add_length, positive
from foleycue_backend.training.common.pace import Log
from foleycue_shared.errors import ErrorCode, FoleyCueError


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the command to the subparsers of the training."""
    own = what.add_parser("vta-sam", help="train object tokens on VTA-LDM; see docs/vta_sam.md")
    own.add_argument("--out", type=Path, required=True, help="work folder; the trained parts end up in DIR/model")
    own.add_argument("--base", type=Path, help="folder of a VTA-LDM; the installed one if not given")
    own.add_argument("--text-tower", type=Path, help="folder of its CLIP's text tower; the installed one if not given")
    own.add_argument("--scenes", type=positive(int), default=256, help="rendered scenes to learn from")
    own.add_argument("--held-out", type=positive(int), default=24, help="others to validate on")
    own.add_argument("--rank", type=positive(int), default=8, help="rank of the changes of cross-attention")
    own.add_argument("--everything", action="store_true", help="let the UNet learn too, and write it to DIR/unet")
    add_length(own)
    own.add_argument("--batch", type=positive(int), default=4, help="scenes a step")
    own.add_argument("--rate", type=positive(float), default=1e-4, help="highest learning rate")
    own.add_argument("--seed", type=int, default=0)
    own.add_argument("--cpu", action="store_true", help="stay on the processor though there is an accelerator")
    own.set_defaults(run=_run)


def _run(args: argparse.Namespace, log: Log) -> None:
    from foleycue_backend.training.sta_v2a.runner import Plan
    from foleycue_backend.training.vta_sam.build import load_base, save_adapter, train

    tower = args.text_tower or installed(TEXT_TOWER.name)
    folder = _there(args.base or installed(VTA_LDM.name), VTA_LDM.name, "--base")
    base = load_base(folder, _there(tower, TEXT_TOWER.name, "--text-tower"))
    plan = Plan(steps=args.steps, minutes=args.minutes, batch=args.batch, rate=args.rate, seed=args.seed, cpu=args.cpu)
    trained = train(base, plan, args.out / "work", (args.scenes, args.held_out), args.rank, args.everything, log)
    save_adapter(trained.adapter, args.out / "model")
    if args.everything:
        base.unet.save_pretrained(args.out / "unet")
    log(f"trained parts in {args.out / 'model'}: install them with `foleycue models import vta-sam`")


def _there(folder: Path | None, model: str, option: str) -> Path:
    if folder is None or not folder.is_dir():
        message = f"The model {model} is not installed: pull it first, or name a folder with {option}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    return folder
