# SPDX-License-Identifier: GPL-3.0-or-later
"""Auffusion's schedule, and the way from latents to its picture of sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts.schedule import Scheduler, solver

#: What Stable Diffusion 1.5's scheduler file, which Auffusion's has the length of, says otherwise than that of 2.1.
SD15 = {"prediction_type": "epsilon"}


def pndm(options: Mapping[str, Any] | None = None) -> Scheduler:
    """The published solver; `options` are what the model's own file says."""
    return solver("pndm", {**SD15, **(options or {})})


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures (B, 3, bands, columns) in 0..1 of latents (B, 4, bands / 8, columns / 8)."""
    return (autoencoder.decode(vae, latents) / 2 + 0.5).clamp(0, 1)
