# SPDX-License-Identifier: GPL-3.0-or-later
"""Small random networks in the published layout of Tango and VTA-LDM: full key names, narrow widths."""

from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel

UNET: dict[str, Any] = {
    "in_channels": 8,
    "out_channels": 8,
    "block_out_channels": [32, 64],
    "layers_per_block": 1,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
    "cross_attention_dim": 24,
    "attention_head_dim": [2, 4],
    "use_linear_projection": True,
    "upcast_attention": True,
}
T5: dict[str, Any] = {"vocab_size": 40, "d_model": 24, "d_kv": 6, "d_ff": 20, "num_layers": 2, "num_heads": 3}


def tiny_unet(seed: int = 0) -> UNet2DConditionModel:
    torch.manual_seed(seed)
    return UNet2DConditionModel(**UNET).eval()


def tango_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """A main file of Tango's: both networks below their prefixes, the embedding under both names."""
    unet = tiny_unet(seed).state_dict()
    text = T5EncoderModel(T5Config(**T5, feed_forward_proj="gated-gelu")).state_dict()
    return {f"unet.{k}": v for k, v in unet.items()} | {f"text_encoder.{k}": v for k, v in text.items()}
