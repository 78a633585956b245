# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoising loop: ControlNet and UNet on all branches of guidance at once, then one step of any scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.ancestral import ancestral_step
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.guidance import Branches

#: Called after each step with (steps done, all steps); what it raises ends the loop.
OnStep = Callable[[int, int], None]
Generators = torch.Generator | list[torch.Generator] | None


def _pad_rows(residual: Tensor, rows: int) -> Tensor:
    """Zeros for the last rows, which have no cues."""
    missing = rows - len(residual)
    return F.pad(residual, (0, 0) * (residual.ndim - 1) + (0, missing)) if missing else residual


def _residuals(controlnet: CueControlNet, rows: Tensor, timestep: Tensor, branches: Branches) -> dict[str, Any]:
    """The ControlNet's part of the UNet's arguments."""
    controlled = len(branches.control)
    if not controlled:
        return {}
    down, middle = controlnet.residuals(rows[:controlled], timestep, branches.states[:controlled], branches.control)
    return {
        "down_block_additional_residuals": [_pad_rows(residual, len(rows)) for residual in down],
        "mid_block_additional_residual": _pad_rows(middle, len(rows)),
    }


def velocity(
    unet: UNet2DConditionModel, controlnet: CueControlNet, latents: Tensor, timestep: Tensor, branches: Branches
) -> Tensor:
    """Guided velocity (B, channels, frames, bands) in float32 at one timestep."""
    rows = branches.stack(latents)
    residuals = _residuals(controlnet, rows, timestep, branches)
    states, mask = branches.states, branches.mask
    predicted = unet(rows, timestep, states, encoder_attention_mask=mask, return_dict=False, **residuals)
    return branches.combine(predicted[0])


def _advance(
    scheduler: Any,  # noqa: ANN401 - diffusers' schedulers share no base with a step
    guided: Tensor,
    timestep: Tensor,
    latents: Tensor,
    noise: Tensor | None,
    generator: Generators,
) -> Tensor:
    if not isinstance(scheduler, DDPMScheduler):
        # Deterministic solvers draw nothing.
        return scheduler.step(guided, timestep, latents, return_dict=False)[0]
    if noise is not None:
        return ancestral_step(scheduler, guided, int(timestep), latents, noise)
    draws: Any = generator  # the stock annotation forgets that there may be one for each sound
    return scheduler.step(guided, int(timestep), latents, generator=draws, return_dict=False)[0]


@torch.inference_mode()
def denoise(
    unet: UNet2DConditionModel,
    controlnet: CueControlNet,
    scheduler: Any,  # noqa: ANN401
    latents: Tensor,
    branches: Branches,
    *,
    steps: int,
    variance_noise: Iterator[Tensor] | None = None,
    generator: Generators = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Latents (B, channels, frames, bands), float32, from noise of the same shape.

    The scheduler is copied, so that a loop that was cut off leaves nothing behind. `variance_noise` gives the noise
    of each DDPM step; without it, it is drawn from `generator` (one, or one for each sound).
    """
    own = type(scheduler).from_config(scheduler.config)
    own.set_timesteps(steps, device=latents.device)
    latents = latents.float() * own.init_noise_sigma
    for done, timestep in enumerate(own.timesteps, 1):
        guided = velocity(unet, controlnet, own.scale_model_input(latents, timestep), timestep, branches)
        noise = next(variance_noise) if variance_noise is not None else None
        latents = _advance(own, guided, timestep, latents, noise, generator)
        if on_step is not None:
            on_step(done, steps)
    return latents
