# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine sta-v2a on a small pipeline: lengths, takes in one pass, cues, settings, cancelling, installation."""

import dataclasses

import msgspec
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines import registry
from foleycue_backend.engines.base import Conditions, MakesSeveral, PredictsCues
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.parts.vocoder import to_int16
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.engine import create, engine_info
from foleycue_backend.engines.sta_v2a.steering import onset_margins
from foleycue_backend.engines.sta_v2a.studio import StaV2aStudio
from foleycue_backend.engines.studio.noise import noise_at, step_noise
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Guidance
from foleycue_shared.places import HOME_VARIABLE
from foleycue_shared.timing import CUE_RATE

RATE = 16_000

# diffusers' multistep solvers make an array of a tensor in a way that numpy 2 frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def audible(seed, **options):
    """A tiny pipeline whose vocoder, with random weights, can be heard, and whose predictor is sometimes sure."""
    pipeline = tiny_pipeline(seed, **options)
    with torch.no_grad():
        for name, weights in pipeline.vocoder.named_parameters():
            if name.endswith("weight"):
                weights.mul_(0.7 / (weights.std() * weights[0].numel() ** 0.5))
        head = pipeline.onset_predictor.l2
        head.bias.zero_()
        margins = onset_margins(pipeline.predict_onsets(torch.from_numpy(seen(30))[None], 750).logits)
        head.weight.mul_(2 / margins.std())
        head.bias[1] = RULE.threshold - 2 * margins.mean() / margins.std()
    return pipeline


