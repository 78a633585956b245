# SPDX-License-Identifier: GPL-3.0-or-later
"""MLT's clock, against properties that must hold at every rate, known traps, and the real library where it is."""

import ctypes
import ctypes.util
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mlt_clock import clock_of
from foleycue_plugin.hosts.mlt.clock import frames_of

RATES = [Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(50), Fraction(60000, 1001), Fraction(24)]
HOURS = 30
some_rate = st.sampled_from(RATES)
some_frame = st.integers(0, HOURS * 3600 * 60)


@given(some_rate, some_frame)
def test_every_frame_comes_back(rate, frame):
    assert frames_of(clock_of(frame, rate), rate) == frame


@given(some_rate, some_frame)
def test_a_clock_is_plain_time_to_within_two_frames_and_never_goes_back(rate, frame):
    hours, minutes, seconds = clock_of(frame, rate).split(":")
    shown = int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    assert abs(shown - frame / rate) < 2 / rate + Fraction(1, 1000)
    assert clock_of(frame, rate) < clock_of(frame + 1, rate)


@given(st.integers(-(10**9), 10**9), some_rate)
def test_whole_numbers_are_frames(frame, rate):
    assert frames_of(str(frame), rate) == frame


# As MLT 7.12 writes them. Plain time would name another frame at those marked so.
@pytest.mark.parametrize(
    ("rate", "frame", "clock", "plain"),
    [
        (Fraction(30000, 1001), 17_981, "00:09:59.993", 17_982),
        (Fraction(30000, 1001), 107_891, "00:59:59.993", 107_892),
        (Fraction(24000, 1001), 1_798, "00:01:15.015", 1_799),
        (Fraction(24000, 1001), 86_313, "00:59:59.977", 86_313),
        (Fraction(25), 90_000, "01:00:00.000", 90_000),
    ],
)
def test_known_positions(rate, frame, clock, plain):
    assert clock_of(frame, rate) == clock
    assert frames_of(clock, rate) == frame
    hours, minutes, seconds = clock.split(":")
    assert round((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * rate) == plain


@pytest.mark.parametrize(
    ("text", "frame"), [("00:00:01:10", 35), ("00:01:00;05", 1505), ("1:00.5", 1512), ("00:00:01,960", 49), (" 12", 12)]
)
def test_other_ways_to_write_a_time(text, frame):
    assert frames_of(text, Fraction(25)) == frame


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4:5", "::", "0:0:x", "1e5:00", "٣:00:00.0", "nan"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="not a time"):
        frames_of(text, Fraction(25))


@pytest.fixture(scope="module")
def mlt():
    name = ctypes.util.find_library("mlt-7")
    if name is None:
        pytest.skip("the MLT library is not installed (Debian: melt)")
    library = ctypes.CDLL(name)
    library.mlt_properties_new.restype = ctypes.c_void_p
    library.mlt_profile_load_string.restype = ctypes.c_void_p
    library.mlt_profile_load_string.argtypes = [ctypes.c_char_p]
    data = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    library.mlt_properties_set_data.argtypes = data
    library.mlt_properties_time_to_frames.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.mlt_properties_frames_to_time.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.mlt_properties_frames_to_time.restype = ctypes.c_char_p
    return library


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_the_real_library_agrees(mlt, rate):
    profile = f"frame_rate_num={rate.numerator}\nframe_rate_den={rate.denominator}\nwidth=64\nheight=36\n".encode()
    properties = mlt.mlt_properties_new()
    mlt.mlt_properties_set_data(properties, b"_profile", mlt.mlt_profile_load_string(profile), 0, None, None)
    for frame in [*range(4000), *range(0, int(2 * 3600 * rate), 97)]:
        clock = mlt.mlt_properties_frames_to_time(properties, frame, 1).decode()
        assert clock_of(frame, rate) == clock
        assert frames_of(clock, rate) == frame
    for text in ("00:59:59.999", "1:00:00.040", "0:10:00.02", "00:01:00:03", "02:30:59;07", "59:59.98"):
        assert frames_of(text, rate) == mlt.mlt_properties_time_to_frames(properties, text.encode())
