# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoising loop: ControlNet and UNet on all branches of guidance at once, in each step of any scheduler."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.parts.sampling import Generators, OnStep, sample
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.guidance import Branches


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
    """Latents (B, channels, frames, bands), float32, from noise of the same shape; see `parts.sampling.sample`.

    `plain` are the branches of the steps that `thrift` leaves without guidance.
    """
    velocity = Velocity(unet, controlnet, branches, plain or branches, thrift)
    return sample(
        scheduler,
        velocity,
        latents,
        steps=steps,
        variance_noise=variance_noise,
        generator=generator,
        on_step=on_step,
    )
