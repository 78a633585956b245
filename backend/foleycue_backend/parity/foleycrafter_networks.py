# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of FoleyCrafter's adapters: one attention, and one evaluation of ControlNet and UNet."""

from __future__ import annotations

import re
from typing import Any

import torch
from diffusers.models.attention_processor import Attention, IPAdapterAttnProcessor2_0
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.checkpoints.state_dict import filled, strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import load_unet
from foleycue_backend.engines.foleycrafter.adapters import (
    Adapters,
    attach_semantic_adapter,
    image_projection,
    load_controlnet,
    set_semantic_scale,
)
from foleycue_backend.engines.foleycrafter.condition_map import condition_map
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count
from foleycue_backend.parity.network import build_unet

#: Pixels of the map for one of the latents.
PIXELS = 8
_ATTENTION_SCALE = re.compile(r"out\.scale([\d.]+)$")
_RESIDUALS = re.compile(r"controlnet\.scale([\d.]+)\.(?:mid|down\.\d+)$")
_EVALUATION = re.compile(r"unet\.controlnet([\d.]+?)(?:\.ip([\d.]+))?$")


def _shapes(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


def load_networks(golden: Golden) -> tuple[UNet2DConditionModel, ControlNetModel]:
    """The plain UNet and the ControlNet cloned from it, by the recipe."""
    stated = golden.fact("unet_config")
    with torch.device("meta"):
        sized = build_unet(stated)
        control = ControlNetModel.from_unet(sized, conditioning_channels=1, load_weights_from_unet=False)
    unet = load_unet(golden.rebuilt(_shapes(sized), "unet."), stated, golden.path.name)
    return unet, load_controlnet(golden.rebuilt(_shapes(control), "controlnet."), unet)


def _is_attention(golden: Golden) -> bool:
    return golden.has("hidden_states", "out.text_only", "image_embeds")


def attention(golden: Golden) -> Outcome:
    """Image tokens, and one cross-attention that sees them more or less."""
    stored = golden.stored()
    layer = next(key for key in stored if key.endswith("attn2.to_k.weight")).removesuffix("to_k.weight")
    own = strip_prefix(stored, layer)
    (inner, wide), query = own["to_k.weight"].shape, own["to_q.weight"].shape[1]
    heads = int(golden.fact("heads"))
    tokens = golden.tensor("image_tokens")
    processor: Any = IPAdapterAttnProcessor2_0(inner, wide, num_tokens=(tokens.shape[2],), scale=0.0)
    net = filled(
        lambda: Attention(query, wide, heads=heads, dim_head=inner // heads, processor=processor), own, "attention"
    )
    embeddings = golden.tensor("image_embeds")
    projection = image_projection(golden.stored("image_proj."), wide)
    hidden, text = golden.tensor("hidden_states"), golden.tensor("text")
    results = {"image_tokens": projection(embeddings.flatten(0, 1)).reshape(tokens.shape)}
    for name in golden.results():
        if match := _ATTENTION_SCALE.match(name):
            processor.scale = [float(match[1])]
            results[name] = net(hidden, encoder_hidden_states=(text, [tokens]))
    plain = Attention(query, wide, heads=heads, dim_head=inner // heads)
    bare = {key: value for key, value in own.items() if not key.startswith("processor.")}
    plain.load_state_dict(bare)
    results["out.text_only"] = plain(hidden, encoder_hidden_states=text)
    return Outcome(results, value_count(net), given=frozenset({"hidden_states", "text", "image_embeds"}))


def _is_pair(golden: Golden) -> bool:
    return golden.has("condition_row", "sample", "image_embeds", "unet.plain")


def networks(golden: Golden) -> Outcome:
    """Condition embedding, residuals, image tokens, and the UNet with none, some and all of them."""
    unet, controlnet = load_networks(golden)
    sample, text, time = golden.tensor("sample"), golden.tensor("text"), torch.tensor(golden.fact("timestep"))
    condition = condition_map(golden.tensor("condition_row"), sample.shape[2] * PIXELS)
    embed: Any = controlnet.controlnet_cond_embedding
    results: dict[str, Tensor] = {"controlnet.cond_embedding": embed(condition)}

    def evaluate(scale: str, *, pictures: bool) -> Tensor:
        arguments = dict(conditions(scale)(sample, time))
        if not pictures:
            arguments.pop("added_cond_kwargs")
        return unet(sample, time, text, return_dict=False, **arguments)[0]

    def conditions(scale: str) -> Adapters:
        return Adapters(controlnet, text, golden.tensor("image_embeds"), condition, float(scale))

    results["unet.plain"] = unet(sample, time, text, return_dict=False)[0]
    for name in golden.results():
        if match := _RESIDUALS.match(name):
            down, middle = conditions(match[1]).residuals(sample, time)
            start = f"controlnet.scale{match[1]}"
            results |= {f"{start}.down.{i}": value for i, value in enumerate(down)} | {f"{start}.mid": middle}
        elif (match := _EVALUATION.match(name)) and match[2] is None:
            results[name] = evaluate(match[1], pictures=False)
    attach_semantic_adapter(unet, golden.stored())
    project: Any = unet.encoder_hid_proj
    results["image_tokens"] = project([golden.tensor("image_embeds")])[0]
    for name in golden.results():
        if (match := _EVALUATION.match(name)) and match[2] is not None:
            set_semantic_scale(unet, float(match[2]))
            results[name] = evaluate(match[1], pictures=True)
    given = frozenset({"condition_row", "sample", "text", "image_embeds"})
    return Outcome(results, value_count(unet, controlnet), given=given)


KINDS = (
    Kind("FoleyCrafter attention to pictures", _is_attention, attention),
    Kind("FoleyCrafter ControlNet and UNet", _is_pair, networks),
)
