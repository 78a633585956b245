# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a maker of sounds: a class in words, and cues or an intensity line, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foleycue_backend.engines.mini.classes import CLASSES, NAMES, class_is_event
from foleycue_backend.training.mini.data import HELD_OUT_SEED
from foleycue_backend.training.mini.phrases import held_out_phrases, train_phrases

Line = list[tuple[float, float]]

#: Seconds of every take.
LENGTH = 4.5
EVENTS = tuple(c.name for c in CLASSES if c.kind != "bed")
IMPACTS = tuple(c.name for c in CLASSES if c.kind == "impact")
BEDS = tuple(c.name for c in CLASSES if c.kind == "bed")
#: Impacts of one single attack, which any onset detector can time.
SHARP = (
    *("footsteps_wood", "footsteps_concrete", "footsteps_metal", "punch", "slap", "clap", "knock", "door_close"),
    *("wood_hit", "metal_hit", "glass_hit", "ceramic_hit", "plastic_hit", "stone_hit", "click", "key_press"),
    *("switch", "drip", "gunshot", "bell", "drum"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """`prompt` for the class `name`; (seconds, strength) `cues` for an event or an intensity `line` for a bed."""

    name: str
    prompt: str
    cues: Line | None
    line: Line | None
    seed: int


def five_cues(seed: int, length: float = LENGTH, gap: float = 0.25) -> Line:
    """Five cues at random times at least `gap` seconds apart, strengths 0.4..1."""
    rng = np.random.default_rng([HELD_OUT_SEED, seed])
    free = length - 0.4 - 4 * gap
    times = 0.2 + np.sort(rng.uniform(0, free, 5)) + gap * np.arange(5)
    return [(float(t), float(s)) for t, s in zip(times, rng.uniform(0.4, 1.0, 5), strict=True)]


def rise_and_fall(seed: int, length: float = LENGTH) -> Line:
    """An intensity line of four points: 0.2, 0.45, 0.7 and 1 in random order."""
    levels = np.random.default_rng([HELD_OUT_SEED, seed, 2]).permutation([0.2, 0.45, 0.7, 1.0])
    return [(float(t), float(v)) for t, v in zip(np.linspace(0, length, 4), levels, strict=True)]


def line_at(line: Line, times: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Intensity at times in seconds."""
    at, levels = np.array(line).T
    return np.interp(np.asarray(times, float), at, levels)


def order(name: str, prompt: str, seed: int) -> Order:
    """The order for one prompt: five cues for an event class, a line for a bed."""
    if class_is_event(name):
        return Order(name, prompt, five_cues(seed), None, seed)
    return Order(name, prompt, None, rise_and_fall(seed), seed)


def orders(per_class: int, *, held_out: bool, classes: tuple[str, ...] = NAMES) -> list[Order]:
    """`per_class` orders for each class, its phrases (trained ones or held-out paraphrases) in turn."""
    rows = []
    for turn in range(per_class):
        for index, name in enumerate(classes):
            phrases = held_out_phrases(name) if held_out else train_phrases(name)
            # Trained phrases are spread over the list: the first ones are the plainest.
            pick = turn if held_out else turn * max(1, len(phrases) // per_class)
            rows.append(order(name, phrases[pick % len(phrases)], turn * len(classes) + index))
    return rows
