# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of a clip as published: 32 pictures each, none overlapping, what is left over at the end not heard.

A window is 8 s of film, but its 512 columns give 511 · 256 samples, 8.176 s: joined end to end, window k comes
0.176 k s too late. Cut to `WINDOW_SAMPLES`, each sound starts with its window.
"""

from __future__ import annotations

from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS
from foleycue_backend.engines.diff_foley.spectrogram import HOP, SAMPLE_RATE

PICTURES_PER_SECOND = 4
#: Columns of one window's spectrogram.
COLUMNS = 512
#: What the published inversion makes of them.
PUBLISHED_SAMPLES = (COLUMNS - 1) * HOP
#: Samples of a window's film.
WINDOW_SAMPLES = WINDOW_ROWS * SAMPLE_RATE // PICTURES_PER_SECOND


def windows(pictures: int) -> list[slice]:
    """The rows of each window; none for a clip shorter than one."""
    return [slice(start, start + WINDOW_ROWS) for start in range(0, pictures - WINDOW_ROWS + 1, WINDOW_ROWS)]


def published_delay(window: int) -> int:
    """Samples at 16 kHz by which the published joining is late at a window, counted from 0."""
    return window * (PUBLISHED_SAMPLES - WINDOW_SAMPLES)
