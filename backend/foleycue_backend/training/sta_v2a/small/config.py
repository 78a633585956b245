# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that decides what the small model becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

#: Phases in their order, with the steps of each. The same steps and seed give the same weights.
STEPS = {"vae": 480, "vocoder": 450, "pictures": 420, "prior": 500, "control": 300, "steered": 300}


@dataclass(frozen=True, slots=True)
class SmallConfig:
    """`steps` by phase, where they are not STEPS; `steered` is the share of steered clips in the last phase."""

    steps: dict[str, int] = field(default_factory=dict)
    seed: int = 0
    steered: float = 0.5
    clips: int = 480
    held_out: int = 24

    def to_dict(self) -> dict[str, object]:
        """Plain values, for the folder's own record."""
        return asdict(self)
