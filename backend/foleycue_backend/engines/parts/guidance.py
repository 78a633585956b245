# SPDX-License-Identifier: GPL-3.0-or-later
"""Classifier-free guidance (Ho and Salimans, 2022) as weighted branches on one batch axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.parts.text import TextStates


@dataclass(frozen=True)
class Branches:
    """The conditions of all branches of B sounds, stacked branch after branch.

    `states` (N · B, length, width); `mask` (N · B, length) 1 keep and 0 drop, None if all are kept; `weights` (N,),
    which sum to 1.
    """

    states: Tensor
    mask: Tensor | None
    weights: Tensor

    def stack(self, latents: Tensor) -> Tensor:
        """Latents for every branch, (N · B, ...)."""
        return latents.to(self.states.dtype).repeat(len(self.weights), *[1] * (latents.ndim - 1))

    def combine(self, outputs: Tensor) -> Tensor:
        """Guided output (B, ...) in float32 from those of all branches."""
        parts = outputs.float().unflatten(0, (len(self.weights), -1))
        return torch.einsum("n,n...->...", self.weights, parts) if len(parts) > 1 else parts[0]


def expand(conditions: Tensor, batch: int) -> Tensor:
    """One condition a sound; several sounds of one clip lie side by side. Raises ValueError if they do not divide."""
    if len(conditions) == batch:
        return conditions
    if batch % len(conditions):
        raise ValueError(f"{len(conditions)} conditions cannot serve {batch} sounds")
    return conditions.repeat_interleave(batch // len(conditions), 0)


def two_branches(conditions: TextStates, scale: float, batch: int) -> Branches:
    """n + scale (t - n) of negative and wanted conditions for `batch` sounds; without guidance the wanted one alone.

    Guidance is on above a scale of 1, as in the published systems. Both halves lie on the device of `conditions`.
    """
    halves = slice(None) if scale > 1 else slice(conditions.batch, None)
    parts = conditions.states[halves], conditions.mask[halves]
    count = len(parts[0]) // conditions.batch
    states, mask = (torch.cat([expand(half, batch) for half in part.chunk(count)]) for part in parts)
    weights = torch.tensor([1 - scale, scale] if scale > 1 else [1.0], device=states.device)
    return Branches(states, None if bool(mask.all()) else mask, weights)


def _nothing(_rows: Tensor, _timestep: Tensor) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class GuidedUnet:
    """A UNet with its conditions, as `.sampling` asks it.

    `extras` makes further arguments of each evaluation from the rows of all branches and the timestep.
    """

    unet: UNet2DConditionModel
    branches: Branches
    extras: Callable[[Tensor, Tensor], Mapping[str, Any]] = _nothing

    def __call__(self, latents: Tensor, timestep: Tensor, step: int, steps: int) -> Tensor:
        """Guided output (B, ...) at `timestep`; nothing depends on the number of the step."""
        states, mask = self.branches.states, self.branches.mask
        rows = self.branches.stack(latents)
        extras = self.extras(rows, timestep)
        output = self.unet(rows, timestep, states, encoder_attention_mask=mask, return_dict=False, **extras)
        return self.branches.combine(output[0])
