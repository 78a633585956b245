# SPDX-License-Identifier: GPL-3.0-or-later
"""The guided loop that Tango and VTA-LDM share, against the published loop written out, and Tango's losses."""

import math

import pytest
import torch

from fakes.tiny_unet import tiny_unet
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.parts.schedule import ddpm, solver
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.training.tango.loss import Batch, diffusion_loss, preference_loss

NOISE = torch.randn(4, 8, 8, 4, generator=torch.Generator().manual_seed(3))


def conditions(batch=2, length=5):
    generator = torch.Generator().manual_seed(1)
    mask = torch.ones(2 * batch, length)
    mask[0, 1:] = 0
    return TextStates(torch.randn(2 * batch, length, 24, generator=generator), mask)


@torch.no_grad()
def published(unet, text, scale, steps, seed):
    """Two samples of each prompt side by side; the scheduler draws its own noise."""
    scheduler = ddpm()
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(seed)
    negative, wanted = (half.repeat_interleave(2, 0) for half in text.states.chunk(2))
    masks = torch.cat([half.repeat_interleave(2, 0) for half in text.mask.chunk(2)])
    latents = NOISE.clone()
    for time in scheduler.timesteps:
        both = unet(torch.cat([latents] * 2), time, torch.cat([negative, wanted]), encoder_attention_mask=masks)
        without, with_text = both.sample.chunk(2)
        guided = without + scale * (with_text - without)
        latents = scheduler.step(guided, time, latents, generator=generator).prev_sample
    return latents


def test_the_loop_is_the_published_one():
    unet, text, told = tiny_unet(), conditions(), []
    guided = GuidedUnet(unet, two_branches(text, 3.0, 4))
    generator = torch.Generator().manual_seed(8)
    found = sample(ddpm(), guided, NOISE, steps=3, generator=generator, on_step=lambda *at: told.append(at))
    torch.testing.assert_close(found, published(unet, text, 3.0, 3, 8), rtol=1e-4, atol=1e-5)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_without_guidance_only_the_wanted_half_is_computed():
    branches = two_branches(conditions(), 1.0, 4)
    assert branches.states.shape == (4, 5, 24)
    assert branches.mask is None  # only negatives are padded here
    assert torch.equal(branches.states[0], branches.states[1])
    assert torch.equal(branches.states[2], conditions().states[3])


def test_a_solver_without_noise_of_its_own_repeats_itself_and_leaves_its_scheduler_alone():
    scheduler, guided = solver("ddim"), GuidedUnet(tiny_unet(), two_branches(conditions(), 3.0, 4))
    first, second = (sample(scheduler, guided, NOISE, steps=2) for _ in range(2))
    assert torch.equal(first, second)
    assert scheduler.num_inference_steps is None


def test_sounds_that_conditions_cannot_be_shared_out_to_are_refused():
    with pytest.raises(ValueError, match="2 conditions cannot serve 3 sounds"):
        two_branches(conditions(), 3.0, 3)


def batch():
    text = conditions()
    generator = torch.Generator().manual_seed(5)
    noise = torch.randn(2, 8, 8, 4, generator=generator)
    return Batch(NOISE[:2], noise, torch.tensor([40, 700]), text.states[2:], text.mask[2:])


@torch.no_grad()
def test_quiet_noise_weighs_less():
    unet, scheduler, given = tiny_unet(), ddpm(), batch()
    rows = [diffusion_loss(unet, scheduler, Batch(*(part[i : i + 1] for part in given))) for i in (0, 1)]
    kept = scheduler.alphas_cumprod[40]
    weight = 5 * (1 - kept) / kept
    assert weight == pytest.approx(0.198, abs=1e-3)
    weighted = diffusion_loss(unet, scheduler, given, 5.0)
    torch.testing.assert_close(weighted, (weight * rows[0] + rows[1]) / 2)


def test_preference_begins_at_chance_and_falls_as_winners_become_likelier():
    unet, scheduler, given = tiny_unet(), ddpm(), batch()
    losers = NOISE[2:]
    reference = tiny_unet()
    start = preference_loss(unet, reference, scheduler, given, losers, 2000)
    assert start.item() == pytest.approx(math.log(2), rel=1e-4)
    optimiser = torch.optim.SGD(unet.parameters(), lr=1e-6)
    start.backward()
    optimiser.step()
    with torch.no_grad():
        assert preference_loss(unet, reference, scheduler, given, losers, 2000) < start - 1e-3
