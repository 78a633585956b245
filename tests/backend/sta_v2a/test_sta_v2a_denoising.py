# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoising loop: equal to a plain one, batch equal to single, cancelled at any step, its noise given or drawn."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.parts.ancestral import ancestral_step
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline

#: diffusers hands tensors to NumPy 2 in a way that torch does not know yet.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FRAMES = 12


@pytest.fixture(scope="module")
def pipe() -> StaV2aPipeline:
    return tiny_pipeline()


def _features(clips: int = 2) -> Tensor:
    return torch.nn.functional.normalize(
        torch.randn(clips, 40, 512, generator=torch.Generator().manual_seed(1)), dim=-1
    )


def _noise(batch: int, seed: int = 2) -> Tensor:
    return torch.randn(batch, 8, FRAMES, 16, generator=torch.Generator().manual_seed(seed))


def _variance_noise(batch: int) -> Iterator[Tensor]:
    return (_noise(batch, seed) for seed in range(100, 200))


def _text(pipe: StaV2aPipeline, clips: int = 2) -> TextStates:
    return pipe.encode_prompt(["a dog barks", "glass breaks on wood"][:clips], ["music", ""][:clips])


def _denoise(pipe: StaV2aPipeline, clips: int = 2, **options) -> Tensor:
    features = options.pop("features", _features())[:clips]
    control = pipe.predict_onsets(features, FRAMES).hidden
    settings = {"steps": 3, "text": _text(pipe, clips), "latents": _noise(clips), "guidance": Scales(), **options}
    return pipe.denoise(features, control=control, **settings)


@torch.no_grad()
def _plain_loop(pipe: StaV2aPipeline, steps: int, scale: float) -> Tensor:
    """The published loop, written out: two halves, the ControlNet without the text mask."""
    features, text = _features(), _text(pipe)
    hidden = pipe.predict_onsets(features, FRAMES).hidden
    tokens = pipe.attentive_pooling(features)
    states = torch.cat([text.states, torch.cat([tokens, tokens])], 1)
    mask = torch.cat([text.mask, torch.ones(4, 4)], 1)
    scheduler, noise = schedule.ddpm(), _variance_noise(2)
    scheduler.set_timesteps(steps)
    latents = _noise(2)
    for timestep in scheduler.timesteps:
        both = torch.cat([latents, latents])
        residuals = pipe.controlnet(both, timestep, states, torch.cat([hidden, hidden]))
        predicted = pipe.unet(
            both,
            timestep,
            states,
            encoder_attention_mask=mask,
            down_block_additional_residuals=residuals.down_block_res_samples,
            mid_block_additional_residual=residuals.mid_block_res_sample,
        ).sample
        negative, positive = predicted.chunk(2)
        guided = negative + scale * (positive - negative)
        latents = ancestral_step(scheduler, guided, int(timestep), latents, next(noise))
    return latents


