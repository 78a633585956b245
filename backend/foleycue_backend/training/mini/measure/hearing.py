# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over a maker's takes: each is made once, heard by every judge, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.measure.class_judge import ClassJudge, hear
from foleycue_backend.training.mini.measure.crepe import Crepe, embed
from foleycue_backend.training.mini.measure.makers import Maker
from foleycue_backend.training.mini.measure.obedience import Obedience, line_correlation, obedience, peak_db
from foleycue_backend.training.mini.measure.orders import Order


@dataclass(frozen=True, slots=True)
class Heard:
    """What the judges say of one take.

    `obeyed` for an order with cues, `along` (rank correlation with its line) for one with a line; `said` is the class
    judge's answer, `vector` its embedding, `foreign` CREPE's (None without the package); `peak` in dBFS.
    """

    order: Order
    obeyed: Obedience | None
    along: float | None
    said: str
    vector: npt.NDArray[np.float32]
    foreign: npt.NDArray[np.float32] | None
    peak: float

    @property
    def right(self) -> bool:
        """Whether the class judge hears what was ordered."""
        return self.said == self.order.name


@dataclass(frozen=True, slots=True)
class Judges:
    """Who listens."""

    classes: ClassJudge
    foreign: Crepe | None

    def hear(self, maker: Maker, order: Order) -> Heard:
        """Have one take made and judge it."""
        audio = maker(order)
        said, vector = hear(self.classes, audio)
        return Heard(
            order,
            obedience(audio, order.cues, order.seed) if order.cues else None,
            line_correlation(audio, order.line) if order.line else None,
            said,
            vector,
            None if self.foreign is None else embed(self.foreign, audio),
            peak_db(audio),
        )

    def hear_all(self, maker: Maker, orders: Sequence[Order], log: Log) -> list[Heard]:
        """Every take of a maker, in order."""
        heard = []
        for number, order in enumerate(orders, 1):
            heard.append(self.hear(maker, order))
            if number % 50 == 0:
                log(f"  {number} of {len(orders)} takes")
        return heard
