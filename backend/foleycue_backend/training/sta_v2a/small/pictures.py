# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pictures of something being struck, four a second, seen by nobody but a small video encoder.

A thing comes down on another at each strike, with motion before and after and a ring of dust that grows from the
point of contact; looks, sizes, directions and a slow camera differ from clip to clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from foleycue_backend.training.mini.synthesis import Rng

PICTURES = 40
PICTURE_RATE = 4
SIZE = 64

Pictures = NDArray[np.uint8]

_FALL, _RISE, _RING = 0.45, 0.45, 0.4


def _height(time: float, strikes: NDArray[np.float64]) -> float:
    """0 at contact, 1 at rest: falls within _FALL seconds before a strike and rises within _RISE after it."""
    after, before = time - strikes[strikes <= time], strikes[strikes > time] - time
    rising = min(1.0, float(after.min()) / _RISE) if len(after) else 1.0
    falling = min(1.0, float(before.min()) / _FALL) if len(before) else 1.0
    return min(rising, falling) ** 0.8


class Look:
    """The scene of one clip."""

    def __init__(self, rng: Rng) -> None:
        self.back, self.thing, self.ground, self.dust = (rng.uniform(20, 235, 3) for _ in range(4))
        if np.abs(self.back - self.thing).mean() < 60:
            self.thing = 255 - self.back
        self.texture = cv2.resize(rng.normal(0, 18, (8, 8, 3)).astype(np.float32), (SIZE, SIZE))
        self.contact = np.array([rng.uniform(0.3, 0.7), rng.uniform(0.55, 0.75)]) * SIZE
        angle = rng.uniform(-0.9, 0.9)
        self.way = np.array([np.sin(angle), -np.cos(angle)]) * rng.uniform(0.3, 0.45) * SIZE
        self.size = rng.uniform(0.08, 0.16) * SIZE
        self.shape = int(rng.integers(3))
        self.camera = rng.uniform(0, 2.0, 2), rng.uniform(0.1, 0.4, 2), rng.uniform(0, 6.3, 2)

    def _moved(self, time: float) -> NDArray[np.float64]:
        reach, pace, start = self.camera
        return reach * np.sin(2 * np.pi * pace * time + start)

    def _point(self, place: NDArray[np.float64]) -> tuple[int, int]:
        # Sub-pixel places: OpenCV takes them with four binary digits.
        return int(place[0] * 16), int(place[1] * 16)

    def draw(self, time: float, strikes: NDArray[np.float64]) -> Pictures:
        """One picture (SIZE, SIZE, 3), RGB."""
        canvas: Any = np.ascontiguousarray((self.texture + self.back).clip(0, 255).astype(np.uint8))
        contact = self.contact + self._moved(time)
        base = contact + np.array([0.0, self.size])
        far = (SIZE * 16, SIZE * 16)
        cv2.rectangle(canvas, (0, self._point(base)[1]), far, self.ground.tolist(), -1, cv2.LINE_AA, 4)
        since = time - strikes[strikes <= time]
        if len(since) and since.min() < _RING:
            age = float(since.min()) / _RING
            colour = (self.dust * (1 - age) + self.back * age).tolist()
            radius = int((self.size * (0.8 + 2.2 * age)) * 16)
            cv2.circle(canvas, self._point(base), radius, colour, 2, cv2.LINE_AA, 4)
        self._thing(canvas, contact + self.way * _height(time, strikes))
        return canvas

    def _thing(self, canvas: Any, place: NDArray[np.float64]) -> None:  # noqa: ANN401 - OpenCV's array type
        colour, size = self.thing.tolist(), self.size
        if self.shape == 0:
            cv2.circle(canvas, self._point(place), int(size * 16), colour, -1, cv2.LINE_AA, 4)
        elif self.shape == 1:
            low, high = self._point(place - size), self._point(place + size)
            cv2.rectangle(canvas, low, high, colour, -1, cv2.LINE_AA, 4)
        else:
            cv2.line(canvas, self._point(place + self.way), self._point(place), colour, 3, cv2.LINE_AA, 4)
            cv2.circle(canvas, self._point(place), int(size * 12), colour, -1, cv2.LINE_AA, 4)


def pictures(strikes: Sequence[float], index: int, seed: int) -> Pictures:
    """(PICTURES, SIZE, SIZE, 3) RGB of a clip whose strikes are given in seconds; picture k shows second k / 4."""
    rng = np.random.default_rng([seed, index, 3])
    look, times = Look(rng), np.asarray(strikes, np.float64)
    shown = np.stack([look.draw(k / PICTURE_RATE, times) for k in range(PICTURES)]).astype(np.int16)
    grain = rng.normal(0, 3, (PICTURES, SIZE // 2, SIZE // 2, 1)).repeat(2, 1).repeat(2, 2)
    return (shown + grain.astype(np.int16)).clip(0, 255).astype(np.uint8)
