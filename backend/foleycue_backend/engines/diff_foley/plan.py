# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the windows of a range lie, and which pictures each of them is shown.

The networks know one size, 64 latent frames (8.192 s) with 32 pictures (8 s), so every window has it. Where pictures
are missing the range begins again, as the training did with short clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS
from foleycue_backend.engines.diff_foley.settings import GRID, DiffFoleySetting
from foleycue_backend.engines.diff_foley.windows import PICTURES_PER_SECOND, PUBLISHED_SAMPLES
from foleycue_backend.engines.studio.grid import Span


def spans_of(samples: int, shots: Sequence[int], setting: DiffFoleySetting) -> list[Span]:
    """Windows that cover `samples` at 16 kHz: overlapping ones, cut at `shots` where possible, or end to end.

    End to end is as published, only that the range is covered to its end: what the published windows leave over has no
    sound there.
    """
    whole = GRID.whole
    if setting.end_to_end:
        return [Span(number * whole, (number + 1) * whole) for number in range(-(-samples // PUBLISHED_SAMPLES))]
    frames = -(-samples // GRID.frame_samples)
    # A window that would reach over the end begins earlier instead, where there is something to see.
    lows = {max(0, min(span.low, frames - whole)) for span in GRID.spans(samples, shots, whole)}
    return [Span(low, low + whole) for low in sorted(lows)]


def rows_of(span: Span, setting: DiffFoleySetting, time: int) -> NDArray[np.intp]:
    """Which of a range's `time` features a window is shown, 32 of them.

    The first one is that of the picture before the window's start, as in training; end to end each window takes the
    next 32, so that sound and picture drift apart by 0.176 s a window.
    """
    if setting.end_to_end:
        first = span.low // GRID.whole * WINDOW_ROWS
    else:
        first = span.low * GRID.frame_samples * PICTURES_PER_SECOND // GRID.sample_rate
    return (first + np.arange(WINDOW_ROWS)) % time
