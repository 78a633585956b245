# SPDX-License-Identifier: GPL-3.0-or-later
"""Two channels from one: a sound panned by where in the picture its object lies."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from foleycue_backend.stages.raw_audio import Audio
from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece

#: Seconds before a cut in which the place changes to the next shot's: no click.
_GLIDE = 0.005
_MIDDLE = 0.5


class Panning:
    """The place of an object's middle over time, 0 left … 1 right, linear between the keys of a shot.

    A shot without keys, a gap, and a range without keys sound from the middle.
    """

    def __init__(self, keys: Sequence[RegionKey], pieces: Sequence[Piece], rate: Fraction) -> None:
        glide = _GLIDE * float(rate)
        points = [(0.0, _MIDDLE)]
        for piece in sorted(pieces, key=lambda piece: piece.start):
            stop = piece.start + piece.frames
            inside = sorted((key for key in keys if piece.start <= key.frame < stop), key=lambda key: key.frame)
            places = [(float(key.frame), min(1.0, key.x + key.width / 2)) for key in inside]
            first, last = (places[0][1], places[-1][1]) if places else (_MIDDLE, _MIDDLE)
            points += [(float(piece.start), first), *places, (stop - glide, last), (float(stop), _MIDDLE)]
        self._frames, self._places = np.array(points).T
        self._rate = float(rate)

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """The places at times from the range's start."""
        return np.interp(seconds * self._rate, self._frames, self._places)

    def panned(self, blocks: Iterator[Audio], sample_rate: int) -> Iterator[Audio]:
        """Mono blocks (n,) as (n, 2) of the same power: cosine and sine of a quarter turn from left to right."""
        start = 0
        for block in blocks:
            angle = self.at(np.arange(start, start + len(block)) / sample_rate) * (np.pi / 2)
            gains = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
            yield block[:, None] * gains
            start += len(block)
