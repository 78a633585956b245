# SPDX-License-Identifier: GPL-3.0-or-later
"""Losses of Tango and VTA-LDM: velocity weighted by noise level, and Tango 2's preference between two sounds."""

from __future__ import annotations

from typing import NamedTuple

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.training.sta_v2a.loss import signal_to_noise, velocity_loss


class Batch(NamedTuple):
    """One training batch of B sounds.

    `latents` and `noise` (B, 8, frames, 16); `timesteps` (B,) int64, 0..999; `states` (B, length, width) and `mask`
    (B, length), 1 keep and 0 padding, of captions or pictures. Dropping a condition means states of zero.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    states: Tensor
    mask: Tensor


class Prediction(NamedTuple):
    """Velocity that a network predicts, and the one that it should."""

    found: Tensor
    wanted: Tensor


def predict(unet: UNet2DConditionModel, scheduler: DDPMScheduler, batch: Batch) -> Prediction:
    """Both velocities (B, 8, frames, 16) of a batch with its noise."""
    # diffusers annotates a narrower integer type than its own scheduler makes.
    times: Tensor = batch.timesteps
    noisy = scheduler.add_noise(batch.latents, batch.noise, times)  # pyright: ignore[reportArgumentType]
    wanted = scheduler.get_velocity(batch.latents, batch.noise, times)  # pyright: ignore[reportArgumentType]
    mask = batch.mask.to(batch.states.dtype)
    return Prediction(unet(noisy, times, batch.states, encoder_attention_mask=mask, return_dict=False)[0], wanted)


def diffusion_loss(
    unet: UNet2DConditionModel, scheduler: DDPMScheduler, batch: Batch, snr_gamma: float | None = None
) -> Tensor:
    """Scalar: mean squared error of the velocity, with `snr_gamma` weighted by min(snr, gamma) / snr."""
    found, wanted = predict(unet, scheduler, batch)
    return velocity_loss(found, wanted, signal_to_noise(scheduler, batch.timesteps), snr_gamma)


def preference_loss(
    unet: UNet2DConditionModel,
    reference: UNet2DConditionModel,
    scheduler: DDPMScheduler,
    winners: Batch,
    losers: Tensor,
    beta: float,
) -> Tensor:
    """Scalar: direct preference optimisation for diffusion (Wallace et al., 2023), as Tango 2 trains.

    `losers` (B, 8, frames, 16) are the latents that should become less likely than those of `winners`; each pair has
    its noise and timestep in common. `reference` is the network before training. No weight by noise level.
    """
    worse = winners._replace(latents=losers)

    def gap(network: UNet2DConditionModel) -> Tensor:
        rows = [_row_errors(predict(network, scheduler, batch)) for batch in (winners, worse)]
        return rows[0] - rows[1]

    return -F.logsigmoid(-beta / 2 * (gap(unet) - gap(reference))).mean()


def _row_errors(prediction: Prediction) -> Tensor:
    return (prediction.found.float() - prediction.wanted.float()).square().flatten(1).mean(1)
