# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's two shots: a ball that bounces on a table, and a mallet that taps a wooden block.

All times are in frames of the shot's own media, fractions included. Contacts lie on whole frames.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foleycue_plugin.demo.tracer import Shape, Vectors, View, ball, box, cylinder, unit, vector

#: Frames of the media at which the ball meets the table, and the mallet the block.
BOUNCES = (28, 48, 67, 85, 101)
TAPS = (26, 40, 51, 69, 80, 97, 116)

_BALL_RADIUS = 0.46
_GRAVITY = 0.024  # table units a frame²
#: The ball stays on the table for a frame, pressed flat: drawn motion needs it where film would show a blur.
_DWELL = 1
_MALLET_PIVOT = vector(3.4, 0.55, 0.1)
_BLOCK_TOP = 0.62
_HEAD_LENGTH = 0.62


def ball_shot(time: float) -> tuple[list[Shape], View]:
    """The bouncing ball at a moment: its shapes and the camera."""
    height, squash = _bounce(time)
    centre = vector(-1.75 + 0.036 * time, height + _BALL_RADIUS * squash, 0.15 + 0.002 * time)
    turn = 0.05 * time
    paint = _painted_ball(centre, turn)
    drift = vector(0.10 * np.sin(time / 31), 0.03 * np.sin(time / 23 + 1), 0.0015 * time)
    view = View(vector(0.25, 1.75, -5.2) + drift, vector(0.05, 0.82, 0.4) + 0.6 * drift, 1.25)
    return [Shape(ball(centre, _BALL_RADIUS, squash), paint, 0.5)], view


def mallet_shot(time: float) -> tuple[list[Shape], View]:
    """The tapping mallet at a moment: its shapes and the camera."""
    angle, jolt = _swing(time)
    reach = 3.4
    along = vector(-np.cos(angle), np.sin(angle), 0)
    across = vector(np.sin(angle), np.cos(angle), 0)
    # At angle 0 the head's lower face lies flat on the block.
    pivot = vector(_MALLET_PIVOT[0], _BLOCK_TOP + _HEAD_LENGTH / 2, _MALLET_PIVOT[2])
    middle = pivot + reach * along
    head = cylinder(middle - across * (_HEAD_LENGTH / 2), middle + across * (_HEAD_LENGTH / 2), 0.27)
    handle = cylinder(pivot - along * 2.0, middle + along * 0.12, 0.085)
    block = box(vector(-0.02, _BLOCK_TOP / 2 - 0.015 * jolt, 0.1), vector(0.72, _BLOCK_TOP / 2, 0.42))
    shapes = [
        Shape(head, _grain(vector(0.43, 0.20, 0.09), 3.0, across), 0.35),
        Shape(handle, _grain(vector(0.62, 0.42, 0.22), 5.0, along), 0.25),
        Shape(block, _grain(vector(0.66, 0.47, 0.26), 7.0, vector(1, 0, 0)), 0.15),
    ]
    drift = vector(0.07 * np.sin(time / 27 + 2), 0.025 * np.sin(time / 19), 0.002 * time)
    view = View(vector(-0.85, 1.95, -4.3) + drift, vector(0.42, 0.78, 0.1) + 0.5 * drift, 1.3)
    return shapes, view


def table(texture: NDArray[np.float32]) -> Shape:
    """The table top, of planks from a grey-value texture, running into a dark room."""

    def hit(origin: Vectors, way: Vectors) -> tuple[Vectors, Vectors]:
        down = np.minimum(way[:, 1], -1e-4)
        t = np.minimum(-origin[1] / down, 60).astype(np.float32)
        return t, np.broadcast_to(vector(0, 1, 0), way.shape)

    def colour(points: Vectors) -> Vectors:
        value = _sample(texture, points[:, 0] * 90, points[:, 2] * 90)
        fog = np.exp(-np.maximum(points[:, 2:3] - 1.5, 0) / 4.0)
        wood = value[:, None] * vector(0.52, 0.31, 0.17)
        return wood * fog + vector(0.020, 0.026, 0.036) * (1 - fog)

    return Shape(hit, colour, 0.12)


@lru_cache
def planks(seed: int = 7) -> NDArray[np.float32]:
    """A grey-value texture of planks, (1024, 1024): grain along the second axis, joints between planks."""
    random = np.random.default_rng(seed)
    size, plank = 1024, 128
    rows = np.arange(size)
    texture = np.empty((size, size), np.float32)
    for top in range(0, size, plank):
        warp = 9 * _noise(random, (plank, size), (3, 10)) + 2 * _noise(random, (plank, size), (9, 24))
        lines = np.arange(plank)[:, None] * (0.30 + 0.08 * random.random()) + warp
        fine = _noise(random, (plank, size), (64, 12))
        tone = 0.80 + 0.30 * random.random()
        texture[top : top + plank] = tone * (0.86 + 0.11 * np.sin(lines) + 0.13 * (fine - 0.5))
    joint = np.minimum(rows % plank, plank - rows % plank)
    gap = (1 - 0.72 * np.exp(-((joint / 1.6) ** 2))).astype(np.float32)
    return texture * gap[:, None]


