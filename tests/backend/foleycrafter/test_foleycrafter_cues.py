# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter's cues: what the detector foresees, and the row of the map that a cue sheet makes of it."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_backend.engines.foleycrafter.cue_map import (
    PUBLISHED_SCALE,
    TRUE_SCALE,
    detected_row,
    obedient_row,
    published_row,
)
from foleycue_backend.engines.foleycrafter.onsets import Onsets
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE

RATE = Fraction(15)


def onsets(*runs, pictures=150, rate=RATE):
    """Onsets at the pictures first … stop - 1 of each run."""
    logits = np.full(pictures, -2.0, np.float32)
    for first, stop in runs:
        logits[first:stop] = 3.0
    return Onsets(logits, rate)


def sheet(detected):
    return detected.foreseen(10 * CUE_RATE, 0.5).cues


def sounding(row):
    """(first, next) column of each stretch of ones."""
    ones = np.concatenate([[0], (row.numpy() > 0).astype(int), [0]])
    return [(int(a), int(b)) for a, b in zip(*(np.flatnonzero(np.diff(ones) == d) for d in (1, -1)), strict=True)]


def test_runs_are_cues_with_the_probability_as_curve():
    prediction = onsets((30, 34), (90, 91)).foreseen(10 * CUE_RATE, 0.5)
    assert [cue.sample for cue in prediction.cues] == [30 * 3200 + 1600, 90 * 3200 + 1600]
    assert {cue.source for cue in prediction.cues} == {CueSource.PICTURE}
    assert prediction.cues[0].strength == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-4)
    assert (prediction.rate, len(prediction.curve), prediction.curve.dtype) == (RATE, 150, np.float32)


def test_sensitivity_moves_the_threshold_of_what_is_shown():
    logits = np.array([-3, -1.5, -3, 0.5, -3, 3, -3], np.float32)
    counts = [len(Onsets(logits, RATE).foreseen(CUE_RATE, s).cues) for s in (0.0, 0.5, 1.0)]
    assert counts == [1, 2, 3]


def test_true_time_puts_each_picture_on_its_columns():
    row = detected_row(onsets((30, 33), (149, 150)), 1024)
    assert sounding(row) == [(200, 220), (994, 1000)]


def test_published_time_is_stretched():
    assert sounding(published_row(onsets((30, 33)), 10.0)) == [(205, 226)]
    assert len(published_row(onsets(), 2.0)) == 1024
    assert len(published_row(onsets(), 10.2)) == 1044


def obeyed(row, detected, cues, scale=TRUE_SCALE, samples=10 * CUE_RATE):
    return obedient_row(row, detected, cues, scale, samples)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.booleans(), min_size=3, max_size=160),
    st.sampled_from([TRUE_SCALE, PUBLISHED_SCALE]),
    st.integers(0, 3199),
)
def test_an_unedited_sheet_leaves_the_map_as_it_is(heard, scale, cut):
    detected = Onsets(np.where(heard, 2.0, -2.0).astype(np.float32), RATE)
    seconds = len(heard) / 15
    row = detected_row(detected, 1100) if scale == TRUE_SCALE else published_row(detected, seconds)
    samples = round(seconds * CUE_RATE) - cut
    cues = detected.foreseen(samples, 0.5).cues
    assert torch.equal(obeyed(row, detected, cues, scale, samples), row)


def test_an_empty_sheet_is_silence():
    detected = onsets((30, 34))
    assert not sounding(obeyed(detected_row(detected, 1024), detected, ()))


def test_a_moved_cue_takes_its_onset_along_and_leaves_the_others():
    detected = onsets((30, 34), (60, 64), (90, 94))
    row = detected_row(detected, 1024)
    first, second, third = sheet(detected)
    moved = obeyed(row, detected, (first, Cue(second.sample + CUE_RATE // 2), third))
    before, after = sounding(row), sounding(moved)
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1][0] == before[1][0] + 50
    assert abs((after[1][1] - after[1][0]) - (before[1][1] - before[1][0])) <= 1


def test_a_deleted_cue_falls_silent_and_an_added_one_sounds():
    detected = onsets((30, 34), (90, 94))
    row, (first, _) = detected_row(detected, 1024), sheet(detected)
    edited = obeyed(row, detected, (first, Cue(CUE_RATE * 8)))
    assert [start for start, _ in sounding(edited)] == [200, 796]


def test_new_cues_stay_apart_and_inside():
    silent = onsets(pictures=150)
    row = detected_row(silent, 1024)
    close = obeyed(row, silent, [Cue(0), Cue(CUE_RATE), Cue(CUE_RATE + CUE_RATE // 10)])
    assert [start for start, _ in sounding(close)] == [0, 96, 106]
    last = obeyed(row, silent, [Cue(int(10.235 * CUE_RATE))])
    assert sounding(last) == [(1020, 1024)]


def test_one_long_sound_does_not_make_every_cue_long():
    detected = onsets((0, 140))
    ((start, stop),) = sounding(obeyed(detected_row(detected, 1024), detected, [Cue(3 * CUE_RATE)]))
    assert (start, stop - start) == (296, 50)
