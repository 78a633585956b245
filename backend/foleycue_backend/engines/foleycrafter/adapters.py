# SPDX-License-Identifier: GPL-3.0-or-later
"""What FoleyCrafter adds to Auffusion's UNet: picture tokens (IP-Adapter, Ye et al., 2023) and a ControlNet of onsets.

Both are stock classes under the authors' key names. The ControlNet never sees the picture tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.embeddings import ImageProjection, MultiIPAdapterImageProjection
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers.modeling_utils import PreTrainedModel

from foleycue_backend.engines.checkpoints.state_dict import State, filled, split_parts
from foleycue_backend.engines.checkpoints.unet_shapes import shape_of, unet_fields
from foleycue_backend.engines.foleycrafter.semantic_adapter import crossing_names
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.text import TextStates

_SEMANTIC = {"image_proj": "image_proj.", "ip_adapter": "ip_adapter."}
_WRAPPER = "module."
_CONDITION = "controlnet_cond_embedding."


def load_controlnet(state: State, unet: UNet2DConditionModel) -> ControlNetModel:
    """The temporal adapter of `temporal_adapter.ckpt` in eval mode, for the UNet that it was cloned from.

    Exactly the ControlNet's keys are taken, `module.` off; others, such as an optimizer's, are left. Raises
    FoleyCueError (bad-input) naming the keys that are missing or mis-shaped, ShapeTrouble for another network.
    """
    bare = {key.removeprefix(_WRAPPER): value for key, value in state.items()}
    channels = condition_channels(bare)
    with torch.device("meta"):
        names = controlnet_of(unet, channels).state_dict().keys()
    own = {key: value for key, value in bare.items() if key in names}
    return filled(lambda: controlnet_of(unet, channels), own, "temporal adapter")


def condition_channels(state: State) -> int:
    """Channels of the map that a temporal adapter looks at, 1 as published; raises ShapeTrouble."""
    return shape_of(state, f"{_CONDITION}conv_in.weight", (4,))[1]


def controlnet_of(unet: UNet2DConditionModel, channels: int) -> ControlNetModel:
    """A ControlNet with random weights for this UNet."""
    # The UNet may have the picture tokens already, the ControlNet never has. Copying weights would be for nothing.
    plain = UNet2DConditionModel(**{**unet_fields(unet.config), "encoder_hid_dim_type": None})
    return ControlNetModel.from_unet(plain, conditioning_channels=channels, load_weights_from_unet=False)


def image_projection(state: State, width: int) -> ImageProjection:
    """From an embedding to tokens of `width`, under the names below `image_proj.`; raises as `attach_semantic_adapter`.

    The number of tokens, 4 as published, comes from shapes.
    """
    renamed = {key.replace("proj.", "image_embeds."): value for key, value in state.items()}
    outputs, inputs = shape_of(renamed, "image_embeds.weight")
    return filled(lambda: ImageProjection(inputs, width, outputs // width), renamed, "image projection")


def attach_semantic_adapter(unet: UNet2DConditionModel, state: State) -> None:
    """Give the UNet the picture tokens of `semantic_adapter.bin`, whose nested keys are joined by dots.

    The file numbers attentions in the order of `unet.attn_processors`, and only those that look at the text count.
    Raises FoleyCueError (bad-input) for foreign, missing and mis-shaped keys.
    """
    parts = split_parts(state, _SEMANTIC, "FoleyCrafter's semantic adapter")
    width: int = unet.config["cross_attention_dim"]
    projection = image_projection(parts["image_proj"], width)
    crossing = {name: f"{number}." for name, number in crossing_names(unet).items()}
    weights = split_parts(parts["ip_adapter"], crossing, "FoleyCrafter's semantic adapter for this UNet")
    processors = dict(unet.attn_processors)
    for name, own in weights.items():
        processors[name] = _image_attention(own, width, projection.num_image_text_embeds, name)
    unet.set_attn_processor(processors)
    tokens: Any = MultiIPAdapterImageProjection([projection])
    unet.encoder_hid_proj = tokens
    unet.register_to_config(encoder_hid_dim_type="ip_image_proj")


def _image_attention(state: State, width: int, tokens: int, name: str) -> IPAdapterAttnProcessor2_0:
    """One attention's look at the tokens; stock names end in the number of the adapter, of which there is one."""
    renamed = {key.replace("_ip.", "_ip.0."): value for key, value in state.items()}
    channels = shape_of(renamed, "to_k_ip.0.weight")[0]
    return filled(lambda: IPAdapterAttnProcessor2_0(channels, width, (tokens,)), renamed, f"attention {name}")


def set_semantic_scale(unet: UNet2DConditionModel, scale: float) -> None:
    """How strongly the picture tokens push; 0 leaves the plain UNet."""
    for processor in unet.attn_processors.values():
        if hasattr(processor, "to_k_ip"):
            chosen: Any = processor
            chosen.scale = [scale]


def image_prompt(embeddings: Tensor) -> Tensor:
    """Both halves of guidance (2, 1, width): no picture, zeros, and the mean of the pictures' embeddings (T, width).

    Embeddings are not of unit length, and zeros do not give zero tokens.
    """
    mean = embeddings.mean(0, keepdim=True)
    return torch.stack([torch.zeros_like(mean), mean])


def guided_unet(
    unet: UNet2DConditionModel,
    controlnet: ControlNetModel,
    text: TextStates,
    pictures: Tensor,
    condition: Tensor,
    *,
    guidance: float,
    temporal: float,
    batch: int = 1,
) -> GuidedUnet:
    """The UNet with all its conditions for `batch` sounds of one clip, to be sampled from.

    `text` of the negative and the wanted prompt; `pictures` (2, 1, width) as `image_prompt` makes them; `condition`
    (1, 1, rows, columns). Guidance acts on text and picture together; both halves hear the same onsets.
    """
    branches = two_branches(text, guidance, batch)
    halves = pictures[-len(branches.weights) :]
    embeddings = halves.repeat_interleave(batch, 0)
    return GuidedUnet(unet, branches, Adapters(controlnet, branches.states, embeddings, condition, temporal))


@torch.no_grad()
def encode_prompts(tower: PreTrainedModel, ids: Tensor) -> TextStates:
    """Last hidden states of the ids (2, length) of negative and prompt, both padded to 77; all count."""
    states = tower(input_ids=ids)[0]
    return TextStates(states, torch.ones(states.shape[:2], device=states.device))


@dataclass(frozen=True)
class Adapters:
    """The UNet's further arguments: residuals of the ControlNet, and the picture's embeddings.

    `states` (N, length, width) of the text and `embeddings` (N, 1, width) for the rows of all branches; `condition`
    (1, 1, rows, columns), the same for all of them; `scale` of the residuals.
    """

    controlnet: ControlNetModel
    states: Tensor
    embeddings: Tensor
    condition: Tensor
    scale: float = 0.2

    def residuals(self, rows: Tensor, timestep: Tensor) -> tuple[list[Tensor], Tensor]:
        """Of every skip connection and of the middle."""
        found: Any = self.controlnet(
            rows,
            timestep,
            self.states,
            self.condition.expand(len(rows), -1, -1, -1),
            conditioning_scale=self.scale,
            return_dict=False,
        )
        return found

    def __call__(self, rows: Tensor, timestep: Tensor) -> Mapping[str, Any]:
        """Arguments of one evaluation."""
        down, middle = self.residuals(rows, timestep)
        return {
            "down_block_additional_residuals": down,
            "mid_block_additional_residual": middle,
            "added_cond_kwargs": {"image_embeds": [self.embeddings]},
        }
