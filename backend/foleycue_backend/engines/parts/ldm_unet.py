# SPDX-License-Identifier: GPL-3.0-or-later
"""UNets of the latent-diffusion code base under their published names, on stock diffusers blocks, and back.

Stable Diffusion 1 and what was trained from it (Diff-Foley) number their blocks through: `input_blocks.0` is the first
convolution, then each level has R residual blocks and a downsampling; `output_blocks` mirror that. Diffusers counts
levels and layers apart. Half UNets, which end after the middle (Diff-Foley's classifier), have the same names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.checkpoints.unet_shapes import count_of
from foleycue_shared.errors import ErrorCode, FoleyCueError

_ENDS = {
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "middle_block.0": "mid_block.resnets.0",
    "middle_block.1": "mid_block.attentions.0",
    "middle_block.2": "mid_block.resnets.1",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
}
_RESIDUAL = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_PUBLISHED_ENDS = {stock: published for published, stock in _ENDS.items()}
_PUBLISHED_RESIDUAL = {stock: published for published, stock in _RESIDUAL.items()}
_BLOCK = re.compile(r"(input|output)_blocks\.(\d+)\.(\d+)\.(.*)$")
_STOCK_BLOCK = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)$")


def _swapped(key: str, names: Mapping[str, str]) -> str:
    """The key with its first words exchanged where they are in the table."""
    return next((new + key[len(old) :] for old, new in names.items() if key.startswith(f"{old}.")), key)


def _depth(state: State) -> int:
    """Residual blocks a level: the first downsampling comes after those of the first level."""
    ends = [int(m[1]) for m in (re.match(r"input_blocks\.(\d+)\.0\.op\.", key) for key in state) if m]
    depth = min(ends, default=count_of(state, r"input_blocks\.(\d+)\.")) - 1
    if depth < 1:
        raise FoleyCueError(ErrorCode.BAD_INPUT, "This file holds no UNet: there is no key like input_blocks.1.0.")
    return depth


def _stock_name(key: str, depth: int) -> str:
    match = _BLOCK.match(key)
    if match is None or key.startswith("input_blocks.0."):
        stem = _swapped(key, _ENDS)
        head, middle, rest = stem.partition(".resnets.")
        return f"{head}{middle}{rest[:2]}{_swapped(rest[2:], _RESIDUAL)}" if middle else stem
    part, rest = int(match[3]), match[4]
    side, number = ("down", int(match[2]) - 1) if match[1] == "input" else ("up", int(match[2]))
    level, layer = divmod(number, depth + 1)
    at = f"{side}_blocks.{level}"
    if side == "down" and layer == depth:
        return f"{at}.downsamplers.0.conv.{rest.removeprefix('op.')}"
    if part == 0:
        return f"{at}.resnets.{layer}.{_swapped(rest, _RESIDUAL)}"
    return f"{at}.upsamplers.0.{rest}" if rest.startswith("conv.") else f"{at}.attentions.{layer}.{rest}"


def _published_name(key: str, depth: int, state: State) -> str:
    match = _STOCK_BLOCK.match(key)
    if match is None:
        head, middle, rest = key.partition(".resnets.")
        stem = f"{head}{middle}{rest[:2]}{_swapped(rest[2:], _PUBLISHED_RESIDUAL)}" if middle else key
        return _swapped(stem, _PUBLISHED_ENDS)
    level, layer, part, rest = int(match[2]), int(match[4]), match[3], match[5]
    first = level * (depth + 1)
    at = f"input_blocks.{first + 1 + layer}" if match[1] == "down" else f"output_blocks.{first + layer}"
    if part == "resnets":
        return f"{at}.0.{_swapped(rest, _PUBLISHED_RESIDUAL)}"
    if part == "attentions":
        return f"{at}.1.{rest}"
    if part == "downsamplers":
        return f"input_blocks.{first + depth + 1}.0.op.{rest.removeprefix('conv.')}"
    # In the published list an upsampling stands behind the attention, if there is one.
    attends = any(name.startswith(f"up_blocks.{level}.attentions.") for name in state)
    return f"output_blocks.{first + depth}.{1 + attends}.{rest}"


def to_stock(state: State) -> dict[str, Tensor]:
    """Published names, prefix off, to those of `UNet2DConditionModel`; shapes stay.

    Raises FoleyCueError (bad-input) if the names are not of this family.
    """
    depth = _depth(state)
    return {_stock_name(key, depth): value for key, value in state.items()}


def to_published(state: State) -> dict[str, Tensor]:
    """The inverse of `to_stock`."""
    depth = count_of(state, r"down_blocks\.0\.resnets\.(\d+)\.")
    return {_published_name(key, depth, state): value for key, value in state.items()}


def config_from_published(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The stock configuration of a published `unet_config` (`model_channels`, `channel_mult`, ...)."""
    factors = facts["channel_mult"]
    attends = [2**level in facts["attention_resolutions"] for level in range(len(factors))]
    return {
        "in_channels": facts["in_channels"],
        "out_channels": facts["out_channels"],
        "block_out_channels": [facts["model_channels"] * factor for factor in factors],
        "layers_per_block": facts["num_res_blocks"],
        "down_block_types": ["CrossAttnDownBlock2D" if attend else "DownBlock2D" for attend in attends],
        "up_block_types": ["CrossAttnUpBlock2D" if attend else "UpBlock2D" for attend in reversed(attends)],
        "cross_attention_dim": facts["context_dim"],
        "transformer_layers_per_block": facts.get("transformer_depth", 1),
        # The stock name is a historic mistake: it is the number of heads.
        "attention_head_dim": facts["num_heads"],
    }
