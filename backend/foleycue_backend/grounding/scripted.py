# SPDX-License-Identifier: GPL-3.0-or-later
"""A detector that was told what is to be seen: for rendered scenes, whose truth is known, and to train on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from foleycue_backend.grounding.detector import Frame, OnFrame, Sightings, collect, nothing

#: (from this second on, probability, left, top, right, bottom in shares of the picture).
Sight = tuple[float, float, tuple[float, float, float, float]]


class ScriptedDetector:
    """Says of picture k, at second first + k / rate, what the last line of an object's script says by then."""

    def __init__(self, script: Mapping[str, Sequence[Sight]], rate: float, first: Fraction = Fraction(0)) -> None:
        self._script = {name: sorted(lines) for name, lines in script.items()}
        self._rate = rate
        self._first = float(first)

    def find(self, frames: Iterable[Frame], objects: Sequence[str], on_frame: OnFrame) -> Sightings:
        """As `Detector.find`; objects that are not in the script are never seen."""
        rows = []
        for number, _ in enumerate(frames):
            probability, boxes = nothing(len(objects))
            for column, name in enumerate(objects):
                sight = self._at(name, self._first + number / self._rate)
                if sight is not None and sight[1] > 0:
                    probability[column], boxes[column] = sight[1], sight[2]
            rows.append((probability, boxes))
            on_frame(number + 1)
        return collect(rows, objects)

    def _at(self, name: str, seconds: float) -> Sight | None:
        return next((sight for sight in reversed(self._script.get(name, ())) if sight[0] <= seconds + 1e-6), None)
