# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights of `semantic_adapter.bin` as one network under their published names, so that they load and save alike.

It computes nothing itself: `adapters.attach_semantic_adapter` gives its weights to a UNet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.checkpoints.unet_shapes import Config, shape_of

_CROSSING = "attn2.processor"


def crossing_names(unet: UNet2DConditionModel) -> dict[str, int]:
    """The processors of attentions that look at the text, with the number that the file gives each.

    It counts all attentions, in the order down, up, middle.
    """
    return {name: number for number, name in enumerate(unet.attn_processors) if name.endswith(_CROSSING)}


def semantic_config(state: State, unet: UNet2DConditionModel) -> Config:
    """The adapter's configuration for this UNet; raises ShapeTrouble for tensors of another kind."""
    width: int = unet.config["cross_attention_dim"]
    outputs, inputs = shape_of(state, "image_proj.proj.weight", (2,))
    tokens = max(1, outputs // width)
    return {"inputs": inputs, "width": width, "tokens": tokens, "layers": crossing_layers(unet)}


def crossing_layers(unet: UNet2DConditionModel) -> list[list[int]]:
    """(number, channels) of each attention that looks at the text."""
    return [[number, _channels(unet, name)] for name, number in crossing_names(unet).items()]


def _channels(unet: UNet2DConditionModel, processor: str) -> int:
    attention: Any = unet.get_submodule(processor.removesuffix(".processor"))
    return attention.to_k.out_features


class _Projection(nn.Module):
    def __init__(self, inputs: int, width: int, tokens: int) -> None:
        super().__init__()
        self.proj = nn.Linear(inputs, width * tokens)
        self.norm = nn.LayerNorm(width)


class _Look(nn.Module):
    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.to_k_ip = nn.Linear(width, channels, bias=False)
        self.to_v_ip = nn.Linear(width, channels, bias=False)


class SemanticAdapter(ModelMixin, ConfigMixin):
    """Keys `image_proj.*` and `ip_adapter.{number}.to_{k,v}_ip.weight`; `layers` are (number, channels)."""

    @register_to_config
    def __init__(
        self,
        inputs: int = 1024,
        width: int = 768,
        tokens: int = 4,
        layers: Sequence[Sequence[int]] = ((1, 320),),
    ) -> None:
        super().__init__()
        self.image_proj = _Projection(inputs, width, tokens)
        looks: Mapping[str, nn.Module] = {str(number): _Look(width, channels) for number, channels in layers}
        self.ip_adapter = nn.ModuleDict(looks)
