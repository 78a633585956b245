# SPDX-License-Identifier: GPL-3.0-or-later
"""A small ray tracer for the demo picture: one table, a few solid shapes, one lamp.

Vectors are float arrays (n, 3): x right, y up, z away from the viewer; the table top is y = 0, units are about a
hand's width. Soft shadows, smooth edges and motion blur all come from averaging renders with a jittered camera, lamp
and moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.floating]
_FAR = np.float32(1e9)
_NEAR = np.float32(1e-3)


@dataclass(frozen=True)
class Shape:
    """A solid: hit gives distances along rays (n,) and outward normals (n, 3); colour is linear RGB at points."""

    hit: Callable[[Vectors, Vectors], tuple[Vectors, Vectors]]
    colour: Callable[[Vectors], Vectors]
    gloss: float = 0.2


def vector(*values: float) -> Vectors:
    """A single vector."""
    return np.array(values, np.float32)


def unit(v: Vectors) -> Vectors:
    """Vectors of length one."""
    return v / np.sqrt(_dot(v, v))[..., None]


def ball(centre: Vectors, radius: float, squash: float) -> Callable[[Vectors, Vectors], tuple[Vectors, Vectors]]:
    """A sphere pressed flat by a factor (1: round), as its hit function."""
    scale = vector(squash**-0.5, squash, squash**-0.5) * np.float32(radius)

    def hit(origin: Vectors, way: Vectors) -> tuple[Vectors, Vectors]:
        o, d = (origin - centre) / scale, way / scale
        a, b, c = _dot(d, d), _dot(o, d), _dot(o, o) - 1
        root = b * b - a * c
        t = (-b - np.sqrt(np.maximum(root, 0))) / a
        t = np.where((root > 0) & (t > _NEAR), t, _FAR)
        return t, unit((o + d * np.minimum(t, _FAR)[:, None]) / scale)

    return hit


def cylinder(start: Vectors, end: Vectors, radius: float) -> Callable[[Vectors, Vectors], tuple[Vectors, Vectors]]:
    """A round bar with flat ends, as its hit function."""
    length = np.float32(np.linalg.norm(end - start))
    axis = (end - start) / length

    def hit(origin: Vectors, way: Vectors) -> tuple[Vectors, Vectors]:
        o = origin - start
        along_o, along_d = _dot(o, axis), _dot(way, axis)
        side_o, side_d = o - along_o[..., None] * axis, way - along_d[:, None] * axis
        a = np.maximum(_dot(side_d, side_d), 1e-12)
        b, c = _dot(side_o, side_d), _dot(side_o, side_o) - radius * radius
        root = b * b - a * c
        t = (-b - np.sqrt(np.maximum(root, 0))) / a
        height = along_o + t * along_d
        t = np.where((root > 0) & (t > _NEAR) & (height > 0) & (height < length), t, _FAR)
        normal = unit(side_o + t[:, None] * side_d + 1e-9)
        for level in (np.float32(0), length):
            cap = (level - along_o) / np.where(np.abs(along_d) < 1e-9, 1e-9, along_d)
            spot = side_o + cap[:, None] * side_d
            better = (_dot(spot, spot) < radius * radius) & (cap > _NEAR) & (cap < t)
            t = np.where(better, cap, t)
            normal = np.where(better[:, None], axis * (1 if level else -1), normal)
        return t, normal

    return hit


def box(centre: Vectors, half: Vectors) -> Callable[[Vectors, Vectors], tuple[Vectors, Vectors]]:
    """An upright box, as its hit function (slab method)."""

    def hit(origin: Vectors, way: Vectors) -> tuple[Vectors, Vectors]:
        safe = np.where(np.abs(way) < 1e-9, np.float32(1e-9), way)
        near, far = (centre - half - origin) / safe, (centre + half - origin) / safe
        low, high = np.minimum(near, far), np.maximum(near, far)
        entry = np.maximum(np.maximum(low[:, 0], low[:, 1]), low[:, 2])
        leave = np.minimum(np.minimum(high[:, 0], high[:, 1]), high[:, 2])
        t = np.where((entry < leave) & (entry > _NEAR), entry, _FAR)
        side = (low == entry[:, None]).astype(np.float32)
        return t, -side * np.sign(way)

    return hit


@dataclass(frozen=True)
class View:
    """Where the camera stands and looks; zoom is the focal length in picture heights."""

    eye: Vectors
    target: Vectors
    zoom: float


def render(
    view: View,
    lamp: Vectors,
    shapes: Sequence[Shape],
    ground: Shape,
    size: tuple[int, int],
    jitter: tuple[float, float],
) -> Vectors:
    """One sharp picture, linear RGB (height, width, 3); jitter shifts the pixel grid by parts of a pixel."""
    width, height = size
    way = _rays(view, width, height, jitter)
    points, normals, colours, gloss = _surface(view.eye, way, [ground, *shapes])
    to_lamp = lamp - points
    distance = np.sqrt(_dot(to_lamp, to_lamp))
    to_lamp = to_lamp / distance[:, None]
    lit = np.maximum(_dot(normals, to_lamp), 0)
    lit *= _visible(points + normals * 4 * _NEAR, to_lamp, distance, shapes)
    fall_off = (np.float32(4.2) / distance) ** 2
    sky = 0.30 + 0.22 * normals[:, 1]
    half = unit(to_lamp - way)
    shine = gloss * np.maximum(_dot(normals, half), 0) ** 60 * lit
    warm, cool = vector(1.0, 0.93, 0.82), vector(0.80, 0.90, 1.0)
    light = (1.25 * lit * fall_off)[:, None] * warm + sky[:, None] * cool
    picture = colours * light + (4.0 * shine * fall_off)[:, None] * warm
    return picture.reshape(height, width, 3).astype(np.float32)


def develop(picture: Vectors) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB through a film curve and a little vignette."""
    height, width, _ = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    edge = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)[..., None]
    x = 0.85 * picture * (1 - 0.6 * edge)
    # Narkowicz' fit of the ACES film curve.
    shown = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    return (255 * np.clip(shown, 0, 1) ** (1 / 2.2) + 0.5).astype(np.uint8)


