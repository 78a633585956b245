# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of ancestral sampling with the noise given, which the stock scheduler always draws itself."""

from __future__ import annotations

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor


def ancestral_step(scheduler: DDPMScheduler, velocity: Tensor, timestep: int, sample: Tensor, noise: Tensor) -> Tensor:
    """The sample before `timestep`: posterior mean and fixed small variance (Ho et al., 2020, equations 6 and 7).

    Equal to `scheduler.step` with `noise` as its draw. Raises ValueError for a network that does not predict velocity
    and for options that the posterior of these systems does not have.
    """
    config = scheduler.config
    if config["prediction_type"] != "v_prediction" or config["clip_sample"] or config["thresholding"]:
        raise ValueError("ancestral_step knows velocity prediction without clipping; use the scheduler's own step")
    before = int(scheduler.previous_timestep(timestep))
    one = torch.ones(())
    kept = scheduler.alphas_cumprod[timestep]
    kept_before = scheduler.alphas_cumprod[before] if before >= 0 else one
    beta = one - kept / kept_before
    clean = kept.sqrt() * sample - (one - kept).sqrt() * velocity
    mean = kept_before.sqrt() * beta / (one - kept) * clean
    mean = mean + (kept / kept_before).sqrt() * (one - kept_before) / (one - kept) * sample
    if timestep == 0:
        return mean
    variance = ((one - kept_before) / (one - kept) * beta).clamp_min(1e-20)
    return mean + variance.sqrt() * noise
