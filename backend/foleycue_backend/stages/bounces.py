# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounces: where what moves turns back while it is fast.

A hand or a pendulum slows down before it turns; a ball, a stick or a hopping thing is fastest when it meets what throws
it back. Its picture may change as much before as after, so that no fall of movement tells the contact.
"""

import numpy as np
from numpy.typing import NDArray

#: The way in is at least as fast as this, in picture widths a second, and as this share of the shot's fast movement.
_LEAST, _FAST, _FASTEST = 0.05, 0.4, 95
#: The way back has at least this share of its speed, and these cosines tell a turn, and a way in that is straight.
_REBOUND, _TURN, _STRAIGHT = 0.3, -0.2, 0.7
#: What moves does it as one body, on both ways.
_COHERENT = 0.75

Floats = NDArray[np.float64]


def find_bounces(
    seconds: Floats, velocity: Floats, coherence: Floats, factor: float
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Bounces of one shot: the last picture of each way in, seconds, and change of velocity. One may be found twice.

    velocity (pictures, 2) in picture widths since the picture before, coherence (pictures,) 0 … 1; changes in picture
    widths a second. factor above 1 asks for faster ones, below 1 for slower ones.
    """
    if len(seconds) < 4:
        return np.zeros(0, np.intp), np.zeros(0), np.zeros(0)
    steps = np.diff(seconds, prepend=2 * seconds[0] - seconds[1])
    course = velocity / steps[:, None]
    speed = np.linalg.norm(course, axis=1)
    fast = max(_LEAST, factor * _FAST * float(np.percentile(speed, _FASTEST)))
    last = np.arange(1, len(seconds) - 2)
    back = last + 2  # the step between holds the contact, and shows some of both ways
    is_bounce = (
        (speed[last] >= np.maximum(fast, speed[last - 1]))
        & (speed[back] >= _REBOUND * speed[last])
        & (np.minimum(coherence[last], coherence[back]) >= _COHERENT)
        & (_dots(course[last], course[back]) <= _TURN * speed[last] * speed[back])
        & (_dots(course[last], course[last - 1]) >= _STRAIGHT * speed[last] * speed[last - 1])
    )
    last, back = last[is_bounce], back[is_bounce]
    change = course[last] - course[back]
    size = _dots(change, change)
    # As much of that step belongs to the way in as its own velocity lies between those of both ways.
    share = np.clip(_dots(course[last + 1] - course[back], change) / size, 0, 1)
    return last, seconds[last] + share * steps[last + 1], np.sqrt(size)


def _dots(first: Floats, second: Floats) -> Floats:
    return np.einsum("ij,ij->i", first, second)
