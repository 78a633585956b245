# SPDX-License-Identifier: GPL-3.0-or-later
"""AV-Align and AA-Align: rules as published, golden values, onsets of clicks at known times."""

import json
from pathlib import Path

import numpy as np
import pytest

from fakes.evaluation_sets import clicks
from foleycue_backend.evaluation.alignment import (
    ONSET_HOP,
    ONSET_RATE,
    aa_align,
    audio_onset_times,
    av_align,
    hit_ratio,
)
from foleycue_shared.errors import FoleyCueError

GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "sta_v2a_aa_align.json"
GRID = ONSET_HOP / ONSET_RATE


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_onsets_of_clicks_lie_within_two_grid_steps(rate):
    times = (0.5, 1.13, 1.9, 2.72, 3.3)
    found = audio_onset_times(clicks(times, rate), rate)
    assert len(found) == len(times)
    assert np.abs(found - np.array(times)).max() < 2 * GRID
    assert np.allclose(found / GRID, np.round(found / GRID))


def test_silence_and_nothing_have_no_onsets():
    assert audio_onset_times(np.zeros(16_000, np.float32), 16_000).tolist() == []
    assert audio_onset_times(np.zeros(0, np.float32), 16_000).tolist() == []
    assert audio_onset_times(np.full(100, 0.0, np.float32), 22_050).tolist() == []


@pytest.mark.parametrize("wave", [np.zeros((2, 100), np.float32), np.array([0.0, np.nan], np.float32)])
def test_what_is_no_sound_is_refused(wave):
    with pytest.raises(FoleyCueError, match="finite samples"):
        audio_onset_times(wave, 16_000)


def test_many_onsets_may_share_one_target_so_the_ratio_can_exceed_one():
    assert hit_ratio([0.96, 1.0, 1.04], [1.0], 0.1) == 3 / 1
    assert hit_ratio([1.0], [0.96, 1.0, 1.04], 0.1) == 1 / 3


def test_the_bounds_do_not_count():
    assert aa_align([0.5], [0.625], window=0.125) == 0
    assert aa_align([0.5], [0.6249], window=0.125) == 1
    assert av_align([0.5], [0.75], rate=4) == 0
    assert av_align([0.5], [0.749], rate=4) == 1


def test_two_silent_lists_have_no_figure_and_one_silent_list_scores_nothing():
    assert aa_align([], []) is None
    assert aa_align([], [1.0]) == 0
    assert aa_align([1.0], []) == 0


@pytest.mark.skipif(not GOLDEN.is_file(), reason="the reference's golden file is not here")
def test_aa_align_is_the_references():
    golden = json.loads(GOLDEN.read_text())
    for entry in golden["synthetic"].values():
        assert aa_align(entry["gen"], entry["gt"]) == entry["score"]
    first, second = golden["onset_times"].values()
    assert golden["aa_align"] == {
        "gt=first,gen=second": aa_align(second, first),
        "gt=second,gen=first": aa_align(first, second),
        "self": aa_align(first, first),
    }
