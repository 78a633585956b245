# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine around mini: windows that nobody hears, exact lengths, and cancelling."""

import numpy as np
import pytest

from foleycue_backend.engines.base import Conditions
from foleycue_backend.engines.mini import engine as mini
from foleycue_backend.report import JobCancelled
from foleycue_shared.cues import Cue
from foleycue_shared.messages import Guidance
from foleycue_shared.timing import CUE_RATE

pytestmark = pytest.mark.skipif(not mini.engine_info().available, reason=mini.engine_info().reason)

SIZE = 1920


@pytest.fixture(scope="module")
def engine():
    import torch

    torch.set_num_threads(1)
    made = mini.create()
    made.load()
    return made


def _cues(*seconds):
    return tuple(Cue(round(t * CUE_RATE)) for t in seconds)


def _conditions(samples, **fields):
    return Conditions(samples=samples, prompt="wood impact", steps=2, cues=_cues(0.5, 1.2), seed=4, **fields)


def _made(engine, conditions, on_step=lambda *_: None):
    return np.concatenate(list(engine.generate(conditions, on_step)))


@pytest.mark.parametrize("samples", [1, 1919, 1921, 96_123])
def test_exactly_as_many_samples_as_asked(engine, samples):
    sound = _made(engine, _conditions(samples))
    assert sound.dtype == np.float32
    assert len(sound) == samples
    assert np.isfinite(sound).all()


def test_denoising_a_long_range_is_told_chunk_by_chunk(engine, monkeypatch):
    from foleycue_backend.engines.mini import guidance

    conditions = _conditions(150 * SIZE)
    whole = mini._painted(engine._pipeline, conditions, lambda *_: None)
    monkeypatch.setattr(guidance, "CHUNK", 40)
    steps = []
    parts = mini._painted(engine._pipeline, conditions, lambda *step: steps.append(step))
    assert steps == [("diffuse", done, 8) for done in range(1, 9)]
    assert float((whole - parts).abs().max()) < 1e-3


def test_an_empty_sheet_is_silence_and_no_sheet_is_not(engine):
    def loudest(cues):
        conditions = [Conditions(samples=300 * SIZE, prompt="door knock", cues=cues, seed=seed) for seed in (1, 2, 3)]
        return np.mean([np.abs(_made(engine, one)).max() for one in conditions])

    assert loudest(()) < 0.1 * loudest(_cues(1.0))
    assert loudest(None) > 0.3 * loudest(_cues(1.0))


def test_windows_of_sound_join_without_a_click(engine, monkeypatch):
    conditions = _conditions(75 * SIZE)
    whole = _made(engine, conditions)
    monkeypatch.setattr(mini, "_VOCODE", 30)
    joins = []

    def on_step(phase, step, steps):
        if phase == "vocode":
            joins.append(steps)

    parts = _made(engine, conditions, on_step)
    assert joins == [3, 3, 3]
    assert len(parts) == len(whole)
    # Where windows overlap the phases differ, the level does not; and no step is steeper than the sound's own.
    for k in range(8, 68):
        a, b = (np.sqrt((x[k * SIZE : (k + 1) * SIZE] ** 2).mean()) + 1e-4 for x in (whole, parts))
        assert abs(np.log2(a / b)) < 1.5
    assert np.abs(np.diff(parts)).max() <= 1.3 * np.abs(np.diff(whole)).max()
    quiet = slice(45 * SIZE, 70 * SIZE)
    assert np.abs(np.diff(parts[quiet])).max() <= 2 * np.abs(np.diff(whole[quiet])).max() + 1e-3


def test_the_same_conditions_give_the_same_sound(engine):
    conditions = _conditions(30 * SIZE)
    assert np.array_equal(_made(engine, conditions), _made(engine, conditions))
    other = Conditions(samples=30 * SIZE, prompt="wood impact", steps=2, cues=conditions.cues, seed=5)
    assert not np.array_equal(_made(engine, conditions), _made(engine, other))


def test_guidance_is_heard(engine):
    usual = _made(engine, _conditions(30 * SIZE))
    strong = _made(engine, _conditions(30 * SIZE, guidance=Guidance(text=6.0, cues=1.0)))
    assert not np.allclose(usual, strong)


@pytest.mark.parametrize("place", [("diffuse", 1), ("vocode", 0)])
def test_a_step_can_stop_it(engine, place):
    def on_step(phase, step, steps):
        if (phase, step) == place:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        _made(engine, _conditions(30 * SIZE), on_step)


def test_what_comes_first_is_loading():
    with pytest.raises(RuntimeError, match="load"):
        next(mini.create().generate(_conditions(10), lambda *_: None))


def test_mini_does_not_look(engine):
    assert engine.analyse(None, lambda *_: None, "default") == {}
