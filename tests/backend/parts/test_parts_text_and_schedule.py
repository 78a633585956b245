# SPDX-License-Identifier: GPL-3.0-or-later
"""Padding of prompts and negatives, and the published noise schedule under every solver."""

import pytest
import torch

from fakes.published_sta_v2a import tiny_text_encoder, tiny_tokenizer
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.parts.text import encode_text, tokenise

# diffusers' multistep solvers hand tensors to numpy in the way of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def words():
    return tiny_tokenizer()


def test_empty_negatives_are_the_end_token_and_padding_of_the_longest_prompt(words):
    negative, prompt = tokenise(words, ["dog barks", "rain"], ["", ""])
    length = len(words("dog barks")["input_ids"])
    assert prompt.ids.shape == negative.ids.shape == (2, length)
    assert negative.ids.tolist() == [[1] + [0] * (length - 1)] * 2
    assert negative.mask.tolist() == [[1] + [0] * (length - 1)] * 2
    assert prompt.mask.sum(1).tolist() == [length, len(words("rain")["input_ids"])]


def test_a_longer_negative_sets_the_length_and_long_prompts_are_cut(words):
    negative, prompt = tokenise(words, ["rain"], ["loud metal door"])
    assert prompt.ids.shape == negative.ids.shape and negative.mask.all()
    negative, prompt = tokenise(words, ["dog " * 300], [""])
    assert prompt.ids.shape == negative.ids.shape == (1, 200)
    with pytest.raises(ValueError, match="2 prompts and 1 negatives"):
        tokenise(words, ["a", "b"], [""])


def test_states_come_negatives_first_and_padding_changes_no_prompt(words):
    torch.manual_seed(0)
    encoder = tiny_text_encoder(len(words), 16).eval()
    alone = encode_text(encoder, words, ["rain"], [""])
    both = encode_text(encoder, words, ["rain", "dog barks loud"], ["", ""])
    kept = int(alone.mask[1].sum())
    assert both.batch == 2 and both.states.shape[0] == 4 and both.mask.dtype == torch.float32
    torch.testing.assert_close(both.states[2, :kept], alone.states[1, :kept], atol=1e-5, rtol=0)
    torch.testing.assert_close(both.states[0, :1], alone.states[0, :1], atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("steps", "first"), [(25, [961, 921]), (200, [996, 991]), (300, [898, 895]), (400, [799, 797])]
)
def test_published_time_steps(steps, first):
    scheduler = schedule.ddpm()
    scheduler.set_timesteps(steps)
    assert scheduler.timesteps[:2].tolist() == first and scheduler.timesteps[-1] == 1


def test_published_signal_share():
    assert float(schedule.ddpm().alphas_cumprod[996]) == pytest.approx(0.00483171, rel=1e-5)
    assert float(schedule.ddpm().alphas_cumprod[898]) == pytest.approx(0.01445, rel=1e-3)


@pytest.mark.parametrize("name", schedule.SOLVERS)
def test_every_solver_recovers_a_known_signal(name):
    """A network that knows the clean signal: velocity from it, whatever the noise."""
    scheduler = schedule.solver(name)
    scheduler.set_timesteps(20)
    clean = torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(1))
    x = torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(2))
    for time in scheduler.timesteps:
        kept = scheduler.alphas_cumprod[int(time)]
        noise = (x - kept.sqrt() * clean) / (1 - kept).sqrt()
        velocity = kept.sqrt() * noise - (1 - kept).sqrt() * clean
        x = scheduler.step(velocity, time, x, return_dict=False)[0]
    assert float((x - clean).abs().max()) < 0.15


def test_options_override_and_unknown_solvers_are_named():
    trailing = schedule.solver("dpm++", {"timestep_spacing": "trailing"})
    trailing.set_timesteps(20)
    assert int(trailing.timesteps[0]) == 999
    with pytest.raises(ValueError, match="choose one of ddpm, ddim, dpm"):
        schedule.solver("euler")
