# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of the diffusion networks: UNet with ControlNet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, module_weights, value_count

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
    """The stock UNet of a published configuration, without memory for weights: they are assigned."""
    named = {key: value for key, value in config.items() if not key.startswith("_")}
    with torch.device("meta"):
        return UNet2DConditionModel(**named)


def _condition_channels(golden: Golden) -> int:
    key = "controlnet_cond_embedding.conv_out.weight"
    stored = golden.stored("controlnet.")
    if key in stored:
        return stored[key].shape[1]
    return golden.tensors["in.controlnet_cond"].shape[-1] if golden.has("in.controlnet_cond") else _CONDITION_CHANNELS


def load_networks(golden: Golden) -> Networks:
    """UNet and ControlNet of the golden that has their weights; raises FoleyCueError if they do not fit."""
    unet = build_unet(golden.fact("unet_config"))
    with torch.device("meta"):
        controlnet = CueControlNet.from_unet(unet, _condition_channels(golden))
    for part, module in (("unet", unet), ("controlnet", controlnet)):
        module_weights(golden, module, f"{part}.", part)
    return Networks(unet, controlnet)


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
