# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue sheets and the matching of cues with onsets."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from foleycue_shared.cues import MAX_CUES, Cue, CueSource, cue_entries, match_cues, parse_cue_sheet
from foleycue_shared.errors import ErrorCode, FoleyCueError

positions = st.lists(st.integers(0, 400), max_size=9, unique=True).map(sorted)


@given(positions, positions, st.integers(0, 60))
def test_matching_is_the_best_assignment(cues, onsets, tolerance):
    pairs = match_cues(cues, onsets, tolerance)
    assert [i for i, _ in pairs] == sorted({i for i, _ in pairs})
    assert [j for _, j in pairs] == sorted({j for _, j in pairs})
    gaps = [abs(cues[i] - onsets[j]) for i, j in pairs]
    assert all(gap <= tolerance for gap in gaps)
    if cues and onsets:
        distance = np.abs(np.subtract.outer(cues, onsets))
        cost = np.where(distance <= tolerance, distance, 10**6)
        chosen = cost[linear_sum_assignment(cost)]
        assert (len(gaps), sum(gaps)) == ((chosen < 10**6).sum(), chosen[chosen < 10**6].sum())


def test_matching_of_long_dense_sheets_stays_small():
    cues = list(range(0, 100 * MAX_CUES, 100))
    assert len(match_cues(cues, [c + 7 for c in cues], 250)) == MAX_CUES


def test_a_sheet_is_sorted_and_counted_in_samples():
    cues = parse_cue_sheet('[{"time": 1.5, "strength": 0.25}, {"time": 0.5}]', 96_000)
    assert cues == (Cue(24_000, 1.0, CueSource.USER), Cue(72_000, 0.25, CueSource.USER))
    assert parse_cue_sheet(json.dumps(cue_entries(cues)), 96_000) == cues


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not json", "not a JSON list"),
        ('{"time": 1}', "not a JSON list"),
        ('[{"strength": 1}]', "not a JSON list"),
        ('[{"time": "soon"}]', "not a JSON list"),
        ('[{"time": 0, "strength": 1.5}]', "between 0 and 1"),
        ('[{"time": 2.0}]', "outside the range"),
        ('[{"time": -0.1}]', "outside the range"),
        (b"\xff\xfe", "not a JSON list"),
        (json.dumps([{"time": 0}] * (MAX_CUES + 1)), "are the most"),
    ],
)
def test_bad_sheets_are_told_in_a_sentence(text, sentence):
    with pytest.raises(FoleyCueError, match=sentence) as caught:
        parse_cue_sheet(text, 96_000)
    assert caught.value.code is ErrorCode.BAD_CUES and caught.value.user_fixable


def test_a_time_just_before_the_end_stays_inside():
    assert parse_cue_sheet('[{"time": 1.9999999}]', 96_000)[0].sample == 95_999
