# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch codec: four log-mel frames become one latent frame by principal components."""

from __future__ import annotations

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor


class PatchCodec(ModelMixin, ConfigMixin):
    """Linear codec between log-mel (..., bands, frames) and latents (..., channels, frames / patch).

    The transform is closed form (principal component analysis of patches), so it needs no decoder network.
    Each component is divided by the square root of its standard deviation: strong components stay stronger,
    which makes the diffusion loss care for them, and weak ones are not drowned.
    """

    config_name = "config.json"
    mean: Tensor
    basis: Tensor
    scale: Tensor

    @register_to_config
    def __init__(self, bands: int = 96, patch: int = 4, channels: int = 96) -> None:
        super().__init__()
        self.bands = bands
        self.patch = patch
        self.channels = channels
        self.register_buffer("mean", torch.zeros(bands * patch))
        self.register_buffer("basis", torch.eye(bands * patch)[:, :channels].contiguous())
        self.register_buffer("scale", torch.ones(channels))

    def encode(self, mel: Tensor) -> Tensor:
        """Latents (..., channels, frames / patch); frames must be a multiple of `patch` (else ValueError)."""
        frames = mel.shape[-1]
        if frames % self.patch:
            raise ValueError(f"{frames} frames are not a multiple of {self.patch}")
        x = mel.unflatten(-1, (frames // self.patch, self.patch)).transpose(-2, -3).flatten(-2)
        return (((x - self.mean) @ self.basis) / self.scale).transpose(-1, -2)

    def decode(self, latents: Tensor) -> Tensor:
        """Log-mel (..., bands, frames) from latents (..., channels, frames / patch)."""
        x = (latents.transpose(-1, -2) * self.scale) @ self.basis.T + self.mean
        return x.unflatten(-1, (self.bands, self.patch)).transpose(-2, -3).flatten(-2)

    @torch.no_grad()
    def fit(self, mels: Tensor) -> float:
        """Set the transform from (clips, bands, frames) log-mel; returns the RMS error in dB of power."""
        frames = mels.shape[-1] // self.patch * self.patch
        x = mels[..., :frames].unflatten(-1, (frames // self.patch, self.patch)).transpose(1, 2)
        x = x.reshape(-1, self.bands * self.patch).double()
        mean = x.mean(0)
        values, vectors = torch.linalg.eigh((x - mean).T @ (x - mean) / len(x))
        order = values.argsort(descending=True)[: self.channels]
        std = values[order].clamp_min(1e-8).sqrt()
        scale = std.sqrt()
        # Unit variance on average: the noise of the diffusion has variance one.
        scale = scale * (std / scale).square().mean().sqrt()
        self.mean.copy_(mean)
        self.basis.copy_(vectors[:, order])
        self.scale.copy_(scale)
        error = self.decode(self.encode(mels[..., :frames])) - mels[..., :frames]
        return float(error.square().mean().sqrt()) * 10 / 2.302585
