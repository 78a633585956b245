# SPDX-License-Identifier: GPL-3.0-or-later
"""Double guidance: away from sound without a film, and towards sound that the classifier takes for aligned.

With noise u without and c with the condition, and d the noise's deviation at that time,

    e = u + condition (c - u) - alignment d grad log p(aligned | x)

(Ho and Salimans, 2022; Dhariwal and Nichol, 2021). With its own solver the published sampling leaves out both where
the first scale is exactly 1; here each scale counts by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.diff_foley.schedule import noise_deviation
from foleycue_backend.engines.diff_foley.settings import ALIGNMENT_SCALE, PICTURE_SCALE
from foleycue_backend.engines.parts.guidance import Branches, GuidedUnet, expand
from foleycue_backend.engines.parts.sampling import Predict

#: The gradient of log p(aligned) by the latents at a time.
Gradient = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Scales:
    """How strongly both push; 1 takes the condition as it is, 0 leaves the classifier out."""

    condition: float = PICTURE_SCALE
    alignment: float = ALIGNMENT_SCALE


def conditioned(
    unet: UNet2DConditionModel, condition: Tensor, scale: float, batch: int, negative: Tensor | None = None
) -> GuidedUnet:
    """The noise of one window for `batch` sounds, guided by its condition (1 or batch, 32, 768).

    `negative` of the same shape, None for zeros as published; the feature encoder's answer to features of zero is
    what the training knew.
    """
    wanted = expand(condition, batch)
    if scale == 1:
        return GuidedUnet(unet, Branches(wanted, None, wanted.new_ones(1, dtype=torch.float32)))
    without = torch.zeros_like(wanted) if negative is None else expand(negative, batch)
    weights = torch.tensor([1 - scale, scale], device=wanted.device)
    return GuidedUnet(unet, Branches(torch.cat([without, wanted]), None, weights))


@dataclass(frozen=True)
class DoubleGuidance:
    """Noise that is pushed towards aligned sound by `scale`."""

    noise: Predict
    gradient: Gradient
    scale: float = Scales.alignment

    def __call__(self, latents: Tensor, timestep: Tensor, step: int, steps: int) -> Tensor:
        """Noise, shaped as the latents (B, 4, height, width), at one time of all sounds, 0 ... 999."""
        noise = self.noise(latents, timestep, step, steps)
        push = (self.scale * noise_deviation(timestep)).to(noise)
        return noise - push * self.gradient(latents, timestep)
