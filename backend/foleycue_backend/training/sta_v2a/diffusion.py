# SPDX-License-Identifier: GPL-3.0-or-later
"""What prior and control share: crops of cached latents, their noise, and the published schedule."""

from __future__ import annotations

import torch
from torch import Tensor

from foleycue_backend.engines.parts.schedule import ddpm
from foleycue_backend.training.sta_v2a.loss import signal_to_noise, velocity_loss

SCHEDULE = ddpm()


def crop_starts(size: int, frames: int, crop: int, generator: torch.Generator) -> Tensor:
    """First frames (size,) of crops that lie inside `frames`."""
    return torch.randint(frames - crop + 1, (size,), generator=generator)


def cropped(rows: Tensor, starts: Tensor, crop: int) -> Tensor:
    """Crops along the second axis of (batch, frames, ...)."""
    return torch.stack([row[start : start + crop] for row, start in zip(rows, starts.tolist(), strict=True)])


def noised(mean: Tensor, std: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """`latents`, a sample of the posterior, `noise` for them and `timesteps`, uniform in 0..999."""
    return {
        "latents": mean + std * torch.randn(mean.shape, generator=generator),
        "noise": torch.randn(mean.shape, generator=generator),
        "timesteps": torch.randint(SCHEDULE.config["num_train_timesteps"], (len(mean),), generator=generator),
    }


def noisy_and_velocity(latents: Tensor, noise: Tensor, timesteps: Tensor) -> tuple[Tensor, Tensor]:
    """What the network sees at these timesteps, and what it shall say."""
    # diffusers annotates a narrower integer type than its own schedulers make.
    noisy = SCHEDULE.add_noise(latents, noise, timesteps)  # pyright: ignore[reportArgumentType]
    return noisy, SCHEDULE.get_velocity(latents, noise, timesteps)  # pyright: ignore[reportArgumentType]


def weighted_loss(predicted: Tensor, velocity: Tensor, timesteps: Tensor, snr_gamma: float | None) -> Tensor:
    """The published loss of a velocity."""
    return velocity_loss(predicted, velocity, signal_to_noise(SCHEDULE, timesteps), snr_gamma)
