# SPDX-License-Identifier: GPL-3.0-or-later
"""Of CLIP's published files the text tower alone is kept: VTA-LDM's own file holds the vision tower, and no text."""

from __future__ import annotations

from pathlib import Path

from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection

from foleycue_backend.engines.checkpoints.stock import Stock, take_over
from foleycue_backend.models.converting import Conversion, OnStep

_TOWER = Stock("", "CLIP", CLIPTextModelWithProjection, ("clip", "clip_text_model"), "openai/clip-vit-large-patch14")


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Install the text tower of a published CLIP into `target`, an empty folder. Raises as `take_over`."""
    return take_over((_TOWER,), source, target, report_path, on_step)
