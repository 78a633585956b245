# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of every diffusion system here: predict, guide, one step of any stock scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor

from foleycue_backend.engines.parts.ancestral import ancestral_step

#: Called after each step with (steps done, all steps); what it raises ends the loop.
OnStep = Callable[[int, int], None]
Generators = torch.Generator | list[torch.Generator] | None
#: The guided output of a network for (latents, timestep, number of the step, all steps), as large as the latents.
Predict = Callable[[Tensor, Tensor, int, int], Tensor]


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


def evaluations(scheduler: Any, steps: int) -> int:  # noqa: ANN401
    """How often `sample` asks the network: some schedulers evaluate one time twice."""
    return len(_prepared(scheduler, steps, "cpu").timesteps)


@torch.inference_mode()
def sample(
    scheduler: Any,  # noqa: ANN401
    predict: Predict,
    latents: Tensor,
    *,
    steps: int,
    variance_noise: Iterator[Tensor] | None = None,
    generator: Generators = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Latents (B, channels, rows, columns), float32, from standard normal noise of the same shape.

    The scheduler is copied, so that a loop that was cut off leaves nothing behind. Each of its `evaluations` counts
    as a step. `variance_noise` gives the noise of each DDPM step; without it, it is drawn from `generator` (one, or
    one for each sound).
    """
    own = _prepared(scheduler, steps, latents.device)
    latents = latents.float() * own.init_noise_sigma
    asked = len(own.timesteps)
    for step, timestep in enumerate(own.timesteps):
        guided = predict(own.scale_model_input(latents, timestep), timestep, step, asked)
        noise = next(variance_noise) if variance_noise is not None else None
        latents = _advance(own, guided, timestep, latents, noise, generator)
        if on_step is not None:
            on_step(step + 1, asked)
    return latents


def _prepared(scheduler: Any, steps: int, device: torch.device | str) -> Any:  # noqa: ANN401
    own = type(scheduler).from_config(scheduler.config)
    own.set_timesteps(steps, device=device)
    return own
