# SPDX-License-Identifier: GPL-3.0-or-later
"""Last phase: the control phase once more from its start, with a share of steered clips (ours, not the paper's)."""

from __future__ import annotations

from foleycue_backend.training.sta_v2a.small import phase_control
from foleycue_backend.training.sta_v2a.small.build import SmallRun


def run(small: SmallRun) -> None:
    """Train and save the whole model."""
    phase_control.run(small, small.cfg.steered, "steered", "steered")
