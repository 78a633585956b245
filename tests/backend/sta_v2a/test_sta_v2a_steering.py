# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue steering: an unedited sheet changes nothing, an edited one as little as makes the logits agree."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from foleycue_backend.engines.sta_v2a.onset_predictor import FRAMES, OnsetPrediction, OnsetPredictor
from foleycue_backend.engines.sta_v2a.steering import (
    FRAME_SAMPLES,
    TOKENS,
    OnsetRun,
    SteeringRule,
    cues_from_logits,
    least_change,
    onset_margins,
    onset_runs,
    steer,
    wanted_margins,
)
from foleycue_shared.cues import Cue, CueSource

RULE = SteeringRule()
SEED = st.integers(0, 10_000)
SHEET = st.lists(st.builds(Cue, st.integers(-9_000, 500_000), st.floats(0, 1)), max_size=12)


def _predictor(seed: int, bias: float = 0.0) -> tuple[OnsetPredictor, OnsetPrediction]:
    """A random predictor that says onset about four times in ten, more often with a higher bias."""
    generator = torch.Generator().manual_seed(seed)
    predictor = OnsetPredictor(16, 8).requires_grad_(False)
    for parameter in predictor.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator))
    predictor.l2.bias[1] = predictor.l2.bias[0] + bias
    return predictor, predictor(torch.randn(1, 40, 16, generator=generator))


def _margins(predictor: OnsetPredictor, hidden: Tensor) -> Tensor:
    return onset_margins(predictor.l2(hidden))


def _labels(margins: Tensor, sheet: Sequence[Cue], tokens: int = TOKENS) -> Tensor:
    """Onset labels (frames,) bool of an edited sheet over the unedited margins (frames,)."""
    wanted = wanted_margins(margins, sheet, tokens=tokens)
    return torch.where(wanted.isnan(), margins, wanted) > RULE.threshold


def _untouched(prediction: OnsetPrediction, hidden: Tensor) -> Tensor:
    return (prediction.hidden == hidden).all(-1)[0]


