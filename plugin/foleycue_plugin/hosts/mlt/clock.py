# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as MLT reads them.

A time in an MLT document is a whole number of frames, a clock ("00:10:00.599") or a timecode ("00:10:00:18"). At NTSC
rates neither of the latter is plain time: MLT counts whole hours and whole minutes in frames first, each rounded down,
and adds the seconds to that. Its arithmetic is in doubles; to meet it everywhere, so is this.
"""

import math
import re
from fractions import Fraction

_FRAMES = re.compile(r"\s*([+-]?[0-9]{1,10})")
_CLOCK = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,6}):([0-9]{1,6}(?:[.,][0-9]*)?)")
_TIMECODE = re.compile(r"(?:(?:([0-9]{1,6}):)?([0-9]{1,6}):)?([0-9]{1,6})[:;]([0-9]{1,9})")


def frames_of(text: str, rate: Fraction) -> int:
    """The frame that MLT reads from a time in a document at a profile's rate. Raises ValueError for no time at all."""
    text = text.strip()
    if ":" not in text and ";" not in text:
        if (found := _FRAMES.match(text)) is None:
            raise ValueError(f"{text!r} is not a time")
        return int(found[1])
    fps = rate.numerator / rate.denominator
    if ("." in text or "," in text) and (found := _CLOCK.fullmatch(text)):
        return _whole(fps, found[1], found[2]) + round(fps * float(found[3].replace(",", ".")))
    if found := _TIMECODE.fullmatch(text):
        return _whole(fps, found[1], found[2]) + math.ceil(fps * int(found[3])) + int(found[4])
    raise ValueError(f"{text!r} is not a time")


def _whole(fps: float, hours: str | None, minutes: str | None) -> int:
    return math.floor(fps * int(hours or 0) * 3600) + math.floor(fps * int(minutes or 0) * 60)
