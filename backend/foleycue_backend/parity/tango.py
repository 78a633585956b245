# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of Tango: token ids to latents, and its training losses."""

from __future__ import annotations

import copy
import re

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.parts.schedule import ddpm
from foleycue_backend.engines.parts.text import TextStates, TokenIds, encode_tokens
from foleycue_backend.engines.tango import checkpoint
from foleycue_backend.engines.tango.checkpoint import TangoNetworks
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.denoising import UnetTape, encode_given_ids, schedule_of, variance_noise
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, known_fields, value_count
from foleycue_backend.training.sta_v2a.loss import signal_to_noise
from foleycue_backend.training.tango.loss import Batch, diffusion_loss, preference_loss

_EMBEDDING = "text_encoder.shared.weight"
_SECOND_NAME = "text_encoder.encoder.embed_tokens.weight"
_DELTA = "in.dpo_ref_delta."
#: `loss_plain`, `loss_snr5`, `loss_snr5_prompt1_dropped`, `loss_snr5_validation_t500`.
_LOSS = re.compile(
    r"out\.loss(?:_plain)?(?:_snr(?P<gamma>[\d.]+))?(?P<dropped>_prompt\d+_dropped)?(?:_validation_t(?P<time>\d+))?$"
)
#: Beta, 2000 and more, enlarges the rounding of four nearly equal errors.
_PREFERENCE_BOUND = 1e-3
_PREFERENCE = re.compile(r"out\.loss_dpo_beta(?P<beta>[\d.]+)$")


def load_networks(golden: Golden) -> TangoNetworks:
    """The networks of a golden that describes a whole checkpoint, through the product's loader."""
    state = golden.stored() or golden.rebuilt(golden.fact("state_dict_shapes"), "")
    if _EMBEDDING in state:
        # Two names of one tensor: the recipe made two of them.
        state[_SECOND_NAME] = state[_EMBEDDING]
    return checkpoint.load(state, golden.fact("unet_config"))


def _is_inference(golden: Golden) -> bool:
    return golden.has("in.input_ids", "in.initial_noise") and "t5_config" in golden.facts and not _sees(golden)


def _sees(golden: Golden) -> bool:
    return golden.has("in.features")


def denoise(golden: Golden, unet: UnetTape, guided: GuidedUnet, steps: int, run: str = "") -> Tensor:
    """Latents of one run of the golden's loop with its own noise; the tape hears the UNet."""
    unet.attach(guided.unet)
    options = known_fields(golden.facts.get("scheduler_json", golden.facts.get("scheduler", {})))
    noise = golden.tensor(f"{run}in.initial_noise")
    return sample(ddpm(options), guided, noise, steps=steps, variance_noise=variance_noise(golden, run))


def _count_noise(golden: Golden, run: str) -> int:
    return sum(name.startswith(f"{run}in.variance_noise_") for name in golden.tensors)


def inference(golden: Golden) -> Outcome:
    """Text of both halves, every step of the guided loop, and the loop without guidance."""
    nets = load_networks(golden)
    text = encode_given_ids(golden, nets.text_encoder)
    scale, steps = float(golden.fact("guidance_scale")), int(golden.fact("num_steps"))
    sounds = len(golden.tensor("in.initial_noise"))
    tape = UnetTape()
    latents = denoise(golden, tape, GuidedUnet(nets.unet, two_branches(text, scale, sounds)), steps)
    results = tape.results(latents, max(scale, 1.0))
    if golden.has("noguide.in.initial_noise"):
        plain = GuidedUnet(nets.unet, two_branches(text, 1.0, len(golden.tensor("noguide.in.initial_noise"))))
        count = _count_noise(golden, "noguide.")
        results["noguide.out.latents"] = denoise(golden, UnetTape(), plain, count, "noguide.")
    return Outcome(results, value_count(nets.unet, nets.text_encoder))


def _is_loss(golden: Golden) -> bool:
    given = ("in.input_ids", "in.latents", "in.noise", "in.timesteps")
    return golden.has(*given) and not golden.has("in.onset_labels")


def _networks_named(golden: Golden) -> tuple[Golden, TangoNetworks]:
    for candidate in (golden, *golden.sibling("weights_of_model", "weights")):
        if "t5_config" in candidate.facts:
            return candidate, load_networks(candidate)
    raise unreadable("neither it nor a golden that it names has Tango's networks")


def _wanted_states(golden: Golden, nets: TangoNetworks) -> TextStates:
    ids = TokenIds(golden.tensor("in.input_ids"), golden.tensor("in.attention_mask"))
    # Training needs no negatives: the prompts stand in for them.
    return encode_tokens(nets.text_encoder, ids, ids)


def losses(golden: Golden) -> Outcome:
    """Every loss that the tensors' names ask for, the noisy latents, their velocity and signal-to-noise ratio."""
    named, nets = _networks_named(golden)
    scheduler = schedule_of(named)
    text = _wanted_states(golden, nets)
    batch = Batch(
        *(golden.tensor(f"in.{name}") for name in ("latents", "noise", "timesteps")),
        states=text.states[text.batch :],
        mask=text.mask[text.batch :],
    )
    times = batch.timesteps
    results = {
        "mid.snr": signal_to_noise(scheduler, times),
        "mid.noisy_latents": scheduler.add_noise(batch.latents, batch.noise, times),  # pyright: ignore[reportArgumentType]
        "mid.velocity": scheduler.get_velocity(batch.latents, batch.noise, times),  # pyright: ignore[reportArgumentType]
    }
    bounds: dict[str, float] = {}
    for name in golden.results():
        if match := _LOSS.fullmatch(name):
            changed = batch if match["time"] is None else batch._replace(timesteps=times * 0 + int(match["time"]))
            if match["dropped"]:
                kept = torch.ones(len(times), 1, 1).index_fill(0, golden.tensor("in.dropped_rows"), 0.0)
                changed = changed._replace(states=changed.states * kept)
            gamma = float(match["gamma"]) if match["gamma"] else None
            results[name] = diffusion_loss(nets.unet, scheduler, changed, gamma)[None]
        elif match := _PREFERENCE.fullmatch(name):
            losers, reference = golden.tensor("in.dpo_loser_latents"), _reference(golden, nets)
            loss = preference_loss(nets.unet, reference, scheduler, batch, losers, float(match["beta"]))
            results[name], bounds[name] = loss[None], _PREFERENCE_BOUND
    return Outcome(results, value_count(nets.unet, nets.text_encoder), bounds=bounds)


def _reference(golden: Golden, nets: TangoNetworks) -> UNet2DConditionModel:
    """The UNet before training: the golden keeps what differs."""
    reference = copy.deepcopy(nets.unet)
    for name, value in reference.named_parameters():
        if golden.has(_DELTA + name):
            value.add_(golden.tensor(_DELTA + name))
    return reference


KINDS = (
    Kind("Tango inference", _is_inference, inference, Strictness.LOOP),
    Kind("Tango training losses", _is_loss, losses),
)
