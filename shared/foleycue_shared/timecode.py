# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPTE timecode, drop and non-drop, as integers.

Source for drop frame: SMPTE ST 12-1. Two labels per thirty nominal frames a second are skipped at each minute
that is not a multiple of ten.
"""

import re
from fractions import Fraction

_PATTERN = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")


def nominal(rate: Fraction) -> int:
    """Frames that timecode counts in one of its seconds: 24 for 24000/1001."""
    return max(1, round(rate))


def may_drop(rate: Fraction) -> bool:
    """Whether drop-frame timecode exists at this rate (multiples of 30000/1001)."""
    return rate.denominator == 1001 and nominal(rate) % 30 == 0


def format_timecode(frame: int, rate: Fraction, drop_frame: bool = False) -> str:
    """The label of a record frame, "hh:mm:ss:ff", with ";" before the frames where labels are dropped."""
    if drop_frame and not may_drop(rate):
        raise ValueError(f"there is no drop-frame timecode at {rate}")
    fps = nominal(rate)
    count = abs(frame)
    if drop_frame:
        dropped = fps // 15
        per_minute = fps * 60 - dropped
        per_ten = per_minute * 10 + dropped
        tens, rest = divmod(count, per_ten)
        count += dropped * 9 * tens
        if rest >= fps * 60:
            count += dropped * ((rest - fps * 60) // per_minute + 1)
    seconds, frames = divmod(count, fps)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    sign = "-" if frame < 0 else ""
    width = len(str(fps - 1)) if fps > 1 else 1
    tail = str(frames).zfill(max(2, width))
    return f"{sign}{hour:02}:{minute:02}:{second:02}{';' if drop_frame else ':'}{tail}"


def parse_timecode(text: str, rate: Fraction) -> tuple[int, bool]:
    """The record frame that a label names, and whether it was written as drop frame.

    Raises ValueError with a sentence when the text is no timecode at this rate, or a label that drop frame skips.
    """
    found = _PATTERN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a timecode: write it as hh:mm:ss:ff")
    hour, minute, second = (int(found[k]) for k in (1, 2, 3))
    frames, drop = int(found[5]), found[4] in ";,."
    fps = nominal(rate)
    if minute > 59 or second > 59 or frames >= fps:
        raise ValueError(f"{text} is not a timecode at {float(rate):.6g} frames a second")
    if drop and not may_drop(rate):
        raise ValueError(f"{text} is a drop-frame timecode, which does not exist at {float(rate):.6g} frames a second")
    frame = ((hour * 60 + minute) * 60 + second) * fps + frames
    if not drop:
        return frame, False
    dropped = fps // 15
    if frames < dropped and second == 0 and minute % 10:
        raise ValueError(f"{text} is a label that drop-frame timecode skips")
    minutes = hour * 60 + minute
    return frame - dropped * (minutes - minutes // 10), True
