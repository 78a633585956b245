# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations read off shapes, at the full widths of the published networks (without memory for their weights)."""

import json
from pathlib import Path

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.checkpoints import unet_shapes
from foleycue_backend.engines.checkpoints.published_cavp import video_encoder_config
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_shared.errors import FoleyCueError

KEYS = Path(__file__).parents[4] / "shared" / "reference" / "sta_v2a_keys.json"

RELEASE = {
    "sample_size": [32, 2],
    "in_channels": 8,
    "out_channels": 8,
    "block_out_channels": [128, 256, 384, 640],
    "layers_per_block": 2,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "cross_attention_dim": 1024,
    "attention_head_dim": 8,
    "use_linear_projection": False,
    "upcast_attention": False,
}
TANGO = {
    **RELEASE,
    "block_out_channels": [320, 640, 1280, 1280],
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    "attention_head_dim": [5, 10, 20, 20],
    "use_linear_projection": True,
    "upcast_attention": True,
}


def meta_state(build):
    with torch.device("meta"):
        return build().state_dict()


@pytest.mark.parametrize("config", [RELEASE, TANGO])
def test_known_widths_give_the_whole_configuration(config):
    state = meta_state(lambda: UNet2DConditionModel(**config))
    found = unet_shapes.unet_config(state, None)
    assert {name: found[name] for name in config if name in found} == {
        name: value for name, value in config.items() if name != "sample_size"
    }
    again = meta_state(lambda: UNet2DConditionModel(**found))
    assert {key: value.shape for key, value in again.items()} == {key: value.shape for key, value in state.items()}


def test_a_stated_configuration_gives_what_shapes_do_not_show():
    config = {**RELEASE, "block_out_channels": [64, 64, 96, 128], "attention_head_dim": 4, "_class_name": "X"}
    state = meta_state(lambda: UNet2DConditionModel(**{k: v for k, v in config.items() if k[0] != "_"}))
    assert unet_shapes.unet_config(state, config)["attention_head_dim"] == 4
    with pytest.raises(FoleyCueError, match="widths 64, 64, 96, 128"):
        unet_shapes.unet_config(state, None)


def test_the_picture_encoders_depth_and_width_are_read():
    state = meta_state(CavpVideoEncoder)
    assert video_encoder_config(state) == {"base_channels": 64, "stage_blocks": [3, 4, 6, 3], "features": 512}


@pytest.mark.skipif(not KEYS.is_file(), reason="the reference's list of keys is not beside this checkout")
@pytest.mark.parametrize(("name", "config"), [("unet | width128", RELEASE), ("unet | tango", TANGO)])
def test_the_references_own_keys_are_understood(name, config):
    groups = json.loads(KEYS.read_text())
    keys = next(group for title, group in groups.items() if title.startswith(name))
    state = {key: torch.empty(shape, device="meta") for key, shape in keys.items()}
    found = unet_shapes.unet_config(state, None)
    built = meta_state(lambda: UNet2DConditionModel(**found))
    assert {key: list(value.shape) for key, value in built.items()} == keys
    assert found["attention_head_dim"] == config["attention_head_dim"]
