# SPDX-License-Identifier: GPL-3.0-or-later
"""CAVP's picture encoder out of published files: of its own, or inside those of a system that uses it."""

from __future__ import annotations

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import Component, reading
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles
from foleycue_backend.engines.checkpoints.published_parts import lacks
from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.checkpoints.unet_shapes import Config, count_of, shape_of
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder

#: The contrastive model's other half, which published inference builds and never runs.
_OTHER_HALF = ("spec_encoder.", "spec_project_head.", "logit_scale")


def video_encoder_of(files: PublishedFiles, state: State, source: str, report: CheckpointReport) -> Component:
    """The encoder, of `state` or of a file of its own where that holds none. Raises BAD_INPUT if it is nowhere."""
    if not any(key.startswith("video_encoder.") for key in state):
        found = files.weights(published_files.PICTURE)
        if found is None:
            raise lacks("picture encoder", "cavp_epoch66.ckpt", files)
        source = found.path.name
        state = {key.removeprefix("stage1_model."): value for key, value in found.tensors.items()}
    needed = {key: value for key, value in state.items() if not key.startswith(_OTHER_HALF)}
    report.leave_out("the picture encoder's half for sound", [key for key in state if key not in needed])
    with reading("video_encoder"):
        config = video_encoder_config(needed)
    return Component("video_encoder", source, lambda: CavpVideoEncoder(**config), needed)


def video_encoder_config(state: State) -> Config:
    """The encoder's configuration, read off its tensors; raises `ShapeTrouble`."""
    stages = count_of(state, r"video_encoder\.layer(\d+)\.") - 1
    return {
        "base_channels": shape_of(state, "video_encoder.conv1.conv.weight")[0],
        "stage_blocks": [count_of(state, rf"video_encoder\.layer{stage + 1}\.(\d+)\.") for stage in range(stages)],
        "features": shape_of(state, "video_project_head.weight")[0],
    }
