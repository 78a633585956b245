# SPDX-License-Identifier: GPL-3.0-or-later
"""Spectrograms and latents, by the autoencoder of Stable Diffusion 1 as it is.

Spectrograms (batch, 128, columns) lie in 0..1, which is not moved to -1..1 before it is copied to the three channels;
latents are (batch, 4, 16, columns / 8).
"""

from __future__ import annotations

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from foleycue_backend.engines.parts import autoencoder

SCALE_FACTOR = 0.18215
#: Rows of the latents, each of eight mel bands.
LATENT_BANDS = 16


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Spectrograms, the first channel of the decoder's three, not clipped."""
    return autoencoder.decode(vae, latents)[:, 0]


@torch.no_grad()
def encode(vae: AutoencoderKL, spectrograms: Tensor, noise: Tensor) -> Tensor:
    """Scaled latents of the posterior, drawn by `noise`, normal numbers of their shape."""
    scale: float = vae.config["scaling_factor"]
    posterior = autoencoder.posterior(vae, spectrograms)
    return (posterior.mean + posterior.std * noise) * scale
