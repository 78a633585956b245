# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered scenes of two sounding objects, of which one appears late: pictures, sound, and what a detector would say.

Each object sounds as long as it is seen: an engine hums low, a fan hisses high, so that a band says who is heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from foleycue_backend.engines.vta_ldm.frames import RATE as PICTURE_RATE
from foleycue_backend.engines.vta_ldm.frames import SIZE
from foleycue_backend.grounding.scripted import ScriptedDetector, Sight

SECONDS = 5.12
RATE = 16_000
SAMPLES = round(SECONDS * RATE)
PICTURES = int(SECONDS * PICTURE_RATE)
OBJECTS = ("engine", "fan")
_LOUD = 0.2
#: Half of a second at least has one object alone, and both.
_EARLIEST, _LATEST = 1.0, 4.0
_FADE = 0.02
_GONE = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Scene:
    """`since` and `until` are when each of OBJECTS comes and goes, in seconds."""

    since: tuple[float, float]
    until: tuple[float, float]
    seed: int

    def exchanged(self) -> Scene:
        """The same with either object in the other's place."""
        return Scene((self.since[1], self.since[0]), (self.until[1], self.until[0]), self.seed)

    def presence(self, times: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        """Whether each object is there (times, objects)."""
        return (times[:, None] >= np.array(self.since)) & (times[:, None] < np.array(self.until))


def scene(number: int, seed: int) -> Scene:
    """A pure function of both: either object is the late one; in half of the scenes the other goes when it comes."""
    rng = np.random.default_rng([seed, number])
    late, moment = int(rng.integers(2)), float(rng.uniform(_EARLIEST, _LATEST))
    since, until = [0.0, 0.0], [SECONDS, SECONDS]
    since[late] = moment
    if rng.random() < 0.5:
        until[1 - late] = moment
    return Scene((since[0], since[1]), (until[0], until[1]), int(rng.integers(1 << 31)))


def sound(shown: Scene) -> NDArray[np.float32]:
    """SAMPLES samples at RATE."""
    rng = np.random.default_rng([shown.seed, 1])
    time = np.arange(SAMPLES) / RATE
    sounds = np.stack([_hum(time, rng), _hiss(rng)], 1)
    since, until = np.array(shown.since), np.array(shown.until)
    # No click at the edges, none at all at the range's own.
    rise = np.where(since > 0, np.clip((time[:, None] - since) / _FADE, 0, 1), 1)
    fall = np.where(until < SECONDS, np.clip((until - time[:, None]) / _FADE, 0, 1), 1)
    return (_LOUD * (sounds * rise * fall).sum(1) + 1e-4 * rng.normal(size=SAMPLES)).astype(np.float32)


def _hum(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    pitch, phase = rng.uniform(90, 130), 2 * np.pi * rng.random(8)
    partials = [np.sin(2 * np.pi * pitch * n * time + phase[n - 1]) / n**0.5 for n in range(1, 9)]
    return np.sum(partials, 0) / 3


def _hiss(rng: np.random.Generator) -> NDArray[np.float64]:
    low = rng.uniform(2_800, 3_300)
    band = butter(4, [low, low + 2_500], "bandpass", fs=RATE, output="sos")
    hissing: NDArray[np.float64] = np.asarray(sosfilt(band, rng.normal(size=SAMPLES)))
    return hissing


def pictures(shown: Scene) -> list[NDArray[np.uint8]]:
    """RGB pictures (SIZE, SIZE, 3), PICTURE_RATE a second: a box on the left, a wheel of blades on the right."""
    rng = np.random.default_rng([shown.seed, 2])
    back, colours = rng.uniform(40, 200, 3), rng.uniform(0, 255, (2, 3))
    drawn = []
    for number, there in enumerate(shown.presence(np.arange(PICTURES) / PICTURE_RATE)):
        canvas = np.clip(rng.normal(back, 6, (SIZE, SIZE, 3)), 0, 255).astype(np.uint8)
        if there[0]:
            _box(canvas, colours[0].tolist(), int(rng.integers(-2, 3)))
        if there[1]:
            _blades(canvas, colours[1].tolist(), 50 * number)
        drawn.append(canvas)
    return drawn


def _box(canvas: NDArray[np.uint8], colour: list[float], shake: int) -> None:
    cv2.rectangle(canvas, (30, 110 + shake), (100, 180 + shake), colour, -1)


def _blades(canvas: NDArray[np.uint8], colour: list[float], angle: int) -> None:
    for blade in range(0, 360, 120):
        cv2.ellipse(canvas, (165, 90), (42, 42), angle + blade, 0, 60, colour, -1)


def detector(shown: Scene) -> ScriptedDetector:
    """What a detector would say of the pictures, as sure of itself as good ones are."""
    rng = np.random.default_rng([shown.seed, 3])
    places = ((0.13, 0.49, 0.45, 0.80), (0.55, 0.21, 0.93, 0.59))
    script: dict[str, list[Sight]] = {}
    for name, since, until, place in zip(OBJECTS, shown.since, shown.until, places, strict=True):
        script[name] = [(since, float(rng.uniform(0.6, 0.95)), place), (until, 0.0, _GONE)]
    return ScriptedDetector(script, PICTURE_RATE)
