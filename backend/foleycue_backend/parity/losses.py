# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of STA-V2A's training losses, noise and timesteps given."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from foleycue_backend.engines.parts.text import TokenIds, encode_tokens
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.denoising import load_pipeline, network_golden, schedule_of
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind
from foleycue_backend.parity.network import load_networks
from foleycue_backend.training.sta_v2a.loss import Batch, signal_to_noise, training_losses

#: `loss_plain_mse`, `loss_snr5`, `loss_validation_t500`, `loss_snr5_validation_t500`: weight and fixed timestep.
_LOSS = re.compile(r"out\.loss(?:_plain(?:_mse)?)?(?:_snr(?P<gamma>[\d.]+))?(?:_validation_t(?P<time>\d+))?$")


def _is_loss(golden: Golden) -> bool:
    return golden.has("in.features", "in.latents", "in.noise", "in.timesteps", "in.onset_labels")


def _parts_golden(golden: Golden) -> Golden:
    """The golden that has the small networks and the text encoder: this one, or one that it names."""
    for candidate in (golden, *golden.sibling("weights")):
        if "t5_config" in candidate.facts:
            return candidate
    raise unreadable("neither it nor a golden that it names has a text encoder")


def _batch(golden: Golden, pipe: StaV2aPipeline) -> Batch:
    ids = TokenIds(golden.tensor("in.input_ids"), golden.tensor("in.attention_mask"))
    # Training needs no negatives: the prompts stand in for them, and the second half is taken.
    text = encode_tokens(pipe.text_encoder, ids, ids)
    return Batch(
        latents=golden.tensor("in.latents"),
        noise=golden.tensor("in.noise"),
        timesteps=golden.tensor("in.timesteps"),
        features=golden.tensor("in.features"),
        states=text.states[text.batch :],
        mask=text.mask[text.batch :],
        onsets=golden.tensor("in.onset_labels"),
    )


def losses(golden: Golden) -> Outcome:
    """Every loss that the tensors' names ask for, the noisy latents, their velocity and signal-to-noise ratio."""
    nets = load_networks(network_golden(golden, "weights"))
    parts = _parts_golden(golden)
    pipe, scheduler = load_pipeline(parts, nets), schedule_of(parts)
    batch = _batch(golden, pipe)
    times: Any = batch.timesteps
    results: dict[str, Tensor] = {
        "mid.snr": signal_to_noise(scheduler, times),
        "mid.noisy_latents": scheduler.add_noise(batch.latents, batch.noise, times),
        "mid.velocity": scheduler.get_velocity(batch.latents, batch.noise, times),
    }
    for name in golden.results():
        match = _LOSS.fullmatch(name)
        if match:
            fixed = (
                batch if match["time"] is None else batch._replace(timesteps=torch.full_like(times, int(match["time"])))
            )
            gamma = float(match["gamma"]) if match["gamma"] else None
            results[name] = training_losses(pipe, scheduler, fixed, gamma).diffusion[None]
    results["out.loss_onset"] = training_losses(pipe, scheduler, batch).onset[None]
    return Outcome(results, nets.weights)


KINDS = (Kind("STA-V2A training losses", _is_loss, losses),)
