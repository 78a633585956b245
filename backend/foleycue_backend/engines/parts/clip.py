# SPDX-License-Identifier: GPL-3.0-or-later
"""CLIP's towers (Radford et al., 2021) on stock classes, widths read off the tensors of published files.

Shapes tell neither the number of heads nor the activation. Both come from a configuration where there is one, else
from the table of published towers, told apart by their width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor
from transformers.modeling_utils import PreTrainedModel
from transformers.models.clip.configuration_clip import CLIPTextConfig, CLIPVisionConfig
from transformers.models.clip.modeling_clip import (
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionModelWithProjection,
)

from foleycue_backend.engines.checkpoints.state_dict import State, load_exactly
from foleycue_backend.engines.checkpoints.unet_shapes import Config, count_of, shape_of
from foleycue_shared.errors import ErrorCode, FoleyCueError

Text = TypeVar("Text", CLIPTextModel, CLIPTextModelWithProjection)
Tower = TypeVar("Tower", bound=PreTrainedModel)

_VISION, _TEXT = "vision_model.", "text_model."
#: ViT-B and ViT-L of OpenAI, ViT-H of LAION, by their width.
_KNOWN_VISION: dict[int, Config] = {
    768: {"num_attention_heads": 12, "hidden_act": "quick_gelu"},
    1024: {"num_attention_heads": 16, "hidden_act": "quick_gelu"},
    1280: {"num_attention_heads": 16, "hidden_act": "gelu"},
}
#: The text towers of OpenAI's ViT-B and ViT-L.
_KNOWN_TEXT: dict[int, Config] = {
    512: {"num_attention_heads": 8, "hidden_act": "quick_gelu"},
    768: {"num_attention_heads": 12, "hidden_act": "quick_gelu"},
}
#: Counting numbers that older files keep beside the weights.
_POSITION_IDS = "embeddings.position_ids"


def _told(stated: Mapping[str, Any] | None, known: Mapping[int, Config], width: int, tower: str) -> Config:
    if stated is not None:
        return dict(stated)
    if width not in known:
        message = f"No published CLIP {tower} is {width} wide, which leaves its heads unknown: add its config.json."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    return known[width]


def _layers(state: State, prefix: str) -> Config:
    return {
        "num_hidden_layers": count_of(state, rf"{prefix}encoder\.layers\.(\d+)\."),
        "intermediate_size": shape_of(state, f"{prefix}encoder.layers.0.mlp.fc1.weight")[0],
    }


def vision_config(state: State, stated: Mapping[str, Any] | None = None) -> CLIPVisionConfig:
    """The configuration of a vision tower with projection; raises ShapeTrouble for tensors of another kind."""
    width, _, patch, _ = shape_of(state, f"{_VISION}embeddings.patch_embedding.weight", (4,))
    patches = shape_of(state, f"{_VISION}embeddings.position_embedding.weight")[0] - 1
    shown = {
        "hidden_size": width,
        "patch_size": patch,
        "image_size": math.isqrt(patches) * patch,
        "projection_dim": shape_of(state, "visual_projection.weight")[0],
        **_layers(state, _VISION),
    }
    return CLIPVisionConfig(**{**_told(stated, _KNOWN_VISION, width, "vision tower"), **shown})


def text_config(state: State, stated: Mapping[str, Any] | None = None) -> CLIPTextConfig:
    """The configuration of a text tower under `text_model.` names; raises ShapeTrouble for tensors of another kind."""
    words, width = shape_of(state, f"{_TEXT}embeddings.token_embedding.weight")
    shown = {
        "vocab_size": words,
        "hidden_size": width,
        "max_position_embeddings": shape_of(state, f"{_TEXT}embeddings.position_embedding.weight")[0],
        **_layers(state, _TEXT),
    }
    if "text_projection.weight" in state:
        shown["projection_dim"] = shape_of(state, "text_projection.weight")[0]
    return CLIPTextConfig(**{**_told(stated, _KNOWN_TEXT, width, "text tower"), **shown})


def load_vision(state: State, stated: Mapping[str, Any] | None = None) -> CLIPVisionModelWithProjection:
    """The vision tower in eval mode; raises FoleyCueError (bad-input) naming the keys that do not fit."""
    own = without_positions(state)
    return _filled(CLIPVisionModelWithProjection(vision_config(own, stated)), own, "CLIP vision tower")


def load_text(kind: type[Text], state: State, stated: Mapping[str, Any] | None = None) -> Text:
    """The text tower in eval mode, with or without projection as `kind` has it; raises as `load_vision`."""
    own = without_positions(state)
    tower = kind(text_config(own, stated))
    return _filled(tower, text_names(tower, own), "CLIP text tower")


def without_positions(state: State) -> dict[str, Tensor]:
    """The weights alone, without the counting numbers that older files keep beside them."""
    return {key: value for key, value in state.items() if not key.endswith(_POSITION_IDS)}


@torch.no_grad()
def embed_pictures(tower: CLIPVisionModelWithProjection, pictures: Tensor) -> Tensor:
    """Projected embeddings (T, width), not of unit length, of pictures (T, 3, size, size) as the model wants them."""
    return tower(pixel_values=pictures).image_embeds


def text_names(tower: PreTrainedModel, state: State) -> dict[str, Tensor]:
    """Published keys as this version of transformers spells them: some leave `text_model.` out."""
    if any(key.startswith(_TEXT) for key in tower.state_dict()):
        return dict(state)
    return {key.removeprefix(_TEXT): value for key, value in state.items()}


def _filled(tower: Tower, state: State, what: str) -> Tower:
    load_exactly(tower, state, what)
    return tower.eval()
