# SPDX-License-Identifier: GPL-3.0-or-later
"""Auffusion's schedule, and the way from latents to its picture of sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from torch import Tensor

from foleycue_backend.engines.parts import autoencoder

#: Stable Diffusion 1.5's scheduler file, which Auffusion's has the length of.
SD15 = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "skip_prk_steps": True,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
#: Published defaults: steps (one more evaluation), guidance, scales of picture and onsets.
STEPS, GUIDANCE, SEMANTIC, TEMPORAL = 25, 7.5, 1.0, 0.2


def pndm(options: Mapping[str, Any] | None = None) -> PNDMScheduler:
    """Pseudo numerical sampling (Liu et al., 2022); `options` are what the model's own file says."""
    return PNDMScheduler(**{**SD15, **(options or {})})


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures (B, 3, bands, columns) in 0..1 of latents (B, 4, bands / 8, columns / 8)."""
    return (autoencoder.decode(vae, latents) / 2 + 0.5).clamp(0, 1)
