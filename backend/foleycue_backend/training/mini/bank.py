# SPDX-License-Identifier: GPL-3.0-or-later
"""The bank of one-shots: `variants` renderings of every event class, a pure function of its seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from foleycue_backend.engines.mini.classes import CLASSES
from foleycue_backend.training.mini import (
    air,
    breaks,
    events,
    friction,
    impacts,
    machines,
    steps,
    voices,
    water,
    weather,
)
from foleycue_backend.training.mini.synthesis import Audio, Rng

#: Recorded one-shots that a class needs to be seasoned with them, and their share then.
ENOUGH, RECORDED = 4, 0.25

# A class is the function of its name in one of these.
_FAMILIES = (steps, impacts, breaks, friction, air, events, voices, water, machines, weather)


def _named(name: str) -> Callable[..., Audio]:
    return next(getattr(family, name) for family in _FAMILIES if hasattr(family, name))


ONE_SHOTS: dict[str, Callable[[Rng], Audio]] = {c.name: _named(c.name) for c in CLASSES if c.kind != "bed"}
# (rng, samples, level curve).
BEDS: dict[str, Callable[[Rng, int, Audio], Audio]] = {c.name: _named(c.name) for c in CLASSES if c.kind == "bed"}


def one_shot(name: str, index: int, seed: int) -> Audio:
    """Rendering `index` of a class; independent of every other index, so banks can be built in any order."""
    key = [seed, sum(map(ord, name)), len(name), index]
    return ONE_SHOTS[name](np.random.default_rng(key))


class Bank:
    """One-shots in memory, rendered when first asked for, and recorded ones beside them where there are enough."""

    def __init__(self, variants: int, seed: int, recorded: Mapping[str, Sequence[Audio]] | None = None) -> None:
        self.variants = variants
        self.seed = seed
        self._made: dict[tuple[str, int], Audio] = {}
        self._recorded = {name: shots for name, shots in (recorded or {}).items() if len(shots) >= ENOUGH}

    def get(self, name: str, index: int) -> Audio:
        """Samples of variant `index` modulo the number of variants; not to be written to."""
        key = (name, index % self.variants)
        if key not in self._made:
            self._made[key] = one_shot(name, key[1], self.seed)
        return self._made[key]

    def draw(self, rng: Rng, name: str) -> Audio:
        """Any object of a class, a recorded one in RECORDED of the draws if there are enough; not to be written to."""
        index, chance = int(rng.integers(self.variants)), rng.random()
        shots = self._recorded.get(name)
        return self.get(name, index) if not shots or chance >= RECORDED else shots[index % len(shots)]
