# SPDX-License-Identifier: GPL-3.0-or-later
"""Strength curves as intensity lines."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from foleycue_backend.stages.intensity import from_second, intensity_line


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(24_000, 1001), Fraction(60)])
def test_a_line_follows_its_curve_and_never_ends(rate: Fraction):
    curve = np.concatenate([np.zeros(round(rate)), np.ones(round(rate))]).astype(np.float32)
    line = intensity_line(curve, rate)
    assert line[0][1] == pytest.approx(0.3) and line[-1][1] == pytest.approx(1.0)
    assert 1.7 < line[-1][0] < 2.1 and all(a[0] < b[0] for a, b in pairwise(line))
    assert from_second(line, 1.0)[0] == (line[0][0] - 1.0, line[0][1])


def test_no_curve_is_no_line():
    assert intensity_line(np.zeros(0, np.float32), Fraction(25)) == ()
