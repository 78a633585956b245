# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows over long ranges, and their joins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foleycue_backend.stages.windows import crossfade, join, plan_windows


@given(
    st.integers(1, 5000),
    st.integers(10, 400),
    st.integers(0, 60),
    st.lists(st.integers(1, 5000), max_size=20, unique=True).map(sorted),
)
def test_windows_cover_all_once(total, longest, context, cuts):
    windows = plan_windows(total, longest, context, cuts)
    assert [w.start for w in windows] == [0, *(w.stop for w in windows[:-1])]
    assert windows[-1].stop == total
    for window in windows:
        assert 0 < window.stop - window.start <= longest
        assert window.low == max(0, window.start - context)
        assert window.high == min(total, window.stop + context)


def test_windows_prefer_cuts():
    assert [w.stop for w in plan_windows(250, 100, 5, [40, 70, 170])] == [70, 170, 250]
    assert [w.stop for w in plan_windows(250, 100, 5)] == [84, 167, 250]
    assert len(plan_windows(90, 100, 5, [60])) == 1


def _cut(sound, bounds, overlap):
    return [(max(0, a - overlap), sound[max(0, a - overlap) : b + overlap]) for a, b in bounds]


@pytest.mark.parametrize("fade", [0, 1, 100, 5000])
def test_joining_equal_sound_gives_it_back(fade):
    sound = np.sin(np.arange(10_000) / 7).astype(np.float32)
    blocks = _cut(sound, [(0, 3000), (3000, 7000), (7000, 10_000)], 400)
    assert np.allclose(np.concatenate(list(join(blocks, fade))), sound, atol=1e-5)


def test_touching_blocks_stand_side_by_side():
    blocks = [(0, np.zeros(5, np.float32)), (5, np.ones(5, np.float32))]
    assert np.concatenate(list(join(blocks, 3))).tolist() == [0] * 5 + [1] * 5
    assert np.concatenate(list(join([], 3))).tolist() == []
    with pytest.raises(ValueError, match="hole"):
        list(join([(0, np.zeros(5, np.float32)), (6, np.ones(5, np.float32))], 3))


def test_joins_make_no_click():
    rng = np.random.default_rng(0)
    time = np.arange(48_000) / 48_000
    # The same tone with other phases in each block, as a vocoder makes it.
    blocks = []
    for start, stop in ((0, 20_000), (15_000, 36_000), (31_000, 48_000)):
        blocks.append(
            (start, (0.3 * np.sin(2 * np.pi * 200 * time[start:stop] + rng.uniform(0, 6))).astype(np.float32))
        )
    joined = np.concatenate(list(join(blocks, 1920)))
    steepest = max(np.abs(np.diff(block)).max() for _, block in blocks)
    assert len(joined) == 48_000
    assert np.abs(np.diff(joined)).max() <= 1.05 * steepest + 0.3 / 1920 * 2


def test_a_join_keeps_the_power_of_noise():
    rng = np.random.default_rng(1)
    old, new = rng.standard_normal((2, 200_000)).astype(np.float32)
    power = crossfade(old, new)[80_000:120_000].std()
    assert power == pytest.approx(1, abs=0.03)
    assert np.allclose(crossfade(old, old), old, atol=1e-5)
    assert not crossfade(np.zeros(5, np.float32), np.zeros(5, np.float32)).any()


def test_the_quietest_place_is_taken():
    old, new = np.ones(1000, np.float32), -np.ones(1000, np.float32)
    old[420:480] = new[420:480] = 0
    joined = np.concatenate(list(join([(0, np.concatenate([old, old])), (1000, np.concatenate([new, new]))], 50)))
    assert set(np.unique(joined)) == {-1.0, 0.0, 1.0}
