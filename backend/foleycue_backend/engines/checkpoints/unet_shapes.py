# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of published UNets, read off the names and shapes of their tensors.

The one thing that tensors do not show is the number of attention heads. It comes from the UNet's own configuration
file, else from the table of published networks, told apart by their widths; otherwise the checkpoint is refused.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.checkpoints.state_dict import State, filled
from foleycue_shared.errors import ErrorCode, FoleyCueError

Config = dict[str, Any]

#: What shapes do not tell of the published UNets (Tango, VTA-LDM and this family), by block widths.
#: attention_head_dim is what diffusers calls the number of heads in these configurations.
_KNOWN: dict[tuple[int, ...], Config] = {
    (128, 256, 384, 640): {"attention_head_dim": 8, "upcast_attention": False},
    (320, 640, 640, 1280): {"attention_head_dim": [5, 10, 20, 20], "upcast_attention": True},
    (320, 640, 1280, 1280): {"attention_head_dim": [5, 10, 20, 20], "upcast_attention": True},
}
_HEADS = ("attention_head_dim", "num_attention_heads")


class ShapeTrouble(ValueError):
    """A tensor without which a configuration cannot be known is missing or makes no sense; says which."""


def load_unet(
    state: State, stated: Mapping[str, Any] | None = None, stated_in: str = "unet/config.json"
) -> UNet2DConditionModel:
    """The UNet of a state dict in eval mode; raises as `unet_config`, and BAD_INPUT naming keys that do not fit."""
    config = unet_config(state, stated, stated_in)
    return filled(lambda: UNet2DConditionModel(**config), state, "UNet")


def unet_config(state: State, stated: Mapping[str, Any] | None, stated_in: str = "unet/config.json") -> Config:
    """The configuration of a UNet's state dict; `stated` is what its configuration file says, None without one.

    Raises BAD_INPUT when that file contradicts the tensors, or when the number of heads is not to be known, and
    ShapeTrouble, as all functions here do.
    """
    shown = _unet_shapes(state)
    if stated is None:
        known = _KNOWN.get(tuple(shown["block_out_channels"]))
        if known is None:
            widths = ", ".join(map(str, shown["block_out_channels"]))
            raise FoleyCueError(
                ErrorCode.BAD_INPUT,
                "The number of attention heads cannot be read from the weights, and this UNet is none of the known "
                f"ones (widths {widths}): add the unet/config.json that belongs to it.",
            )
        return {**shown, **known}
    for name, value in shown.items():
        if name in stated and not _same(stated[name], value):
            raise FoleyCueError(
                ErrorCode.BAD_INPUT,
                f"{stated_in} does not belong to these weights: it says {name} {stated[name]}, the tensors show "
                f"{value}.",
            )
    if all(stated.get(name) is None for name in _HEADS):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{stated_in} does not say attention_head_dim, which no tensor shows: add it there."
        )
    return unet_fields(stated) | shown


def unet_fields(stated: Mapping[str, Any]) -> Config:
    """Of a published configuration what the stock UNet knows; the rest is its file's own."""
    fields = inspect.signature(UNet2DConditionModel.__init__).parameters
    return {name: value for name, value in stated.items() if name in fields}


def attended_width(config: Mapping[str, Any]) -> int:
    """The width of what a UNet attends to, of its configuration."""
    width = config["cross_attention_dim"]
    return width if isinstance(width, int) else width[0]


def _same(stated: object, shown: object) -> bool:
    """Whether two values agree; one number may stand for a list of equal ones."""
    if isinstance(stated, list | tuple) and isinstance(shown, list | tuple):
        return list(stated) == list(shown)
    if isinstance(stated, list | tuple):
        return all(entry == shown for entry in stated)
    return stated == shown


def _unet_shapes(state: State) -> Config:
    downs, ups = _blocks(state, "down_blocks"), _blocks(state, "up_blocks")
    widths = [shape_of(state, f"down_blocks.{i}.resnets.0.conv1.weight")[0] for i in downs]
    crossing = first_key(state, r".*attn2\.to_k\.weight$")
    config: Config = {
        "in_channels": shape_of(state, "conv_in.weight")[1],
        "out_channels": shape_of(state, "conv_out.weight")[0],
        "block_out_channels": widths,
        "layers_per_block": count_of(state, r"down_blocks\.0\.resnets\.(\d+)\."),
        "down_block_types": [_type(state, "down_blocks", i, "DownBlock2D") for i in downs],
        "up_block_types": [_type(state, "up_blocks", i, "UpBlock2D") for i in ups],
    }
    if crossing is not None:
        config["cross_attention_dim"] = shape_of(state, crossing)[1]
    projection = first_key(state, r".*attentions\.0\.proj_in\.weight$")
    if projection is not None:
        config["use_linear_projection"] = len(shape_of(state, projection)) == 2
    depth = first_key(state, r".*attentions\.0\.transformer_blocks\.0\.")
    if depth is not None:
        stem = re.escape(depth.split("transformer_blocks.")[0])
        config["transformer_layers_per_block"] = count_of(state, rf"{stem}transformer_blocks\.(\d+)\.")
    return config


def shape_of(state: State, key: str, axes: tuple[int, ...] = (2, 3, 4, 5)) -> tuple[int, ...]:
    """The shape of a tensor of so many axes; raises ShapeTrouble."""
    if key not in state:
        raise ShapeTrouble(f"the key {key} is missing")
    shape = tuple(state[key].shape)
    if len(shape) not in axes:
        raise ShapeTrouble(f"the key {key} has the shape {list(shape)}, as no such network has it")
    return shape


def _blocks(state: State, name: str) -> range:
    return range(count_of(state, rf"{name}\.(\d+)\."))


def count_of(state: Iterable[str], pattern: str) -> int:
    """One more than the highest number that the pattern finds at the start of a key; 0 without any."""
    found = (re.match(pattern, key) for key in state)
    return max((int(match[1]) for match in found if match), default=-1) + 1


def first_key(state: Iterable[str], pattern: str) -> str | None:
    """The first key that begins with the pattern."""
    return next((key for key in state if re.match(pattern, key)), None)


def _type(state: Iterable[str], side: str, number: int, plain: str) -> str:
    attends = first_key(state, rf"{side}\.{number}\.attentions\.") is not None
    return f"CrossAttn{plain}" if attends else plain
