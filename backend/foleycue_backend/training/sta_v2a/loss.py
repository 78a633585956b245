# SPDX-License-Identifier: GPL-3.0-or-later
"""The two losses of STA-V2A: velocity of the diffusion, weighted by noise level, and cross entropy of the onsets."""

from __future__ import annotations

from typing import NamedTuple

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline


class Batch(NamedTuple):
    """One training batch of B clips.

    `latents` and `noise` (B, 8, frames, 16); `timesteps` (B,) int64, 0..999; `features` (B, 40, 512); `states`
    (B, length, width) and `mask` (B, length), 1 keep and 0 padding, of the captions; `onsets` (B, frames) of 0 and 1;
    `keep_mask` (B, width, 40) of the pooling's dropout, None for none.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    features: Tensor
    states: Tensor
    mask: Tensor
    onsets: Tensor
    keep_mask: Tensor | None = None


class Losses(NamedTuple):
    """Scalars. The published code returns both and does not say how it adds them."""

    diffusion: Tensor
    onset: Tensor


def signal_to_noise(scheduler: DDPMScheduler, timesteps: Tensor) -> Tensor:
    """Ratio of signal to noise power (B,) at each timestep."""
    kept = scheduler.alphas_cumprod.to(timesteps.device)[timesteps]
    return kept / (1 - kept)


def velocity_loss(predicted: Tensor, velocity: Tensor, snr: Tensor, snr_gamma: float | None) -> Tensor:
    """Mean over clips of each clip's mean squared error, times min(snr, gamma) / snr (Hang et al., 2023).

    None leaves all clips alike. The weight is the one for predicted noise; the published system takes it for
    velocity too.
    """
    errors = (predicted.float() - velocity.float()).square().flatten(1).mean(1)
    if snr_gamma is not None:
        errors = errors * snr.clamp_max(snr_gamma) / snr
    return errors.mean()


def onset_loss(logits: Tensor, onsets: Tensor) -> Tensor:
    """Unweighted cross entropy over all frames of all clips; logits (B, frames, 2), onsets (B, frames) of 0 and 1."""
    return F.cross_entropy(logits.float().flatten(0, 1), onsets.long().flatten())


def predicted_velocity(pipe: StaV2aPipeline, batch: Batch, noisy: Tensor, control: Tensor) -> Tensor:
    """Velocity (B, 8, frames, 16) of noisy latents; the ControlNet sees no mask, as published."""
    states, mask = batch.states, batch.mask.to(batch.states.dtype)
    if pipe.attentive_pooling is not None:
        tokens = pipe.attentive_pooling(batch.features, batch.keep_mask)
        states = torch.cat([states, tokens.to(states.dtype)], 1)
        mask = torch.cat([mask, mask.new_ones(tokens.shape[:2])], 1)
    down, middle = pipe.controlnet.residuals(noisy, batch.timesteps, states, control)
    return pipe.unet(
        noisy,
        batch.timesteps,
        states,
        encoder_attention_mask=mask,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]


def training_losses(
    pipe: StaV2aPipeline, scheduler: DDPMScheduler, batch: Batch, snr_gamma: float | None = None
) -> Losses:
    """Both losses of a batch; gradients reach every part of `pipe` that requires them, not the text encoder."""
    prediction = pipe.onset_predictor(pipe.local_features(batch.features), batch.latents.shape[2])
    # diffusers annotates a narrower integer type than its own scheduler makes.
    times: torch.Tensor = batch.timesteps
    noisy = scheduler.add_noise(batch.latents, batch.noise, times)  # pyright: ignore[reportArgumentType]
    velocity = scheduler.get_velocity(batch.latents, batch.noise, times)  # pyright: ignore[reportArgumentType]
    predicted = predicted_velocity(pipe, batch, noisy, prediction.hidden)
    diffusion = velocity_loss(predicted, velocity, signal_to_noise(scheduler, times), snr_gamma)
    return Losses(diffusion, onset_loss(prediction.logits, batch.onsets))
