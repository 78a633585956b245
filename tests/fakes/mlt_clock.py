# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as MLT writes them. Its arithmetic is in doubles; to meet it everywhere, so is this."""

import math
from fractions import Fraction


def clock_of(frame: int, rate: Fraction) -> str:
    """A frame (0 or later) as the clock that MLT writes; the product's frames_of gives the same frame again."""
    fps = rate.numerator / rate.denominator
    hours = int(frame / (fps * 3600))
    rest = frame - math.floor(hours * 3600 * fps)
    minutes = int(rest / (fps * 60))
    if minutes == 60:
        hours, minutes = hours + 1, 0
        rest = frame - math.floor(hours * 3600 * fps)
    seconds = (rest - math.floor(minutes * 60 * fps)) / fps
    if seconds >= 60:
        minutes += 1
        seconds = (rest - math.floor(minutes * 60 * fps)) / fps
    return f"{hours:02}:{minutes:02}:{seconds:06.3f}"
