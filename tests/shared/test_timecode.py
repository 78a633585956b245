# SPDX-License-Identifier: GPL-3.0-or-later
"""Drop and non-drop timecode."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foleycue_shared.timecode import format_timecode, may_drop, parse_timecode

NTSC = Fraction(30000, 1001)
NTSC60 = Fraction(60000, 1001)
FILM = Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("text", "rate", "frame"),
    [
        ("01:00:00;00", NTSC, 107_892),
        ("01:00:00:00", NTSC, 108_000),
        ("00:01:00;02", NTSC, 1800),
        ("00:10:00;00", NTSC, 17_982),
        ("00:01:00;04", NTSC60, 3600),
        ("01:00:00:00", FILM, 86_400),
        ("01:00:02:12", Fraction(25), 90_062),
        ("23:59:59;29", NTSC, 2_589_407),
    ],
)
def test_known_labels(text, rate, frame):
    drop = ";" in text
    assert parse_timecode(text, rate) == (frame, drop)
    assert format_timecode(frame, rate, drop) == text


@given(st.sampled_from([NTSC, NTSC60]), st.booleans(), st.data())
def test_every_frame_of_a_day_has_its_own_label(rate, drop, data):
    frame = data.draw(st.integers(0, int(24 * 3600 * rate) - 1))
    assert parse_timecode(format_timecode(frame, rate, drop), rate) == (frame, drop)


@given(st.sampled_from([NTSC, NTSC60]), st.integers(0, 1439))
def test_drop_frame_stays_close_to_the_clock_all_day(rate, minute):
    """Source: ST 12-1; dropping labels keeps the label close to real time."""
    start = parse_timecode(f"{minute // 60:02}:{minute % 60:02}:01;00", rate)[0]
    assert abs(start / rate - (minute * 60 + 1)) < Fraction(1, 5)


@pytest.mark.parametrize(
    ("text", "rate", "why"),
    [
        ("soon", FILM, "not a timecode"),
        ("00:00:61:00", FILM, "not a timecode at"),
        ("00:00:00:24", FILM, "not a timecode at"),
        ("00:00:00;00", FILM, "does not exist"),
        ("00:01:00;00", NTSC, "skips"),
        ("00:01:00;03", NTSC60, "skips"),
    ],
)
def test_labels_that_name_no_frame(text, rate, why):
    with pytest.raises(ValueError, match=why):
        parse_timecode(text, rate)


def test_drop_frame_exists_only_at_multiples_of_29_97():
    assert may_drop(NTSC) and may_drop(NTSC60)
    assert not may_drop(FILM) and not may_drop(Fraction(30))
    with pytest.raises(ValueError, match="no drop-frame"):
        format_timecode(0, Fraction(25), True)


def test_negative_frames_are_shown_with_a_sign():
    assert format_timecode(-25, Fraction(25)) == "-00:00:01:00"