@pytest.mark.parametrize("scale", [3.0, 1.0])
def test_published_guidance_is_the_plain_two_branch_loop(pipe, scale):
    ours = _denoise(pipe, guidance=Scales(text=scale), variance_noise=_variance_noise(2))
    assert torch.allclose(ours, _plain_loop(pipe, 3, scale), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("steps", [1, 7, 200])
@torch.no_grad()
def test_step_with_given_noise_is_the_stock_step(steps):
    scheduler = schedule.ddpm()
    scheduler.set_timesteps(steps)
    for timestep in scheduler.timesteps[[0, len(scheduler.timesteps) // 2, -1]]:
        velocity, sample = _noise(1, 5), _noise(1, 6)
        drawn = torch.randn(sample.shape, generator=torch.Generator().manual_seed(7))
        stock = scheduler.step(velocity, int(timestep), sample, generator=torch.Generator().manual_seed(7)).prev_sample
        ours = ancestral_step(scheduler, velocity, int(timestep), sample, drawn)
        assert torch.allclose(ours, stock, rtol=1e-5, atol=1e-5)


def test_step_with_given_noise_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="velocity"):
        ancestral_step(schedule.ddpm({"prediction_type": "epsilon"}), _noise(1), 1, _noise(1), _noise(1))


@pytest.mark.parametrize("name", ["ddpm", "dpm++", "unipc"])
def test_batch_equals_single_sounds(pipe, name):
    solver, options = schedule.solver(name), {}
    both = _denoise(pipe, scheduler=solver, generator=[torch.Generator().manual_seed(s) for s in (1, 2)])
    for index in range(2):
        options = {
            "features": _features()[index : index + 1],
            "text": TextStates(_text(pipe).states[index::2], _text(pipe).mask[index::2]),
            "latents": _noise(2)[index : index + 1],
            "generator": [torch.Generator().manual_seed(index + 1)],
        }
        alone = _denoise(pipe, 1, scheduler=solver, **options)
        assert torch.allclose(both[index], alone[0], rtol=1e-3, atol=1e-3)


def test_takes_of_one_clip_share_its_conditions(pipe):
    together = _denoise(pipe, 1, latents=_noise(3), scheduler=schedule.solver("dpm++"))
    alone = _denoise(pipe, 1, latents=_noise(3)[2:], scheduler=schedule.solver("dpm++"))
    assert together.shape == (3, 8, FRAMES, 16)
    assert torch.allclose(together[2], alone[0], rtol=1e-3, atol=1e-3)


def test_same_generator_same_sound(pipe):
    first, second = (_denoise(pipe, generator=torch.Generator().manual_seed(9)) for _ in range(2))
    other = _denoise(pipe, generator=torch.Generator().manual_seed(10))
    assert torch.equal(first, second) and not torch.equal(first, other)


@pytest.mark.parametrize("step", [1, 2, 4])
def test_cancel_at_a_step_leaves_nothing_behind(pipe, step):
    done = []

    def stop(now: int, steps: int) -> None:
        done.append((now, steps))
        if now == step:
            raise InterruptedError

    before = _denoise(pipe, variance_noise=_variance_noise(2))
    with pytest.raises(InterruptedError):
        _denoise(pipe, steps=4, on_step=stop, variance_noise=_variance_noise(2))
    assert done == [(k, 4) for k in range(1, step + 1)]
    assert torch.equal(_denoise(pipe, variance_noise=_variance_noise(2)), before)


def _batches(pipe: StaV2aPipeline, scales: Scales, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Rows that UNet and ControlNet see in one step."""
    seen = {}

    def watch(part: torch.nn.Module, name: str) -> None:
        forward = part.forward

        def counted(sample: Tensor, *args, **options):
            seen[name] = len(sample)
            return forward(sample, *args, **options)

        monkeypatch.setattr(part, "forward", counted)

    watch(pipe.unet, "unet")
    watch(pipe.controlnet, "controlnet")
    _denoise(pipe, 1, steps=1, guidance=scales)
    return seen["unet"], seen["controlnet"]


@pytest.mark.parametrize(
    ("scales", "rows"),
    [(Scales(1), (1, 1)), (Scales(), (2, 2)), (Scales(3, 1, 2), (3, 2)), (Scales(3, 1.5, 2), (4, 3))],
)
def test_networks_see_no_more_branches_than_needed(pipe, monkeypatch, scales, rows):
    assert _batches(pipe, scales, monkeypatch) == rows


def test_cue_scale_zero_leaves_only_what_text_and_picture_say(pipe):
    """With text 0 and cues 0 the velocity is that of the UNet alone, for the negative text."""
    features, text = _features(1), _text(pipe, 1)
    silent = pipe.denoise(features, text, torch.zeros(1, FRAMES, 128), _noise(1), 1, Scales(0, 1, 0), schedule.ddpm())
    other = pipe.denoise(features, text, torch.ones(1, FRAMES, 128), _noise(1), 1, Scales(0, 1, 0), schedule.ddpm())
    assert torch.allclose(silent, other, atol=1e-4)
    heard = pipe.denoise(features, text, torch.ones(1, FRAMES, 128), _noise(1), 1, Scales(0), schedule.ddpm())
    assert not torch.allclose(silent, heard, atol=1e-4)


def test_text_that_is_padded_is_masked_in_the_unet(pipe):
    text = _text(pipe)
    changed = replace(text, mask=torch.ones_like(text.mask))
    assert not torch.equal(_denoise(pipe, text=changed), _denoise(pipe))


def test_bad_inputs_are_said(pipe):
    with pytest.raises(ValueError, match="256 frames for 12 latents"):
        pipe.denoise(_features(1), _text(pipe, 1), torch.zeros(1, 256, 128), _noise(1), 2)
    with pytest.raises(ValueError, match="0 steps"):
        _denoise(pipe, steps=0)
