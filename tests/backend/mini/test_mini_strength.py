# SPDX-License-Identifier: GPL-3.0-or-later
"""The trim of strikes to the strengths that were asked for."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.mini.cues import PATCH, REST
from foleycue_backend.engines.mini.mel import FLOOR
from foleycue_backend.engines.mini.strength import MOST_DB, RANGE_DB, trim_bed, trim_strikes
from foleycue_backend.training.mini.mixing import strength_gain

SILENT = float(np.log(FLOOR))


def strikes(*levels):
    """A picture of one second a strike, each at its level in dB in every band, its tail 20 dB lower."""
    mel = torch.full((8, 100 * len(levels)), SILENT)
    for k, level in enumerate(levels):
        mel[:, 100 * k + 20 : 100 * k + 35] = level * np.log(10) / 10
        mel[:, 100 * k + 35 : 100 * k + 50] = (level - 20) * np.log(10) / 10
    return mel


def level(mel, at):
    return float(mel[0, at]) * 10 / np.log(10)


def test_strikes_follow_the_law_and_keep_their_mean():
    made = trim_strikes(strikes(-30, -30, -30), [(0.2, 0.5), (1.2, 0.75), (2.2, 1.0)])
    found = [level(made, at) for at in (25, 125, 225)]
    assert found == pytest.approx([-36, -30, -24], abs=0.01)
    assert level(made, 40) == pytest.approx(-56, abs=0.05)
    assert strength_gain(0.0) == pytest.approx(10 ** (-RANGE_DB / 20))


def test_a_strike_moves_within_bounds_and_silence_stays():
    made = trim_strikes(strikes(-50, -10), [(0.2, 1.0), (1.2, 1.0)])
    assert [level(made, at) for at in (25, 125)] == pytest.approx([-50 + MOST_DB, -10 - MOST_DB], abs=0.01)
    assert float(made[0, 90]) == pytest.approx(SILENT, abs=1e-4)


def test_one_strike_or_none_is_left_alone():
    mel = strikes(-30)
    assert trim_strikes(mel, []) is mel and trim_strikes(mel, [(0.2, 0.3)]) is mel
    assert trim_strikes(mel, [(0.2, 0.3), (7.0, 1.0)]) is mel


def bed(slope, line, wavering=0.0):
    """A bed whose level moves `slope` dB from intensity 0 to 1, and wavers about it."""
    steps = np.repeat(line, PATCH)
    levels = -40 + slope * (steps - REST) + wavering * np.sin(np.arange(len(steps)) / 5)
    return torch.tensor(levels * np.log(10) / 10, dtype=torch.float32).expand(8, -1), torch.tensor(line).float()


def test_a_bed_follows_its_line_by_the_trend_and_keeps_what_wavers():
    line = np.interp(np.arange(200), [0, 60, 120, 199], [0.9, 0.6, 1.0, 0.5])
    mel, intensity = bed(40.0, line, wavering=1.0)
    wanted, _ = bed(RANGE_DB, line, wavering=1.0)
    assert torch.allclose(trim_bed(mel, intensity), wanted, atol=0.15)
    assert trim_bed(wanted, intensity) == pytest.approx(wanted, abs=0.1)


def test_a_bed_moves_within_bounds_and_an_even_line_moves_nothing():
    mel, intensity = bed(70.0, np.linspace(0.1, 1.0, 200))
    moved = (trim_bed(mel, intensity) - mel) * 10 / np.log(10)
    assert float(moved.abs().max()) == pytest.approx(MOST_DB, abs=0.05)
    even, flat = bed(40.0, np.full(200, 0.4))
    assert trim_bed(even, flat) is even


def test_a_bed_does_not_pause():
    mel, intensity = bed(RANGE_DB, np.full(200, 0.4))
    paused = mel.clone()
    paused[:, 100:125] -= 16 * np.log(10) / 10
    paused[:, 200:225] -= 9 * np.log(10) / 10
    moved = (trim_bed(paused, intensity) - paused) * 10 / np.log(10)
    assert float(moved[0, 110]) == pytest.approx(6, abs=0.05)
    moved[:, 100:125] = 0
    assert float(moved.abs().max()) == pytest.approx(0, abs=0.01)


def test_no_spark_drowns_a_bed():
    mel, intensity = bed(RANGE_DB, np.linspace(0.3, 0.9, 200))
    loud = mel.clone()
    loud[:, 400] += 30 * np.log(10) / 10
    loud[:, 600] += 14 * np.log(10) / 10
    moved = (trim_bed(loud, intensity) - loud) * 10 / np.log(10)
    assert float(moved[0, 400]) == pytest.approx(-15, abs=0.5)
    assert float(moved[0, 600]) == pytest.approx(0, abs=0.5)
