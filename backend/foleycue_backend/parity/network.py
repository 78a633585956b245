# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of the diffusion networks: UNet with ControlNet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.checkpoints import unet_shapes
from foleycue_backend.engines.checkpoints.state_dict import filled
from foleycue_backend.engines.sta_v2a import shapes
from foleycue_backend.engines.sta_v2a.checkpoint_parts import PREFIXES
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, published_state, value_count

#: Channels of the onset predictor's hidden state where a golden does not show them.
_CONDITION_CHANNELS = 128


@dataclass(frozen=True)
class Networks:
    """Both networks of a golden."""

    unet: UNet2DConditionModel
    controlnet: CueControlNet

    @property
    def weights(self) -> int:
        """Values of both."""
        return value_count(self.unet, self.controlnet)


def build_unet(config: Mapping[str, Any]) -> UNet2DConditionModel:
    """The stock UNet of a published configuration; fields that the class does not know are its file's own."""
    return UNet2DConditionModel(**unet_shapes.unet_fields(config))


def load_networks(golden: Golden) -> Networks:
    """UNet and ControlNet of the golden that has their weights; raises FoleyCueError if they do not fit."""
    stated = golden.fact("unet_config")
    width = golden.tensors["in.controlnet_cond"].shape[-1] if golden.has("in.controlnet_cond") else _CONDITION_CHANNELS

    def sized() -> CueControlNet:
        return CueControlNet.from_unet(build_unet(stated), width)

    unet_state = published_state(golden, PREFIXES["unet"], lambda: build_unet(stated), "unet")
    control_state = published_state(golden, PREFIXES["controlnet"], sized, "controlnet")
    channels = shapes.condition_channels(control_state)
    unet = unet_shapes.load_unet(unet_state, stated, golden.path.name)

    def control() -> CueControlNet:
        return CueControlNet.from_unet(build_unet(unet.config), channels)

    return Networks(unet, filled(control, control_state, "ControlNet"))


def _is_pair(golden: Golden) -> bool:
    return "unet_config" in golden.facts and golden.has("in.sample", "in.controlnet_cond", "out.unet")


def _summaries(residuals: list[Tensor]) -> dict[str, Tensor]:
    """What a full-width golden keeps of the residuals: norm, mean, and all channels of the first pixel."""
    results = {
        "mid.control_down_norms": torch.stack([residual.norm() for residual in residuals]),
        "mid.control_down_means": torch.stack([residual.mean() for residual in residuals]),
    }
    for index, residual in enumerate(residuals):
        results[f"mid.control_down_{index:02d}"] = residual
        results[f"mid.control_down_{index:02d}_pixel00"] = residual[0, :, 0, 0]
    return results


def unet_with_controlnet(golden: Golden) -> Outcome:
    """One evaluation with the ControlNet's residuals and one without. Only the UNet gets the text mask."""
    nets = load_networks(golden)
    sample, time, states, condition = (
        golden.tensor(f"in.{name}") for name in ("sample", "timestep", "encoder_hidden_states", "controlnet_cond")
    )
    mask = golden.tensors.get("in.encoder_attention_mask")
    down, middle = nets.controlnet.residuals(sample, time, states, condition)
    results = _summaries(list(down)) | {
        "mid.control_mid": middle,
        "mid.control_mid_norm": middle.norm()[None],
        "mid.cond_embedding": nets.controlnet.embed(condition),
    }
    inputs: Any = (sample, time, states)
    results["out.unet"] = nets.unet(
        *inputs,
        encoder_attention_mask=mask,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]
    if golden.has("out.unet_without_control"):
        alone = nets.unet(*inputs, encoder_attention_mask=mask, return_dict=False)[0]
        results["out.unet_without_control"] = alone
    return Outcome(results, nets.weights)


KINDS = (Kind("UNet with ControlNet", _is_pair, unet_with_controlnet),)
