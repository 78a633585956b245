# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pictures in which things meet at known times, by five laws of motion, filmed well or badly.

Each scene is one textured body before a textured wall; blur, noise, a shaking hand and a second mover are added as a
camera would add them. Nothing here was used to make or to tune a predictor.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
#: Where the body is at a time: x and y of its middle in pixels, and its turn in radians.
Path = Callable[[float], tuple[float, float, float]]

WIDTH, HEIGHT = 320, 180
_MARGIN = 16
_SHUTTER = 0.5
_BLUR_SAMPLES = 3
_JERK = 0.12  # seconds
_FALL = 900.0  # pixels a second²


@dataclass(frozen=True)
class Filming:
    """How a scene is filmed. shake: pixels that the hand moves; mover: whether something else jerks about."""

    rate: float = 30.0
    shake: float = 0.0
    mover: bool = False
    noise: float = 3.0


@dataclass(frozen=True)
class Scene:
    """draw(k) is picture k, (HEIGHT, WIDTH) grey; contacts in seconds; box (x, y, width, height) holds it."""

    draw: Callable[[int], NDArray[np.uint8]]
    frames: int
    contacts: tuple[float, ...]
    box: tuple[float, float, float, float]


def contact_scene(kind: str, seed: int, filming: Filming, seconds: float = 6.0, left: float = 0.33) -> Scene:
    """A scene of one of KINDS; left is where the body's place lies, in shares of the width."""
    rng = np.random.default_rng((seed, sorted(KINDS).index(kind)))
    middle = (left * WIDTH + rng.uniform(-8, 8), 0.5 * HEIGHT)
    path, contacts = KINDS[kind](rng, seconds, middle)
    stage = _Stage(rng, path, filming, seconds)
    times = np.arange(0, seconds, 1 / 60)
    places = np.array([path(t)[:2] for t in times])
    reach = 0.6 * max(stage.body.shape[:2]) + filming.shake
    low, high = places.min(0) - reach, places.max(0) + reach
    low, high = np.clip(low, 0, (WIDTH, HEIGHT)), np.clip(high, 0, (WIDTH, HEIGHT))
    size = high - low
    box = (float(low[0] / WIDTH), float(low[1] / HEIGHT), float(size[0] / WIDTH), float(size[1] / HEIGHT))
    return Scene(stage.draw, int(seconds * filming.rate), tuple(contacts), box)


