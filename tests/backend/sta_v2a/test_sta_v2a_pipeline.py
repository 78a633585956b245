# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole pipeline at a small width: shapes, padding, takes, save and load, half precision, what it refuses."""

import json

import numpy as np
import pytest
import torch

from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import cues_from_logits
from foleycue_shared.cues import Cue

SAMPLES = 160 * 1024 + 32


@pytest.fixture(scope="module")
def pipe() -> StaV2aPipeline:
    return tiny_pipeline()


def _seed(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _video(clips: int = 1, time: int = 12) -> torch.Tensor:
    return torch.rand(clips, time, 3, 64, 64, generator=_seed(8))


def _made(pipe: StaV2aPipeline, *args, **options) -> torch.Tensor:
    """Latents of one step, which is enough to see what they depend on."""
    settings = {"num_inference_steps": 1, "generator": _seed(), "output_type": "latent", **options}
    return pipe("a dog barks", *args, **settings).audios


def test_sound_has_the_published_length(pipe):
    sound = _made(pipe, _video(), output_type="np")
    assert sound.shape == (1, SAMPLES) and sound.dtype == np.float32 and np.abs(sound).max() <= 1
    assert np.array_equal(_made(pipe, _video(), output_type="pt").numpy(), sound)


def test_sound_depends_on_pictures_and_generator(pipe):
    latents = _made(pipe, _video())
    assert torch.equal(latents, _made(pipe, features=pipe.encode_video(_video())))
    assert not torch.equal(latents, _made(pipe, _video(time=11)))
    assert not torch.equal(latents, _made(pipe, _video(), generator=_seed(6)))


def test_short_clips_are_padded_after_encoding_and_long_ones_cut(pipe):
    features = pipe.encode_video(_video(2, 5))
    assert features.shape == (2, 40, 512) and not features[:, 5:].any()
    assert torch.allclose(features[:, :5].norm(dim=-1), torch.ones(2, 5), atol=1e-5)
    long = _video(1, 43)
    assert torch.equal(pipe.encode_video(long), pipe.encode_video(long[:, :40]))


def test_takes_lie_side_by_side_and_latents_may_be_given(pipe):
    features = pipe.encode_video(_video(2))
    latents = torch.randn(4, 8, 256, 16, generator=_seed())
    options = {"num_inference_steps": 1, "output_type": "latent", "num_waveforms_per_prompt": 2}
    four = pipe(["a dog", "glass breaks"], features=features, latents=latents, **options).audios
    one = pipe("glass breaks", features=features[1:], latents=latents[2:], **options).audios
    assert four.shape == (4, 8, 256, 16)
    # One DDPM step draws noise of no weight (its deviation is 1e-10).
    assert torch.allclose(four[2:], one, rtol=1e-3, atol=1e-3)


def test_cues_decide_the_condition_and_an_unedited_sheet_does_not(pipe):
    features = pipe.encode_video(_video())
    predicted = cues_from_logits(pipe.predict_onsets(features).logits[0], RULE)
    unedited = _made(pipe, features=features, cues=predicted)
    assert torch.equal(unedited, _made(pipe, features=features))
    assert not torch.equal(unedited, _made(pipe, features=features, cues=[*predicted[1:], Cue(96_000)]))


def test_faithful_dropout_is_random_and_off_by_default(pipe):
    features = pipe.encode_video(_video())
    plain, other = _made(pipe, features=features), _made(pipe, features=features, faithful_dropout=True)
    assert torch.equal(plain, _made(pipe, features=features)) and not torch.equal(plain, other)
    assert torch.equal(other, _made(pipe, features=features, faithful_dropout=True))


def test_prefix_goes_before_prompts_only():
    pipe = tiny_pipeline()
    plain = pipe.encode_prompt(["a dog barks"], ["music"])
    pipe.register_to_config(prefix="a dog ")
    assert torch.equal(pipe.encode_prompt(["barks"], ["music"]).states, plain.states)


@pytest.mark.parametrize("picture_tokens", [True, False])
def test_saved_and_read_back_it_makes_the_same_sound(tmp_path, picture_tokens):
    pipe = tiny_pipeline(3, windows=picture_tokens, picture_tokens=picture_tokens)
    pipe.register_to_config(prefix="a ")
    pipe.scheduler = schedule.ddpm({"beta_end": 0.013})
    pipe.save_pretrained(tmp_path)
    again = StaV2aPipeline.from_pretrained(tmp_path)
    index = json.loads((tmp_path / "model_index.json").read_text())
    assert index["controlnet"] == ["foleycue_backend.engines.sta_v2a.controlnet", "CueControlNet"]
    assert not list(tmp_path.rglob("*.bin")) and (again.attentive_pooling is not None) is picture_tokens
    assert again.config["prefix"] == "a " and again.scheduler.config["beta_end"] == 0.013
    assert not any(part.training for part in again.components.values() if isinstance(part, torch.nn.Module))
    assert np.array_equal(_made(again, _video(), output_type="np"), _made(pipe, _video(), output_type="np"))


def test_half_precision_stays_near():
    pipe = tiny_pipeline(1)
    features = pipe.encode_video(_video())
    full = _made(pipe, features=features)
    half = _made(pipe.to(torch.bfloat16), features=features)
    assert half.dtype is torch.float32
    assert float((half - full).norm() / full.norm()) < 0.1
    assert pipe.encode_video(_video()).dtype is torch.bfloat16
    assert _made(pipe, _video(), output_type="np").dtype == np.float32


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "either video or features"),
        ({"video": _video(), "features": torch.zeros(1, 40, 512)}, "either video or features"),
        ({"features": torch.zeros(1, 40, 512), "latents": torch.zeros(1, 8, 255, 16)}, r"\(1, 8, 256, 16\) are needed"),
        ({"features": torch.zeros(2, 40, 512), "negative_prompt": ["a"]}, "1 negative prompts for 2 clips"),
    ],
)
def test_inputs_that_do_not_fit_are_said(pipe, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        pipe("a dog", **options)


def test_missing_folder_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no saved pipeline"):
        StaV2aPipeline.from_pretrained(tmp_path / "nothing")