@given(seed=SEED, bias=st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_an_unedited_sheet_gives_back_the_same_bits(seed, bias):
    predictor, prediction = _predictor(seed, bias)
    cues = cues_from_logits(prediction.logits[0])
    assert torch.equal(steer(prediction, predictor.l2, cues), prediction.hidden)
    assert torch.equal(_labels(onset_margins(prediction.logits[0]), cues), onset_margins(prediction.logits[0]) > 0)


@given(seed=SEED, sheet=SHEET)
@settings(max_examples=60, deadline=None)
def test_logits_agree_with_any_sheet_at_every_frame(seed, sheet):
    predictor, prediction = _predictor(seed)
    before = onset_margins(prediction.logits[0])
    labels, wanted = _labels(before, sheet), wanted_margins(before, sheet)
    hidden = steer(prediction, predictor.l2, sheet)
    after = _margins(predictor, hidden)[0]
    assert torch.equal(after > RULE.threshold, labels)
    assert torch.allclose(after[~wanted.isnan()], wanted[~wanted.isnan()], atol=1e-3)
    assert torch.equal(_untouched(prediction, hidden), wanted.isnan())
    # Where nothing had to change, nothing did.
    agreed = labels == (before > RULE.threshold)
    changed_strength = {run.first for run in onset_runs(before, RULE)} & {RULE.first_frame(cue) for cue in sheet}
    if not changed_strength:
        assert wanted.isnan()[agreed].all()


@given(seed=SEED, sheet=SHEET)
@settings(max_examples=20, deadline=None)
def test_no_smaller_change_does_it(seed, sheet):
    """The least-norm solution of the underdetermined d · dx = m' - m, by an independent solver.

    "Small" is counted in the clip's own covariance: in coordinates where that is one, it is the plain norm.
    """
    predictor, prediction = _predictor(seed)
    wanted = wanted_margins(onset_margins(prediction.logits[0]), sheet)
    step = (steer(prediction, predictor.l2, sheet) - prediction.hidden)[0][~wanted.isnan()].double()
    needed = (wanted - onset_margins(prediction.logits[0]))[~wanted.isnan()].double()
    if not len(needed):
        return
    covariance = torch.cov(prediction.hidden[0].double().T, correction=0)
    root = torch.linalg.cholesky(covariance + 0.01 * covariance.diagonal().mean() * torch.eye(8))
    direction = (predictor.l2.weight[1] - predictor.l2.weight[0]).double() @ root
    least = torch.linalg.lstsq(direction[None], needed[None], driver="gelsd").solution.T @ root.T
    assert torch.allclose(step, least, atol=1e-3)


def test_a_clip_of_equal_frames_is_steered_by_plain_distance():
    predictor, _ = _predictor(0)
    hidden = torch.full((50, 8), 0.3)
    direction = predictor.l2.weight[1] - predictor.l2.weight[0]
    assert torch.allclose(least_change(hidden, predictor.l2), direction / direction.square().sum())


def test_a_cleared_frame_is_as_silent_as_the_others():
    margins = torch.full((50,), -6.0)
    margins[7:13] = 2.0
    assert wanted_margins(margins, [], RULE, tokens=8)[7:13].tolist() == [-6.0] * 6
    assert wanted_margins(margins.clamp_min(-0.5), [], RULE, tokens=8)[7:13].tolist() == [-RULE.margin] * 6


@given(seed=SEED, sheet=SHEET)
@settings(max_examples=20, deadline=None)
def test_steering_what_is_steered_changes_nothing_more(seed, sheet):
    predictor, prediction = _predictor(seed)
    before = onset_margins(prediction.logits[0])
    once = steer(prediction, predictor.l2, sheet)
    wanted = wanted_margins(before, sheet)
    again = OnsetPrediction(predictor.l2(once), once)
    remaining = torch.where(wanted.isnan(), 0, wanted - onset_margins(again.logits[0]))
    assert remaining.abs().max() < 1e-3


def _at(cue: Cue, sample: int) -> Cue:
    return Cue(sample, cue.strength, CueSource.USER)


def _moved(cues: tuple[Cue, ...], index: int, frames: int) -> list[Cue]:
    cue = cues[index]
    edited = _at(cue, cue.sample + frames * FRAME_SAMPLES)
    return [*cues[:index], edited, *cues[index + 1 :]]


def _sparse(*tokens: int, strength: float = 0.5) -> tuple[OnsetPredictor, OnsetPrediction]:
    """A prediction that says onset in the given tokens only."""
    predictor = OnsetPredictor(16, 8).requires_grad_(False)
    predictor.l2.bias.zero_()
    direction = predictor.l2.weight[1] - predictor.l2.weight[0]
    source = torch.full((40,), -2.0)
    source[list(tokens)] = RULE.top * strength
    rows = source[:, None] * direction / direction.square().sum()
    frames = (torch.arange(FRAMES) * 4 // 25).clamp_max(39)
    hidden = rows[frames][None]
    return predictor, OnsetPrediction(predictor.l2(hidden), hidden)


def test_a_cue_stands_in_the_middle_of_its_quarter_second():
    _, prediction = _sparse(0, 1, 8, 39)
    cues = cues_from_logits(prediction.logits[0])
    # Runs start at frames 0, 7, 50 and 244; the cue is three frames of 40 ms later.
    assert [cue.sample for cue in cues] == [3 * 1920, 10 * 1920, 53 * 1920, 247 * 1920]
    assert all(cue.strength == pytest.approx(0.5, abs=1e-4) and cue.source is CueSource.PICTURE for cue in cues)


@pytest.mark.parametrize("frames", [4, 12, -9, 60])
def test_moving_a_cue_touches_its_old_and_new_place_only(frames):
    predictor, prediction = _sparse(8, 20)
    cues = cues_from_logits(prediction.logits[0])
    hidden = steer(prediction, predictor.l2, _moved(cues, 0, frames))
    old, new = set(range(50, 57)), set(range(50 + frames, 56 + frames))
    assert {int(i) for i in (_margins(predictor, hidden)[0] > 0).nonzero()} == new | set(range(125, 132))
    # Frames that were an onset and stay one are not touched either.
    assert {int(i) for i in (~_untouched(prediction, hidden)).nonzero()} == old ^ new


def test_a_move_of_less_than_half_a_frame_is_no_move():
    predictor, prediction = _sparse(8)
    cue = cues_from_logits(prediction.logits[0])[0]
    for off in (-900, 900):
        assert torch.equal(steer(prediction, predictor.l2, [_at(cue, cue.sample + off)]), prediction.hidden)
    assert not torch.equal(steer(prediction, predictor.l2, [_at(cue, cue.sample + 1000)]), prediction.hidden)


def test_deleting_and_adding():
    predictor, prediction = _sparse(8, 20)
    cues = cues_from_logits(prediction.logits[0])
    hidden = steer(prediction, predictor.l2, [cues[0], Cue(200 * 1920, 1.0)])
    margins = _margins(predictor, hidden)[0]
    assert torch.allclose(margins[125:132], torch.tensor(-2.0), atol=1e-4)  # as the silent frames are
    assert torch.allclose(margins[197:203], torch.tensor(RULE.top), atol=1e-4)
    assert not (steer(prediction, predictor.l2, []) == prediction.hidden).all(-1)[0, 50:57].any()
    assert not (_margins(predictor, steer(prediction, predictor.l2, ())) > 0).any()


def test_cues_at_and_beyond_the_ends():
    predictor, prediction = _sparse()
    for sample, frames in (
        (0, range(3)),
        (-3 * 1920, ()),
        (-2 * 1920, range(1)),
        (254 * 1920, range(251, 256)),
        (258 * 1920, range(255, 256)),
        (300 * 1920, ()),
    ):
        hidden = steer(prediction, predictor.l2, [Cue(sample, 1.0)])
        assert (_margins(predictor, hidden)[0] > 0).nonzero().flatten().tolist() == list(frames)


def test_the_copied_last_frames_follow_their_cue_and_can_have_their_own():
    predictor, prediction = _sparse(39)
    (cue,) = cues_from_logits(prediction.logits[0])
    cleared = steer(prediction, predictor.l2, [])
    assert not (_margins(predictor, cleared)[0, 244:] > 0).any()
    late = steer(prediction, predictor.l2, [Cue(253 * 1920, 1.0)])
    assert (_margins(predictor, late)[0] > 0).nonzero().flatten().tolist() == list(range(250, 256))
    assert torch.equal(steer(prediction, predictor.l2, [cue, Cue(253 * 1920)]), prediction.hidden)


@given(st.floats(0, 1), st.floats(0, 1))
def test_margin_grows_with_strength(one, other):
    low, high = sorted((one, other))
    assert RULE.wanted_margin(low) <= RULE.wanted_margin(high)
    assert RULE.wanted_margin(0) == RULE.margin and RULE.wanted_margin(1) == RULE.top


def test_a_changed_strength_is_an_edit_and_rounding_is_not():
    predictor, prediction = _sparse(8, 20)
    first, second = cues_from_logits(prediction.logits[0])
    louder = steer(prediction, predictor.l2, [Cue(first.sample, 1.0), second])
    assert torch.allclose(_margins(predictor, louder)[0, 50:57], torch.tensor(RULE.top), atol=1e-4)
    assert _untouched(prediction, louder)[57:].all()
    rounded = [Cue(cue.sample, round(cue.strength, 4)) for cue in (first, second)]
    assert torch.equal(steer(prediction, predictor.l2, rounded), prediction.hidden)


def test_other_rules():
    predictor, prediction = _sparse(8)
    short = replace(RULE, width=2, lead=0, threshold=1.0)
    assert [cue.sample for cue in cues_from_logits(prediction.logits[0], short)] == [50 * 1920]
    hidden = steer(prediction, predictor.l2, [Cue(100 * 1920, 0.0)], short)
    assert (_margins(predictor, hidden)[0] > 1).nonzero().flatten().tolist() == [100, 101]
    faint = short.cue_of(OnsetRun(3, 8, 1.01))
    assert faint.strength == 0.05 and short.first_frame(faint) == 3


@given(seed=SEED, tokens=st.integers(1, 90), over=st.integers(-5, 20))
@settings(max_examples=30, deadline=None)
def test_predictions_of_any_length(seed, tokens, over):
    predictor = _predictor(seed)[0]
    frames = max(1, tokens * 25 // 4 + over)
    prediction = predictor(torch.randn(1, tokens, 16, generator=torch.Generator().manual_seed(seed)), frames)
    cues = cues_from_logits(prediction.logits[0], tokens=tokens)
    assert len(cues) <= tokens
    assert torch.equal(steer(prediction, predictor.l2, cues, tokens=tokens), prediction.hidden)
    cleared = _margins(predictor, steer(prediction, predictor.l2, (), tokens=tokens))[0]
    assert not (cleared > 0).any()
    assert not _labels(onset_margins(prediction.logits[0]), (), tokens=tokens).any()


@pytest.mark.parametrize("limit", [50 * 1920 + 7, 51 * 1920, 53 * 1920, 53 * 1920 + 1, 60 * 1920])
def test_a_range_that_ends_within_a_run(limit):
    """The last cue is drawn into the range and still stands for its run."""
    predictor, prediction = _sparse(2, 8)
    cues = cues_from_logits(prediction.logits[0], limit=limit)
    assert len(cues) == 2 and cues[1].sample == min(53 * 1920, limit - 1)
    assert torch.equal(steer(prediction, predictor.l2, cues, limit=limit), prediction.hidden)
    left = steer(prediction, predictor.l2, cues[:1], limit=limit)
    assert {int(i) for i in (~_untouched(prediction, left)).nonzero()} == set(range(50, 57))


def test_where_new_cues_meet_the_stronger_counts():
    predictor, prediction = _sparse()
    for cues in ([Cue(100 * 1920, 1.0), Cue(102 * 1920, 0.0)], [Cue(102 * 1920, 0.0), Cue(100 * 1920, 1.0)]):
        margins = _margins(predictor, steer(prediction, predictor.l2, cues))[0]
        assert torch.allclose(margins[97:103], torch.tensor(RULE.top), atol=1e-4)
        assert torch.allclose(margins[103:105], torch.tensor(RULE.margin), atol=1e-4)


def test_half_precision_and_several_clips():
    predictor, prediction = _sparse(8)
    both = OnsetPrediction(*(part.repeat(2, 1, 1).bfloat16() for part in prediction))
    hidden = steer(both, predictor.l2, [Cue(100 * 1920)])
    assert hidden.dtype is torch.bfloat16 and torch.equal(hidden[0], hidden[1])
    margins = onset_margins(predictor.l2(hidden[0].float()))
    assert (margins > 0).nonzero().flatten().tolist() == list(range(97, 103))