def two_objects(seed: int, filming: Filming, seconds: float = 6.0) -> tuple[Scene, Scene]:
    """Two bodies of different kinds side by side, as two scenes with the same pictures: each knows its own contacts."""
    kinds = sorted(KINDS)
    first, second = kinds[seed % len(kinds)], kinds[(seed + 2) % len(kinds)]
    left = contact_scene(first, seed, filming, seconds, left=0.25)
    right = contact_scene(second, seed + 1000, filming, seconds, left=0.75)

    def draw(k: int) -> NDArray[np.uint8]:
        """The left half of one picture and the right half of the other."""
        picture = left.draw(k)
        picture[:, WIDTH // 2 :] = right.draw(k)[:, WIDTH // 2 :]
        return picture

    return replace(left, draw=draw), replace(right, draw=draw)


def _times(rng: np.random.Generator, seconds: float, least: float, most: float) -> list[float]:
    times = [rng.uniform(0.8, 1.1)]
    while times[-1] < seconds - 0.3 - most:
        times.append(times[-1] + rng.uniform(least, most))
    return [float(time) for time in times]


def _ease(x: float) -> float:
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


def _lifted(contacts: list[float], time: float, rise: float, fall: float) -> float:
    """0 at rest after a contact, slowly up to 1, and down ever faster until the next contact."""
    for contact in contacts:
        if contact - rise - fall <= time < contact:
            back = max(0.0, (time - contact + fall) / fall)
            return _ease((time - contact + rise + fall) / rise) * (1 - back * back)
    return 0.0


def _hammer(rng: np.random.Generator, seconds: float, middle: tuple[float, float]) -> tuple[Path, list[float]]:
    """Swings up slowly and down fast on a handle; rests on what it hit."""
    contacts = _times(rng, seconds, 0.6, 1.3)
    swing, fall = rng.uniform(0.5, 0.9), rng.uniform(0.09, 0.16)
    x, y, arm = middle[0] + 50, middle[1] + 35, 75.0

    def path(time: float) -> tuple[float, float, float]:
        angle = swing * _lifted(contacts, time, 0.35, fall)
        return x - arm * np.cos(angle), y - arm * np.sin(angle), angle

    return path, contacts


def _ball(rng: np.random.Generator, seconds: float, middle: tuple[float, float]) -> tuple[Path, list[float]]:
    """Bounces under gravity, again and again from a hand's height."""
    contacts, speeds, time = [], [], rng.uniform(0.5, 0.8)
    while time < seconds - 0.3:
        speed = rng.uniform(190, 330)
        contacts.append(float(time))
        speeds.append(speed)
        time += 2 * speed / _FALL
    spin = rng.uniform(-2, 2)

    def path(time: float) -> tuple[float, float, float]:
        k = int(np.searchsorted(contacts, time, side="right")) - 1
        since = time - contacts[k] if k >= 0 else contacts[0] - time
        height = speeds[max(k, 0)] * since - 0.5 * _FALL * since * since
        return middle[0], middle[1] + 50 - max(0.0, height), spin * time

    return path, contacts


def _knock(rng: np.random.Generator, seconds: float, middle: tuple[float, float]) -> tuple[Path, list[float]]:
    """A fist that strikes sideways and springs back a little."""
    contacts = _times(rng, seconds, 0.28, 0.9)
    reach = rng.uniform(25, 45)

    def path(time: float) -> tuple[float, float, float]:
        away = 0.0
        for contact in contacts:
            if contact - 0.10 <= time < contact:
                away = max(away, 1 - ((time - contact + 0.10) / 0.10) ** 2)
        past = [contact for contact in contacts if contact <= time]
        nearest = min((contact for contact in contacts if contact > time), default=None)
        if past and away == 0.0:
            away = _ease((time - past[-1] - 0.03) / 0.14)
        elif away == 0.0:
            away = 1.0
        if nearest is not None and nearest - time > 0.10:
            away = _ease((time - (past[-1] if past else -1) - 0.03) / 0.14)
        return middle[0] + 20 - reach * away, middle[1], 0.1 * away

    return path, contacts


def _steps(rng: np.random.Generator, seconds: float, middle: tuple[float, float]) -> tuple[Path, list[float]]:
    """A foot that walks on the spot: peeled off slowly, set down with speed, standing until its next turn."""
    pace = rng.uniform(0.75, 1.05)
    contacts = (0.9 + np.arange(int((seconds - 1.3) / pace)) * pace + rng.uniform(-0.03, 0.03)).tolist()
    height, sway = rng.uniform(25, 40), rng.uniform(5, 15)

    def path(time: float) -> tuple[float, float, float]:
        phase = ((time - contacts[0]) / pace) % 1
        stands = 0.5
        if phase < stands:
            return middle[0], middle[1] + 45, 0.0
        swing = (phase - stands) / (1 - stands)
        lift = _ease(swing / 0.6) if swing < 0.6 else 1 - ((swing - 0.6) / 0.4) ** 2
        return middle[0] - sway * np.sin(np.pi * swing) ** 2, middle[1] + 45 - height * lift, -0.5 * lift

    return path, contacts


def _drop(rng: np.random.Generator, seconds: float, middle: tuple[float, float]) -> tuple[Path, list[float]]:
    """A box let fall that stays where it lands, and is lifted slowly for the next time."""
    contacts = _times(rng, seconds, 0.9, 1.6)
    height = rng.uniform(50, 85)
    fall = float(np.sqrt(2 * height / _FALL))

    def path(time: float) -> tuple[float, float, float]:
        up = _lifted(contacts, time, 0.45, fall)
        return middle[0], middle[1] + 45 - height * up, 0.25 * up

    return path, contacts


KINDS = {"hammer": _hammer, "ball": _ball, "knock": _knock, "steps": _steps, "drop": _drop}


class _Stage:
    """The body before its wall, and the camera."""

    def __init__(self, rng: np.random.Generator, path: Path, filming: Filming, seconds: float) -> None:
        self._path = path
        self._filming = filming
        size = (HEIGHT + 2 * _MARGIN, WIDTH + 2 * _MARGIN)
        self._wall = _texture(rng, size, rng.uniform(70, 130), 28)
        self.body = _texture(rng, (int(rng.integers(26, 44)), int(rng.integers(30, 56))), rng.uniform(120, 220), 22)
        self._mover = _texture(rng, (70, 34), rng.uniform(40, 200), 40)
        self._jerks = _jerks(rng, seconds)
        self._phases = rng.uniform(0, 2 * np.pi, 6)
        self._grain = rng.normal(0, filming.noise, (HEIGHT + 61, WIDTH + 61)).astype(np.float32)

    def draw(self, k: int) -> NDArray[np.uint8]:
        """Picture k: the mean of renders over the open shutter, with the sensor's noise."""
        picture = np.zeros((HEIGHT, WIDTH), np.float32)
        for j in range(_BLUR_SAMPLES):
            picture += self._at((k + _SHUTTER * (j + 0.5) / _BLUR_SAMPLES) / self._filming.rate)
        # One field of noise, read from another corner each time: random enough, and far cheaper than drawing it anew.
        top, left = k * 37 % 61, k * 23 % 61
        return np.clip(picture / _BLUR_SAMPLES + self._grain[top:, left:][:HEIGHT, :WIDTH], 0, 255).astype(np.uint8)

    def _at(self, time: float) -> Floats:
        scene = self._wall.copy()
        _paste(scene, self.body, *self._path(time))
        if self._filming.mover:
            away, turn = (
                float(np.interp(t, _JERK * np.arange(len(self._jerks)), self._jerks)) for t in (time, time + 1)
            )
            _paste(scene, self._mover, WIDTH * 0.8 + away, HEIGHT * 0.5, 0.01 * turn)
        waves = np.sin(2 * np.pi * np.array([0.6, 0.9, 1.7, 0.5, 1.1, 1.5]) * time + self._phases)
        dx, dy = self._filming.shake * waves.reshape(2, 3) @ np.array([0.6, 0.3, 0.15])
        shift = np.array([[1, 0, _MARGIN + dx], [0, 1, _MARGIN + dy]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(scene, shift, (WIDTH, HEIGHT), flags=flags), np.float32)


def _texture(rng: np.random.Generator, shape: tuple[int, int], level: float, contrast: float) -> Floats:
    """Noise of three sizes, brighter at the top as under a lamp."""
    total = np.zeros(shape)
    for grain in (3, 9, 27):
        coarse = rng.normal(0, 1, (shape[0] // grain + 2, shape[1] // grain + 2))
        total += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return (level + contrast * total + np.linspace(15, -15, shape[0])[:, None]).astype(np.float32)


def _jerks(rng: np.random.Generator, seconds: float) -> Floats:
    """Places of the second mover every _JERK seconds: it starts and stops at times that mean nothing."""
    count = int(seconds / _JERK) + 12
    steps = rng.normal(0, 16, count) * (rng.random(count) < 0.6)
    return np.clip(np.cumsum(steps), -45, 45).astype(np.float32)


def _paste(scene: Floats, sprite: Floats, x: float, y: float, turn: float) -> None:
    """Draw a sprite with its middle at a place of the picture, to fractions of a pixel."""
    height, width = sprite.shape
    half = int(0.5 * np.hypot(height, width)) + 2
    left, top = int(x) + _MARGIN - half, int(y) + _MARGIN - half
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    matrix[:, 2] = (x + _MARGIN - left, y + _MARGIN - top) - matrix[:, :2] @ (width / 2, height / 2)
    size = (2 * half, 2 * half)
    drawn = cv2.warpAffine(sprite, matrix, size)
    alpha = cv2.warpAffine(np.ones_like(sprite), matrix, size)
    rows, columns = (
        slice(max(0, -start), max(0, limit - start)) for start, limit in zip((top, left), scene.shape, strict=True)
    )
    target = scene[max(0, top) : top + 2 * half, max(0, left) : left + 2 * half]
    target *= 1 - alpha[rows, columns]
    target += drawn[rows, columns]
