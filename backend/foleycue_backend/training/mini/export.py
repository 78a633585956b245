# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the finished model as the folder that `MiniPipeline.from_pretrained` reads."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import torch

from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.denoiser import MiniDenoiser
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.engines.mini.text import StaticText


def export(denoiser: MiniDenoiser, codec: PatchCodec, text: StaticText, folder: Path) -> Path:
    """Save a half-precision copy of the denoiser with its codec and text table; returns `folder`."""
    half = copy.deepcopy(denoiser).cpu()
    for parameter in half.parameters():
        parameter.data = parameter.data.to(torch.float16)
    MiniPipeline.build(half, codec, text).save_pretrained(folder)
    # diffusers notes the folder that a part was loaded from; that is nobody's business.
    for path in folder.glob("*/config.json"):
        known = json.loads(path.read_text(encoding="utf-8"))
        known.pop("_name_or_path", None)
        path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    # Written readable for the owner only; a package needs them readable for all.
    for path in folder.rglob("*.*"):
        path.chmod(0o644)
    return folder
