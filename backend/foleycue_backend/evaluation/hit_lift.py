# SPDX-License-Identifier: GPL-3.0-or-later
"""The lift of the published hit ratios."""

import numpy as np

from foleycue_backend.evaluation.alignment import Times, hit_ratio
from foleycue_backend.stages.lift import shifts


def hit_lift(times: Times, targets: Times, window: float, length: float) -> float | None:
    """The lift of alignment.hit_ratio; None where there is no ratio."""
    score = hit_ratio(times, targets, window)
    chance = [ratio for moved in shifts(times, length) if (ratio := _hit_ratio(moved, targets, window)) is not None]
    return score - float(np.mean(chance)) if score is not None and chance else None


def _hit_ratio(times: Times, targets: Times, window: float) -> float | None:
    """alignment.hit_ratio for times where rounding at the bound decides nothing, all pairs at once."""
    hits = int((np.abs(times[:, None] - targets[None, :]) < window).any(1).sum()) if len(targets) else 0
    union = len(times) + len(targets) - hits
    return hits / union if union else None
