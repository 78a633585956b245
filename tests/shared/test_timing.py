# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact rates, frames and samples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foleycue_shared.timing import (
    FrameRange,
    exact_rate,
    frames_to_samples,
    rate_text,
    samples_to_frames,
    seconds_to_samples,
)

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001)]
SAMPLE_RATES = [44_100, 48_000, 96_000]


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24000 / 1001, Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (25, Fraction(25)),
        (25.0, Fraction(25)),
        (15.000001, Fraction(15)),
        (14.96, Fraction(374, 25)),
        (21.5, Fraction(43, 2)),
        (Fraction(2997, 100), Fraction(2997, 100)),
        (48_000.0, Fraction(48_000)),
    ],
)
def test_rates_as_files_write_them(written, exact):
    assert exact_rate(written) == exact


@pytest.mark.parametrize("bad", [0, -25, "fast", float("inf"), float("nan"), "1/0", 10**10])
def test_what_is_no_rate(bad):
    with pytest.raises(ValueError, match="is not a rate"):
        exact_rate(bad)


@given(st.sampled_from(RATES))
def test_a_rate_survives_being_a_float(rate):
    assert exact_rate(float(rate)) == rate
    assert exact_rate(rate_text(rate)) == rate


@given(st.sampled_from(RATES), st.sampled_from(SAMPLE_RATES), st.integers(0, 24 * 3600 * 60))
def test_frames_to_samples_and_back_up_to_24_hours(rate, sample_rate, frame):
    sample = frames_to_samples(frame, rate, sample_rate)
    assert abs(sample - frame * sample_rate / rate) <= Fraction(1, 2)
    assert samples_to_frames(sample, rate, sample_rate) == frame


@given(st.sampled_from(RATES), st.integers(0, 5_000_000), st.integers(1, 100_000))
def test_a_range_knows_its_end_and_length(rate, start, frames):
    span = FrameRange(start, frames, rate)
    assert span.end == start + frames
    assert span.seconds * rate == frames
    assert span.samples(48_000) == round(Fraction(frames * 48_000 * rate.denominator, rate.numerator))


def test_seconds_are_rounded_to_the_nearest_sample():
    assert seconds_to_samples(0.5, 48_000) == 24_000
    assert seconds_to_samples(Fraction(1, 3), 48_000) == 16_000
