# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine foleycrafter on a small checkpoint: lengths, takes, cues and map, scales, settings, cancelling."""

import numpy as np
import pytest
import torch

from fakes.published_foleycrafter import EMBEDDING, write_published
from foleycue_backend.engines import registry
from foleycue_backend.engines.base import Conditions, MakesSeveral, PredictsCues
from foleycue_backend.engines.foleycrafter import checkpoint
from foleycue_backend.engines.foleycrafter.engine import FoleyCrafterEngine, create
from foleycue_backend.engines.foleycrafter.session import Session
from foleycue_backend.engines.foleycrafter.settings import GRID, SETTINGS
from foleycue_backend.engines.foleycrafter.studio import FoleyCrafterStudio
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.studio.grid import Span
from foleycue_shared.cues import Cue
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import Guidance
from foleycue_shared.places import HOME_VARIABLE
from foleycue_shared.timing import CUE_RATE

RATE = 16_000


def nothing(phase, step, steps):
    """Hears of progress and does not mind."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    place = tmp_path_factory.mktemp("foleycrafter")
    write_published(place / "published", seed=3)
    (place / "model").mkdir()
    checkpoint.convert(place / "published", place / "model", place / "report.txt", nothing)
    return FoleyCrafterStudio(place / "model")


def features(seconds, *onsets):
    """As analysed: pictures that sound are given by number, 15 a second."""
    logits = np.full(max(1, round(15 * seconds)), -3.0, np.float32)
    logits[[number for number in onsets if number < len(logits)]] = 3.0
    rows = np.random.default_rng(7).normal(size=(-(-len(logits) // 10), EMBEDDING)).astype(np.float32)
    return {"logits": logits, "embeddings": rows, "rates": np.array([[15, 1], [3, 2]])}


def take(samples, seed=1, **fields):
    given = {"prompt": "dog barks", "features": features(samples / RATE, 6), "steps": 1}
    return Conditions(samples=samples, seed=seed, **{**given, **fields})


def sound(studio, conditions, on_step=nothing):
    return np.concatenate([block for _, block in studio.make([conditions], on_step)])


def session(studio, conditions):
    text = TextStates(torch.zeros(2, 77, 24), torch.ones(2, 77))
    spans = GRID.spans(conditions.samples, (), 8)
    setting = SETTINGS[conditions.setting]
    return Session(studio._parts.at(setting.half), setting, conditions, text, spans[-1].high)


def test_it_says_what_it_is_and_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    info = registry.engine_info("foleycrafter")
    assert info.listens == ("text", "negative", "picture", "cues")
    assert (info.guidance.text, info.guidance.picture, info.guidance.cues) == (7.5, 1.0, 0.2)
    assert "CC BY-NC-SA" in info.weights_licence
    assert not info.available
    assert "foleycue models pull foleycrafter" in info.reason
    engine = create()
    assert isinstance(engine, FoleyCrafterEngine)
    assert isinstance(engine, MakesSeveral)
    assert isinstance(engine, PredictsCues)
    with pytest.raises(FoleyCueError, match="not installed"):
        engine.load()


@pytest.mark.parametrize("samples", [1, 1281, 163_841 + 7])
def test_any_range_gets_its_exact_length(studio, samples):
    made = sound(studio, take(samples))
    assert made.shape == (samples,)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


def test_seeds_decide_and_takes_side_by_side_are_as_alone(studio):
    alone = [sound(studio, take(8_000, seed)) for seed in (1, 2)]
    assert np.array_equal(alone[0], sound(studio, take(8_000, 1)))
    assert not np.array_equal(*alone)
    together = {0: [], 1: []}
    for number, block in studio.make([take(8_000, 1), take(8_000, 2)], nothing):
        together[number].append(block)
    for number, blocks in together.items():
        np.testing.assert_allclose(np.concatenate(blocks), alone[number], atol=2e-3)


def test_the_sheet_is_the_map(studio):
    """The detector's own map, an empty one, and a cue moved by a quarter of a second."""
    seen = features(2.0, 6, 7)
    own, unedited, moved, empty = (
        session(studio, take(2 * RATE, cues=cues, features=seen)).condition(Span(0, 32))
        for cues in (None, (Cue(6 * 3200 + 1600, 0.9),), (Cue(6 * 3200 + 1600 + CUE_RATE // 4),), ())
    )
    assert own.shape == (1, 1, 256, 256)
    assert torch.equal(own, unedited)
    assert not (empty > 0).any()
    starts = [int(torch.nonzero(row[0, 0, 0] > 0)[0]) for row in (own, moved)]
    assert starts == [40, 65]


def test_windows_of_a_long_range_see_their_own_stretch_of_it(studio):
    made = session(studio, take(20 * RATE, cues=(Cue(15 * CUE_RATE),), features=features(20.0)))
    whole = made.condition(Span(0, 256))
    spans = GRID.spans(20 * RATE, (), 8)
    assert len(spans) > 1
    for span in spans:
        assert torch.equal(made.condition(span), whole[..., 8 * span.low : 8 * span.high])
    assert int(torch.nonzero(whole[0, 0, 0] > 0)[0]) == 1496


def test_as_published_time_is_stretched_and_the_widest_map_squeezed(studio):
    own = session(studio, take(5 * RATE, setting="faithful", features=features(5.0, 60)))
    row = own.condition(Span(0, 128))[0, 0, 0]
    assert len(row) == 1024
    assert int(torch.nonzero(row > 0)[0]) == 410
    long = session(studio, take(int(10.2 * RATE), setting="faithful", features=features(10.2, 140)))
    assert long.condition(Span(0, 128)).shape[-1] == 1024


def test_a_moved_cue_and_an_empty_sheet_change_the_sound(studio):
    sheets = (None, (Cue(CUE_RATE // 8),), (Cue(CUE_RATE // 8 + CUE_RATE // 4),), ())
    made = [sound(studio, take(RATE // 2, cues=cues, guidance=Guidance(cues=1.0))) for cues in sheets]
    for one in range(len(made)):
        for other in range(one):
            assert np.abs(made[one] - made[other]).max() > 1e-3
    quiet = [sound(studio, take(RATE // 2, cues=cues, guidance=Guidance(cues=0.0))) for cues in sheets[:2]]
    assert np.array_equal(*quiet)


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "rain"},
        {"negative": "music"},
        {"guidance": Guidance(text=3.0)},
    ],
)
def test_every_condition_counts(studio, fields):
    assert not np.array_equal(sound(studio, take(6_000)), sound(studio, take(6_000, **fields)))


def test_without_the_picture_scale_the_picture_is_not_heard(studio):
    other = features(6_000 / RATE, 2)
    other["embeddings"] = other["embeddings"] + 3
    deaf = Guidance(picture=0.0)
    same = [sound(studio, take(6_000, cues=(), features=seen, guidance=deaf)) for seen in (features(0.4, 2), other)]
    assert np.array_equal(*same)
    heard = [sound(studio, take(6_000, cues=(), features=seen)) for seen in (features(0.4, 2), other)]
    assert not np.array_equal(*heard)


@pytest.mark.parametrize("stop", [0, 2, 3])
def test_it_can_be_cancelled_at_each_step(studio, stop):
    class Cancelled(Exception):
        pass

    told = []

    def on_step(phase, step, steps):
        if phase == "diffuse":
            told.append((step, steps))
            if step == stop:
                raise Cancelled

    with pytest.raises(Cancelled):
        sound(studio, take(RATE // 2, steps=3), on_step)
    assert [step for step, _ in told] == list(range(stop + 1))


def test_the_steps_that_are_announced_are_those_that_come(studio):
    told = []
    sound(studio, take(12 * RATE, steps=3), lambda phase, step, steps: told.append((phase, step, steps)))
    # Two windows, in each of which the solver evaluates one time twice.
    assert [at for at in told if at[0] == "diffuse"] == [("diffuse", step, 8) for step in range(9)]


def test_the_faithful_setting_takes_published_steps_and_rounds_to_16_bits(studio):
    assert (SETTINGS["faithful"].solver, SETTINGS["faithful"].steps) == ("pndm", 25)
    made = sound(studio, take(3_000, setting="faithful")) * 32768
    assert np.array_equal(made, np.round(made))
    assert not np.allclose(made / 32768, sound(studio, take(3_000)), atol=1e-3)
