# SPDX-License-Identifier: GPL-3.0-or-later
"""The training losses against a direct computation, and where their gradients go."""

import pytest
import torch

from fakes.tiny_sta_v2a import WIDTH, tiny_pipeline
from foleycue_backend.engines.parts import schedule
from foleycue_backend.training.sta_v2a.loss import Batch, onset_loss, signal_to_noise, training_losses, velocity_loss

FRAMES = 8


def _batch() -> Batch:
    generator = torch.Generator().manual_seed(0)
    return Batch(
        latents=torch.randn(2, 8, FRAMES, 16, generator=generator),
        noise=torch.randn(2, 8, FRAMES, 16, generator=generator),
        timesteps=torch.tensor([3, 871]),
        features=torch.randn(2, 40, 512, generator=generator),
        states=torch.randn(2, 5, WIDTH, generator=generator),
        mask=torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]),
        onsets=torch.randint(0, 2, (2, FRAMES), generator=generator),
    )


@pytest.mark.parametrize("gamma", [None, 5.0])
@torch.no_grad()
def test_losses_are_those_written_out(gamma):
    pipe, scheduler, batch = tiny_pipeline(), schedule.ddpm(), _batch()
    kept = scheduler.alphas_cumprod[batch.timesteps].view(2, 1, 1, 1)
    noisy = kept.sqrt() * batch.latents + (1 - kept).sqrt() * batch.noise
    velocity = kept.sqrt() * batch.noise - (1 - kept).sqrt() * batch.latents
    prediction = pipe.predict_onsets(batch.features, FRAMES)
    states = torch.cat([batch.states, pipe.attentive_pooling(batch.features)], 1)
    mask = torch.cat([batch.mask.float(), torch.ones(2, 4)], 1)
    control = pipe.controlnet(noisy, batch.timesteps, states, prediction.hidden)
    predicted = pipe.unet(
        noisy,
        batch.timesteps,
        states,
        encoder_attention_mask=mask,
        down_block_additional_residuals=control.down_block_res_samples,
        mid_block_additional_residual=control.mid_block_res_sample,
    ).sample
    errors = (predicted - velocity).square().mean((1, 2, 3))
    ratio = kept.flatten() / (1 - kept.flatten())
    weights = torch.ones(2) if gamma is None else torch.minimum(ratio, torch.tensor(gamma)) / ratio
    log_odds = prediction.logits.log_softmax(-1).gather(-1, batch.onsets[..., None])
    losses = training_losses(pipe, scheduler, batch, gamma)
    assert losses.diffusion.item() == pytest.approx((errors * weights).mean().item(), rel=1e-5)
    assert losses.onset.item() == pytest.approx(-log_odds.mean().item(), rel=1e-5)


def test_weight_is_one_in_loud_noise_and_falls_in_faint_noise():
    ratio = signal_to_noise(schedule.ddpm(), torch.tensor([0, 999]))
    assert ratio[0] > 100 and ratio[1] < 0.01
    one, zero = torch.ones(1, 4), torch.zeros(1, 4)
    assert velocity_loss(one, zero, ratio[1:], 5.0) == 1
    assert velocity_loss(one, zero, ratio[:1], 5.0) == pytest.approx(5 / float(ratio[0]))


def test_gradients_reach_what_is_trained_and_only_that():
    pipe, batch = tiny_pipeline(), _batch()
    pipe.unet.requires_grad_(False)
    losses = training_losses(pipe, schedule.ddpm(), batch, 5.0)
    (losses.diffusion + losses.onset).backward()
    for part in (pipe.controlnet, pipe.attentive_pooling, pipe.local_features, pipe.onset_predictor):
        missing = [name for name, value in part.named_parameters() if value.grad is None]
        assert not missing
    assert all(value.grad is None for value in pipe.unet.parameters())


def test_encoded_pictures_can_be_trained_on():
    pipe = tiny_pipeline()
    features = pipe.encode_video(torch.rand(1, 3, 3, 32, 32))
    logits = pipe.onset_predictor(pipe.local_features(features)).logits
    onset_loss(logits, torch.zeros(1, 256)).backward()
    assert pipe.local_features.fc1.weight.grad.any()


def test_without_picture_tokens():
    pipe = tiny_pipeline(picture_tokens=False)
    assert training_losses(pipe, schedule.ddpm(), _batch()).diffusion.isfinite()