def nothing(phase, step, steps):
    """Hears of progress and does not mind."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("sta-v2a")
    audible(3).save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def studio(folder):
    return StaV2aStudio(folder)


def seen(seconds, seed=0):
    rows = torch.randn(max(1, round(4 * seconds)), 512, generator=torch.Generator().manual_seed(seed))
    return F.normalize(rows, dim=-1).numpy()


def take(samples, seed=1, **fields):
    return Conditions(samples=samples, **{"prompt": "dog barks", "seed": seed, "steps": 2, **fields})


def with_features(conditions, features):
    return dataclasses.replace(conditions, features={"cavp": features})


def sound(studio, conditions, features=None, on_step=nothing):
    features = seen(conditions.samples / RATE) if features is None else features
    return np.concatenate([block for _, block in studio.make([with_features(conditions, features)], on_step)])


@pytest.mark.parametrize("samples", [1, 639, 641, 38_705, 163_840, 163_841, 16_000 * 23 + 7])
def test_any_range_gets_its_exact_length(studio, samples):
    made = sound(studio, take(samples))
    assert made.shape == (samples,)
    assert np.isfinite(made).all()
    assert samples < 640 or np.abs(made).max() > 0


def test_takes_made_together_are_those_made_alone(studio):
    takes = [take(12 * RATE, seed, setting="faithful") for seed in (4, 2**53 - 1)]
    features = seen(12)
    together = [[] for _ in takes]
    order = []
    for number, block in studio.make([with_features(one, features) for one in takes], nothing):
        together[number].append(block)
        order.append(number)
    assert order == sorted(order)
    for conditions, blocks in zip(takes, together, strict=True):
        alone, made = sound(studio, conditions, features), np.concatenate(blocks)
        # One step of 16 bits: rounding may fall to either side of it.
        assert np.abs(alone - made).max() <= 2 / 32768
    assert not np.allclose(np.concatenate(together[0]), np.concatenate(together[1]), atol=1e-3)


def test_the_engines_own_cues_as_a_sheet_change_nothing_and_other_sheets_do(studio):
    features, samples = seen(12), 12 * RATE
    own = studio.foresee({"cavp": features}, 12 * CUE_RATE, 0.5)
    assert own.cues
    assert len(own.curve) == 12 * 50
    assert 0 <= own.curve.min() <= own.curve.max() == pytest.approx(own.confidence, abs=1e-4)
    free = sound(studio, take(samples), features)
    assert np.array_equal(sound(studio, take(samples, cues=own.cues), features), free)
    assert not np.array_equal(sound(studio, take(samples, cues=()), features), free)
    assert not np.array_equal(sound(studio, take(samples, cues=own.cues[1:]), features), free)


def test_sensitivity_shows_more_or_fewer_of_the_predicted_cues(studio):
    features = seen(30)
    counts = [len(studio.foresee({"cavp": features}, 30 * CUE_RATE, at).cues) for at in (0.0, 0.5, 1.0)]
    assert counts == sorted(counts)
    assert 0 < counts[0] < counts[1] < counts[2]
    for cue in studio.foresee({"cavp": features}, 30 * CUE_RATE - 5_000, 1.0).cues:
        assert 0 <= cue.sample < 30 * CUE_RATE - 5_000


def test_faithful_is_the_published_inference(studio, folder):
    """A range of 6 s: features padded to 40, 256 frames, ancestral sampling in float32, 16-bit samples."""
    features = seen(6)
    made = sound(studio, take(6 * RATE, setting="faithful"), features)
    pipeline = audible(3)
    padded = F.pad(torch.from_numpy(features)[None], (0, 0, 0, 16))
    place = (0, 256, 8, 16)
    latents = pipeline.denoise(
        padded,
        pipeline.encode_prompt(["dog barks"]),
        pipeline.predict_onsets(padded).hidden,
        noise_at(1, *place)[None],
        2,
        scheduler=schedule.ddpm(),
        variance_noise=step_noise([1], *place, torch.device("cpu")),
    )
    assert np.abs(made).max() > 0.01
    wave = to_int16(pipeline.vocode(pipeline.decode(latents))[0])[: 6 * RATE].numpy() / 32768
    assert np.abs(made - wave).max() <= 2 / 32768


def test_the_published_dropout_belongs_to_the_seed(studio):
    features = seen(3)
    plain = sound(studio, take(3 * RATE, setting="faithful"), features)
    dropped = [sound(studio, take(3 * RATE, 1, setting="faithful-dropout"), features) for _ in range(2)]
    assert np.array_equal(*dropped)
    assert not np.array_equal(dropped[0], plain)


@pytest.mark.parametrize("phase", ["text", "diffuse", "vocode"])
def test_every_step_may_cancel(folder, phase):
    class Cancelled(Exception):
        pass

    steps, fresh = [], StaV2aStudio(folder)

    def on_step(name, step, total):
        steps.append((name, step, total))
        if name == phase and (phase != "diffuse" or step == 3):
            raise Cancelled

    with pytest.raises(Cancelled):
        sound(fresh, take(14 * RATE), on_step=on_step)
    assert steps[-1] == {"text": ("text", 0, 1), "diffuse": ("diffuse", 3, 4), "vocode": ("vocode", 0, 4)}[phase]


def test_prompts_are_read_once(studio):
    phases = []
    for prompt in ("glass", "glass", "music"):
        sound(studio, take(RATE, prompt=prompt), on_step=lambda phase, *_: phases.append(phase))
    assert phases.count("text") == 2


def test_guidance_is_obeyed_and_needs_picture_tokens(studio, tmp_path):
    features = seen(3)
    plain = sound(studio, take(3 * RATE), features)
    for guidance in (Guidance(text=1.0), Guidance(picture=2.0), Guidance(cues=3.0)):
        assert not np.allclose(sound(studio, take(3 * RATE, guidance=guidance), features), plain, atol=1e-4)
    audible(3, picture_tokens=False).save_pretrained(tmp_path)
    blind = StaV2aStudio(tmp_path)
    assert len(sound(blind, take(RATE))) == RATE
    with pytest.raises(FoleyCueError, match="no picture tokens"):
        sound(blind, take(RATE, guidance=Guidance(picture=2.0)))


# -- installation -------------------------------------------------------------------------------------------------


def install(seed):
    store = Store()
    with store.changing(), store.placing("sta-v2a") as part:
        audible(seed).save_pretrained(part)
        store.seal(part, "sta-v2a", [])


def test_without_weights_it_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    info = registry.engine_info("sta-v2a")
    assert (info.available, info.size_bytes) == (False, 0)
    assert "foleycue models pull sta-v2a" in info.reason
    with pytest.raises(FoleyCueError, match="models pull") as caught:
        registry.load_engine("sta-v2a")
    assert caught.value.code is ErrorCode.UNKNOWN_ENGINE
    assert registry.understand("sta-v2a", "anything").known


def test_what_is_installed_is_looked_up_afresh(monkeypatch, tmp_path):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    install(1)
    info = engine_info()
    assert info.available
    assert info.size_bytes > 0
    assert {"text", "picture", "cues"} <= set(info.listens)
    assert info.settings == ("default", "faithful", "faithful-dropout")
    assert msgspec.structs.replace(info, size_bytes=0) == msgspec.structs.replace(create().info, size_bytes=0)
    engine = registry.load_engine("sta-v2a")
    assert isinstance(engine, MakesSeveral)
    assert isinstance(engine, PredictsCues)
    conditions = take(RATE, setting="faithful", features={"cavp": seen(1)})
    assert engine.at_once(conditions) >= 1
    first, before = np.concatenate(list(engine.generate(conditions, nothing))), engine.weights
    install(2)
    assert engine.weights != before
    second = np.concatenate(list(engine.generate(conditions, nothing)))
    assert not np.array_equal(first, second)
    with Store().changing():
        Store().remove("sta-v2a")
    with pytest.raises(FoleyCueError, match="models pull"):
        list(engine.generate(conditions, nothing))
