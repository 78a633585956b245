# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise of a take: unit noise everywhere, and mostly the same after every cue."""

import pytest
import torch

from foleycue_backend.engines.mini.cues import control_rows
from foleycue_backend.engines.mini.noise import COMMON, frames_since_cue, strike_noise, unit_noise


def test_noise_is_a_function_of_place_and_seed():
    whole = unit_noise(96, 300, seed=5)
    assert whole.shape == (96, 300) and float(whole.std()) == pytest.approx(1.0, abs=0.02)
    torch.testing.assert_close(unit_noise(96, 90, seed=5), whole[:, :90], atol=0, rtol=0)
    assert not torch.equal(unit_noise(96, 300, seed=6), whole)


def test_frames_are_counted_from_each_cue():
    # 0.08 s begins latent 2; 0.1597 s lies between the last impulse of latent 3 and the first of latent 4.
    assert frames_since_cue(control_rows([(0.08, 1.0)], None, 5)).tolist() == [-1, -1, 0, 1, 2]
    assert frames_since_cue(control_rows([(0.0, 1.0), (0.1597, 0.5)], None, 6)).tolist() == [0, 1, 2, 0, 1, 2]
    for silent in (control_rows(None, None, 3), control_rows([], None, 3), control_rows(None, [(0.0, 1.0)], 3)):
        assert frames_since_cue(silent).tolist() == [-1, -1, -1]


def test_strikes_have_most_of_their_noise_in_common_and_never_all():
    controls = control_rows([(0.4, 1.0), (2.4, 1.0)], None, 120)
    own, common = unit_noise(96, 120, 1), unit_noise(96, 120, 2)
    noise = strike_noise(own, common, controls)
    torch.testing.assert_close(noise[:, :10], own[:, :10], atol=0, rtol=0)
    first, second = noise[:, 10:60], noise[:, 60:110]
    assert float((first * second).mean()) == pytest.approx(COMMON, abs=0.03)
    assert float(noise.std()) == pytest.approx(1.0, abs=0.03)
    batch = strike_noise(own[None], common[None], controls[None])
    torch.testing.assert_close(batch[0], noise, atol=0, rtol=0)


def test_a_moved_strike_keeps_its_noise_but_for_its_own_part():
    own, common = unit_noise(96, 60, 1), unit_noise(96, 60, 2)
    here, there = (strike_noise(own, common, control_rows([(at, 1.0)], None, 60)) for at in (0.4, 0.8))
    assert float((here[:, 10:50] * there[:, 20:60]).mean()) == pytest.approx(COMMON, abs=0.04)
