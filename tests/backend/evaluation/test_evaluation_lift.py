# SPDX-License-Identifier: GPL-3.0-or-later
"""Lift, chance rows and intervals, on onset lists whose scores can be worked out."""

import numpy as np
import pytest

from foleycue_backend.evaluation import chance
from foleycue_backend.evaluation.bootstrap import mean_figure, pooled_median_figure, ratio_figure
from foleycue_backend.evaluation.clip_scores import ClipTruth, OnsetLists, score_clip
from foleycue_backend.evaluation.hit_lift import hit_lift
from foleycue_backend.evaluation.optical_flow import Flow
from foleycue_backend.stages.lift import event_score, matched, shifts
from foleycue_shared.cues import match_cues

LENGTH = 10.0
TIMES = np.array([0.7, 1.9, 3.4, 4.1, 6.3, 7.7, 9.2])


def lists(times):
    return OnsetLists(*(np.asarray(times, float),) * 3)


def test_shifts_run_round_the_clip():
    moved = list(shifts(np.array([1.0, 9.0, 10.5]), LENGTH))
    assert len(moved) == 191
    assert moved[0].tolist() == pytest.approx([1.25, 9.25])
    assert moved[-1].tolist() == pytest.approx([0.75, 8.75])
    assert all(((times >= 0) & (times < LENGTH)).all() for times in moved)


def test_a_perfect_copy_lifts_far_and_a_late_one_does_not():
    own = event_score(TIMES, TIMES, 0.05, LENGTH)
    assert own.f1 == 1 and own.lift is not None and own.lift > 0.8
    late = event_score(TIMES + 0.2, TIMES, 0.05, LENGTH)
    assert late.f1 == 0 and late.lift is not None and late.lift < 0


def test_lift_is_the_score_less_the_mean_over_shifts():
    score = event_score(TIMES + 0.02, TIMES, 0.05, LENGTH)
    by_hand = [2 * matched(moved, TIMES, 0.05) / 14 for moved in shifts(TIMES + 0.02, LENGTH)]
    assert score.lift == pytest.approx(1 - np.mean(by_hand))
    assert score.errors == pytest.approx(np.full(7, 0.02))


def test_the_tolerance_itself_counts_and_each_onset_only_once():
    assert event_score(np.array([1.05]), np.array([1.0]), 0.05, LENGTH).f1 == 1
    assert event_score(np.array([0.98, 1.02]), np.array([1.0]), 0.05, LENGTH).f1 == pytest.approx(2 / 3)


def test_quick_matching_finds_as_many_pairs_as_the_closest_matching():
    rng = np.random.default_rng(1)
    for _ in range(200):
        a, b = (np.sort(rng.integers(0, 100, rng.integers(0, 20))) for _ in range(2))
        assert matched(a / 100, b / 100, 0.05) == len(match_cues(a.tolist(), b.tolist(), 5))


def test_nothing_against_nothing_has_no_score():
    empty = np.zeros(0)
    assert event_score(empty, empty, 0.05, LENGTH).f1 is None
    assert hit_lift(empty, empty, 0.1, LENGTH) is None
    silent = event_score(empty, TIMES, 0.05, LENGTH)
    assert (silent.f1, silent.lift) == (0, 0)


def test_a_clip_is_scored_against_picture_and_sound():
    flow = np.full(250, 0.05)
    flow[np.round(TIMES * 25).astype(int)] = 1.0
    score = score_clip(lists(TIMES), ClipTruth(lists(TIMES), LENGTH, Flow(flow, 25.0)))
    assert score.values["av_align"] == 1
    assert score.values["aa_align"] == 1
    assert score.values["salient_f1_50"] == 1
    assert "av_align" not in score_clip(lists(TIMES), ClipTruth(lists(TIMES), LENGTH)).values


def test_events_after_the_true_sound_ends_count_for_nothing():
    score = score_clip(lists([*TIMES, 10.5, 11.0]), ClipTruth(lists(TIMES), LENGTH))
    assert score.values["f1_50"] == 1
    assert score.generated["count_ratio"] == 7
    assert score.values["aa_align"] == 7 / 9  # the published metric knows no end


def test_chance_rows_have_no_lift_and_the_bounds_have():
    rng = np.random.default_rng(2)
    truths = {f"clip {k}": ClipTruth(lists(np.sort(rng.uniform(0.3, 9.7, 12))), LENGTH) for k in range(6)}
    for row in chance.ROWS:
        scores = [chance.score_chance(row, name, truths, draws=3) for name in truths]
        lift = np.mean([score.values["salient_lift_50"] for score in scores])
        assert (lift > 0.6) if row in ("@truth", "@clicks") else (abs(lift) < 0.1), row


def test_chance_rows_are_repeatable_and_as_dense_as_the_truth():
    truths = {"a": ClipTruth(lists(TIMES), LENGTH), "short": ClipTruth(lists([0.5]), 2.0)}
    for row in ("@random", "@poisson", "@grid"):
        first, second = (chance.score_chance(row, "a", truths, draws=2) for _ in range(2))
        assert first.values == second.values
        assert first.generated["count_ratio"] == len(TIMES)
    assert chance.score_chance("@other", "a", truths) is None
    assert chance.score_chance("@other", "short", truths) is not None


def test_a_large_set_does_not_cost_its_square(monkeypatch):
    scored = []
    monkeypatch.setattr(chance, "score_clip", lambda onsets, truth: scored.append(onsets) or score_clip(onsets, truth))
    truths = {f"{k}": ClipTruth(lists([0.5]), 2.0) for k in range(40)}
    assert chance.score_chance("@other", "0", truths) is not None
    assert len(scored) == chance.DRAWS


def test_spaced_onsets_keep_their_gap():
    times = chance.uniform(np.random.default_rng(0), 50, 4.0, chance.GAP)
    assert np.diff(times).min() >= chance.GAP - 1e-9
    assert chance.grid(4, 2.0).tolist() == [0.25, 0.75, 1.25, 1.75]


def test_intervals_hold_the_mean_and_shrink_with_clips():
    rng = np.random.default_rng(0)
    few, many = (mean_figure(rng.normal(0.5, 0.1, n).tolist()) for n in (10, 160))
    for figure, n in ((few, 10), (many, 160)):
        assert figure.n == n
        assert figure.interval[0] < figure.value < figure.interval[1]
    width = [figure.interval[1] - figure.interval[0] for figure in (few, many)]
    assert 2.5 < width[0] / width[1] < 7  # four times, by the square root of the number
    assert width[1] == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(160), rel=0.25)


def test_clips_without_a_value_are_left_out():
    assert mean_figure([1.0, None, 0.0]).n == 2
    assert mean_figure([1.0, None, 0.0]).value == 0.5
    assert mean_figure([None, None]).value is None
    assert mean_figure([]).value is None


def test_ratios_are_of_sums_and_medians_pooled():
    assert ratio_figure([1, 3], [2, 2]).value == 1
    assert ratio_figure([1], [0]).value is None
    assert pooled_median_figure([np.array([1.0, 2.0, 9.0]), np.array([3.0])]).value == 2.5