def impact_strengths(contacts: Sequence[int]) -> list[float]:
    """How hard each contact is, 0 … 1, from the time the mover had to gain speed."""
    gaps = [contacts[1] - contacts[0], *(b - a for a, b in pairwise(contacts))]
    return [round(min(1.0, 0.25 + 0.75 * gap / max(gaps)), 2) for gap in gaps]


def _bounce(time: float) -> tuple[float, float]:
    """Height of the ball's lowest point over the table, and how flat it is pressed (1: round)."""
    contacts = np.array((BOUNCES[0] - 22, *BOUNCES, BOUNCES[-1] + 13))
    index = int(np.clip(np.searchsorted(contacts, time, side="right") - 1, 0, len(contacts) - 2))
    since, until = time - contacts[index] - _DWELL, contacts[index + 1] - time
    if since < 0:
        return 0.0, 1 - 0.2 * float(np.sin(-np.pi * since / _DWELL))
    return 0.5 * _GRAVITY * since * until, 1.0


def _swing(time: float) -> tuple[float, float]:
    """Angle of the mallet (0: on the block), and how far the block still gives after a tap."""
    before = max((tap for tap in TAPS if tap <= time), default=None)
    after = min((tap for tap in TAPS if tap > time), default=None)
    since = time - before if before is not None else 99.0
    jolt = float(np.exp(-since / 1.2) * np.cos(2.2 * since)) if since < 8 else 0.0
    lift = _lift(time, before, after)
    return lift, jolt


def _lift(time: float, before: int | None, after: int | None) -> float:
    """Rest on the block, rise slowly, fall fast and ever faster until the very frame of the tap."""
    rest, fall = 1.5, 3.2
    if after is None:
        return 0.30 * _ease((time - (before or 0) - rest) / 16)
    gap = after - before if before is not None else 30
    top = min(0.30, 0.14 + 0.012 * gap)
    if time >= after - fall:
        return top * (1 - ((time - after + fall) / fall) ** 2)
    if before is None:
        return top
    return top * _ease((time - before - rest) / max(1.0, min(11.0, gap - rest - fall)))


def _ease(x: float) -> float:
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


def _painted_ball(centre: Vectors, turn: float) -> Callable[[Vectors], Vectors]:
    axis = unit(vector(0.35, 0.8, -0.5))
    spin = vector(
        np.cos(turn) * axis[0] + np.sin(turn) * axis[1], np.cos(turn) * axis[1] - np.sin(turn) * axis[0], axis[2]
    )

    def colour(points: Vectors) -> Vectors:
        level = np.abs((points - centre) @ spin) / _BALL_RADIUS
        band = np.clip((0.24 - level) * 30, 0, 1)[:, None]
        return vector(0.74, 0.10, 0.06) * (1 - band) + vector(0.86, 0.80, 0.68) * band

    return colour


def _grain(base: Vectors, rings: float, along: Vectors) -> Callable[[Vectors], Vectors]:
    """Wood whose grain runs along an axis."""

    def colour(points: Vectors) -> Vectors:
        flat = points - (points @ along)[:, None] * along
        wave = np.sin(
            rings * 6 * (flat[:, 0] + 1.3 * flat[:, 1] + 0.8 * flat[:, 2]) + 2 * np.sin(2.1 * (points @ along))
        )
        return base * (0.90 + 0.12 * wave)[:, None].astype(np.float32)

    return colour


def _noise(random: np.random.Generator, shape: tuple[int, int], grid: tuple[int, int]) -> NDArray[np.float32]:
    """Smooth noise in 0 … 1: a coarse random grid, bilinear, seamless along the second axis."""
    coarse = random.random(grid).astype(np.float32)
    y = np.linspace(0, grid[0] - 1.001, shape[0], dtype=np.float32)[:, None] + np.zeros((1, shape[1]), np.float32)
    x = np.linspace(0, grid[1], shape[1], endpoint=False, dtype=np.float32)[None] + np.zeros((shape[0], 1), np.float32)
    return _sample(coarse, y.ravel(), x.ravel()).reshape(shape)


def _sample(texture: NDArray[np.float32], row: Vectors, column: Vectors) -> Vectors:
    """Bilinear look-up that wraps around."""
    height, width = texture.shape
    y, x = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    v, u = (row - y).astype(np.float32), (column - x).astype(np.float32)
    y0, y1, x0, x1 = y % height, (y + 1) % height, x % width, (x + 1) % width
    top = texture[y0, x0] * (1 - u) + texture[y0, x1] * u
    return top * (1 - v) + (texture[y1, x0] * (1 - u) + texture[y1, x1] * u) * v
