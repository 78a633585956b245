# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoising loop: ControlNet and UNet on all branches of guidance at once, then one step of any scheduler."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Thrift:
    """What may be left out for speed; the defaults leave out nothing.

    Guidance runs in the first `guided_until` share of the steps: it matters while the noise is high (Kynkäänniemi et
    al., Applying guidance in a limited interval, 2024). Each run of the ControlNet serves `control_every` steps.
    """

    guided_until: float = 1.0
    control_every: int = 1

    def guided_steps(self, steps: int) -> int:
        """How many of the steps are guided."""
        return math.ceil(self.guided_until * steps)


NOTHING_LEFT_OUT = Thrift()


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


class Velocity:
    """Guided velocities of one loop; remembers the ControlNet's word for the steps that do without a new one."""

    def __init__(
        self, unet: UNet2DConditionModel, controlnet: CueControlNet, guided: Branches, plain: Branches, thrift: Thrift
    ) -> None:
        self._unet = unet
        self._controlnet = controlnet
        self._guided = guided
        self._plain = plain
        self._thrift = thrift
        self._heard: Branches | None = None
        self._residuals: dict[str, Any] = {}

    def __call__(self, latents: Tensor, timestep: Tensor, step: int, steps: int) -> Tensor:
        """Velocity (B, channels, frames, bands) in float32 for step 0 … steps - 1 at its timestep."""
        branches = self._guided if step < self._thrift.guided_steps(steps) else self._plain
        rows = branches.stack(latents)
        if branches is not self._heard or step % self._thrift.control_every == 0:
            self._residuals, self._heard = _residuals(self._controlnet, rows, timestep, branches), branches
        predicted = self._unet(
            rows,
            timestep,
            branches.states,
            encoder_attention_mask=branches.mask,
            return_dict=False,
            **self._residuals,
        )
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
    plain: Branches | None = None,
    thrift: Thrift = NOTHING_LEFT_OUT,
    variance_noise: Iterator[Tensor] | None = None,
    generator: Generators = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Latents (B, channels, frames, bands), float32, from noise of the same shape.

    The scheduler is copied, so that a loop that was cut off leaves nothing behind. `variance_noise` gives the noise
    of each DDPM step; without it, it is drawn from `generator` (one, or one for each sound). `plain` are the branches
    of the steps that `thrift` leaves without guidance.
    """
    own = type(scheduler).from_config(scheduler.config)
    own.set_timesteps(steps, device=latents.device)
    latents = latents.float() * own.init_noise_sigma
    velocity = Velocity(unet, controlnet, branches, plain or branches, thrift)
    for step, timestep in enumerate(own.timesteps):
        guided = velocity(own.scale_model_input(latents, timestep), timestep, step, steps)
        noise = next(variance_noise) if variance_noise is not None else None
        latents = _advance(own, guided, timestep, latents, noise, generator)
        if on_step is not None:
            on_step(step + 1, steps)
    return latents
