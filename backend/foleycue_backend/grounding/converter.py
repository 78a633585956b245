# SPDX-License-Identifier: GPL-3.0-or-later
"""The published files of detector and mask tracker, which need no other names."""

from __future__ import annotations

from pathlib import Path

from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoModel

from foleycue_backend.engines.checkpoints.stock import Stock, take_over
from foleycue_backend.grounding.published import DETECTOR, MASKS
from foleycue_backend.models.converting import Conversion, OnStep

_PARTS = (
    Stock(
        DETECTOR,
        "Grounding DINO",
        GroundingDinoForObjectDetection,
        ("grounding-dino",),
        "IDEA-Research/grounding-dino-tiny",
        ("preprocessor_config.json",),
    ),
    Stock(MASKS, "SAM 2", Sam2VideoModel, ("sam2_video",), "facebook/sam2.1-hiera-tiny", tokenizer=False),
)


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Install detector and mask tracker from a published folder into `target`, an empty one. Raises as `take_over`."""
    return take_over(_PARTS, source, target, report_path, on_step)
