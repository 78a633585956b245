# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cues lie under a pointer or in a box; only those nearby are looked at."""

from bisect import bisect_left
from math import hypot

from PyQt6.QtCore import QPointF, QRectF

from foleycue_ui.model.cue_edits import Sheet
from foleycue_ui.widgets.lane.view import LaneView

_REACH = 7.0
#: Heads are a little wider than stems.
_HEAD_REACH = 9.0


def cue_at(view: LaneView, sheet: Sheet, position: QPointF) -> int | None:
    """The index of the cue whose head or stem lies nearest to a position, None where none is in reach."""
    best: tuple[float, int] | None = None
    low, high = _between(view, sheet, position.x() - _REACH, position.x() + _REACH)
    for index in range(low, high):
        above = view.y(sheet[index].strength) - position.y()
        distance = hypot(view.x(sheet[index].sample) - position.x(), max(0.0, above))
        if distance <= _HEAD_REACH and (best is None or distance < best[0]):
            best = distance, index
    return None if best is None else best[1]


def cues_in(view: LaneView, sheet: Sheet, box: QRectF) -> frozenset[int]:
    """The cues whose heads lie in a box."""
    low, high = _between(view, sheet, box.left(), box.right())
    heads = ((k, view.y(sheet[k].strength)) for k in range(low, high))
    return frozenset(k for k, y in heads if box.top() <= y <= box.bottom())


def _between(view: LaneView, sheet: Sheet, left: float, right: float) -> tuple[int, int]:
    first, last = (bisect_left(sheet, float(view.place(x)), key=lambda cue: cue.sample) for x in (left, right))
    return first, last
