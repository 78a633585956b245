# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie in the lane: exact at any zoom, and what is drawn of a waveform at any scale."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_shared.timing import CUE_RATE, FrameRange, frames_to_samples
from foleycue_ui.model.mip import Mip
from foleycue_ui.widgets.lane.ground import tick_words
from foleycue_ui.widgets.lane.view import PAD, LaneView

RATES = (Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120))


@st.composite
def views(draw: st.DrawFn) -> LaneView:
    """Any range up to an hour, any lane, zoomed and scrolled at random."""
    rate = draw(st.sampled_from(RATES))
    range_ = FrameRange(0, draw(st.integers(1, int(3_600 * rate))), rate)
    view = LaneView.whole(draw(st.integers(200, 2_000)), draw(st.integers(120, 400)), range_, draw(st.integers(0, 2)))
    for factor, anchor in draw(st.lists(st.tuples(st.floats(0.05, 3), st.floats(0, 400)), max_size=6)):
        view = view.zoomed(factor, anchor)
    return view.scrolled(draw(st.floats(-5_000, 5_000)))


@settings(max_examples=200, deadline=None)
@given(view=views(), share=st.floats(0, 1))
def test_the_centre_of_a_frame_is_in_that_frame_at_any_zoom(view: LaneView, share: float):
    frame = round(share * (view.range.frames - 1))
    centre = frames_to_samples(frame, view.range.rate, CUE_RATE) + float(CUE_RATE / view.range.rate / 2)
    assert view.frame(view.x(centre)) == frame
    assert view.frame_sample(view.x(centre)) == frames_to_samples(frame, view.range.rate, CUE_RATE)


@settings(max_examples=200, deadline=None)
@given(view=views(), x=st.floats(PAD, 190), factor=st.floats(0.1, 8))
def test_zooming_keeps_what_is_under_the_pointer_and_the_view_inside_the_range(view: LaneView, x: float, factor: float):
    zoomed = view.zoomed(factor, x)
    assert 0 <= zoomed.start <= zoomed.samples - zoomed.span
    assert min(zoomed.inner, zoomed.samples) <= zoomed.span <= zoomed.samples
    if 0 < zoomed.start < zoomed.samples - zoomed.span:
        assert abs(zoomed.place(x) - view.place(x)) <= 1
    assert view.sample(view.x(view.start)) == view.start


@given(view=views(), strength=st.floats(0, 1))
def test_heights_and_strengths_are_each_other_s_inverse(view: LaneView, strength: float):
    assert view.strength(view.y(strength)) == pytest.approx(strength, abs=1e-9)
    assert 20 < view.y(1) <= view.y(strength) <= view.floor


def test_a_stretch_is_shown_with_air_and_no_closer_than_a_sample_a_pixel():
    view = LaneView.whole(400, 180, FrameRange(0, 250, Fraction(25)))
    shown = view.showing(100_000, 200_000)
    assert shown.start < 100_000
    assert shown.end > 200_000
    assert view.zoomed(1e-9, 200).span == view.inner
    assert view.zoomed(100, 200).fits


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 200_000),
    start=st.integers(-3_000, 210_000),
    step=st.floats(0.05, 5_000),
    n=st.integers(1, 300),
)
def test_a_mip_never_hides_a_peak_and_never_invents_one(count: int, start: int, step: float, n: int):
    samples = np.random.default_rng(count).normal(0, 0.3, count).astype(np.float32)
    mip = Mip(samples)
    peaks = mip.peaks(start, step, n)
    edges = np.floor(start + step * np.arange(n + 1)).astype(np.int64)
    for k in range(0, n - 1, max(1, n // 7)):
        exact = samples[max(0, edges[k]) : max(0, edges[k + 1])]
        if len(exact):
            beside = peaks[max(0, k - 1) : k + 2]
            assert beside[:, 0].min() <= exact.min()
            assert beside[:, 1].max() >= exact.max()
            around = samples[max(0, edges[k] - 4_096) : edges[k + 1] + 4_096]
            assert around.min() <= peaks[k, 0]
            assert peaks[k, 1] <= around.max()
    assert mip.loudest == pytest.approx(np.abs(samples).max())


def test_no_sound_is_silence():
    assert not Mip(np.zeros(0, np.float32)).peaks(0, 10, 5).any()
    assert not Mip(np.ones(100, np.float32)).peaks(-500, 10, 5).any()
    assert not Mip(np.ones(100, np.float32)).peaks(5_000, 10, 5).any()


def test_ruler_words():
    assert [tick_words(*given) for given in ((2, 1), (0.5, 0.1), (0.25, 0.01), (0.004, 0.001))] == [
        "2s",
        "0.5s",
        "0.25s",
        "0.004s",
    ]
    assert [tick_words(*given) for given in ((60, 15), (3_599, 1), (61.5, 0.5))] == ["1:00", "59:59", "1:01.5"]
