# SPDX-License-Identifier: GPL-3.0-or-later
"""How a system computes a take: what every engine's settings have in common. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self


@dataclass(frozen=True)
class Setting:
    """`solver` names one of parts.schedule with its `solver_options`; `steps` where the user names none.

    `half` lets the networks compute in bfloat16 or float16 where the device is quicker in it. `least_frames` latent
    frames are made at least, however short the range is. `int16` rounds samples as the published systems do.
    """

    solver: str
    steps: int
    solver_options: Mapping[str, object] = field(default_factory=dict)
    half: bool = True
    least_frames: int = 64
    int16: bool = False

    @property
    def ancestral(self) -> bool:
        """Whether the solver draws noise in each step."""
        return self.solver == "ddpm"

    def with_steps(self, steps: int | None) -> Self:
        """The same with the steps that a user names, if any."""
        return self if steps is None else replace(self, steps=steps)