def _dot(a: Vectors, b: Vectors) -> Vectors:
    # Many times faster than summing over an axis of three.
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def _rays(view: View, width: int, height: int, jitter: tuple[float, float]) -> Vectors:
    forward = unit(view.target - view.eye)
    right = unit(np.cross(vector(0, 1, 0), forward))
    up = np.cross(forward, right)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across = (x + 0.5 + jitter[0] - width / 2) / height
    down = (y + 0.5 + jitter[1] - height / 2) / height
    way = forward * view.zoom + across[..., None] * right - down[..., None] * up
    return unit(way.reshape(-1, 3)).astype(np.float32)


def _surface(eye: Vectors, way: Vectors, shapes: Sequence[Shape]) -> tuple[Vectors, Vectors, Vectors, Vectors]:
    """What each ray meets first: points, normals, colours and gloss."""
    nearest = np.full(len(way), _FAR, np.float32)
    normals = np.zeros_like(way)
    owner = np.zeros(len(way), np.int64)
    for number, shape in enumerate(shapes):
        t, normal = shape.hit(eye, way)
        closer = t < nearest
        nearest = np.where(closer, t, nearest).astype(np.float32)
        normals = np.where(closer[:, None], normal, normals)
        owner = np.where(closer, number, owner)
    points = eye + way * nearest[:, None]
    colours = np.zeros_like(way)
    for number, shape in enumerate(shapes):
        mine = owner == number
        colours[mine] = shape.colour(points[mine])
    gloss = np.array([shape.gloss for shape in shapes], np.float32)[owner]
    return points, normals, colours, gloss


def _visible(points: Vectors, way: Vectors, distance: Vectors, shapes: Sequence[Shape]) -> Vectors:
    """1 where the lamp is seen from a point, 0 in shadow."""
    seen = np.ones(len(points), np.float32)
    for shape in shapes:
        t, _ = shape.hit(points, way)
        seen[t < distance] = 0
    return seen
