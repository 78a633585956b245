# SPDX-License-Identifier: GPL-3.0-or-later
"""From onsets to the picture that FoleyCrafter's ControlNet sees: 1 in a column with an onset, -1 in the others.

Published time runs 102.4 columns a second, though a column of the sound lasts 10 ms.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ROWS, COLUMNS, SECONDS = 256, 1024, 10
#: From which probability on a picture is an onset.
THRESHOLD = 0.5


def column_frames(duration: float, frames: int) -> Tensor:
    """The picture of each column (n,) of a clip of `duration` seconds that was seen as `frames` pictures."""
    # Products and quotients in the published order: they are cut to whole numbers.
    columns = COLUMNS / SECONDS * duration
    return torch.tensor([int(column / columns * frames) for column in range(int(columns))], dtype=torch.int64)


def condition_row(probabilities: Tensor, duration: float) -> Tensor:
    """-1 and 1 for each column from the probability of each picture (frames,).

    1024 columns at least, without onsets after the clip; more for a clip of over 10 s.
    """
    heard = torch.where(probabilities < THRESHOLD, -1.0, 1.0)[column_frames(duration, len(probabilities))]
    return F.pad(heard, (0, max(0, COLUMNS - len(heard))), value=-1.0)


def condition_map(row: Tensor, rows: int = ROWS, columns: int | None = None) -> Tensor:
    """The map (1, 1, rows, columns) of a row; `columns` squeezes or stretches it by taking nearest neighbours."""
    whole = row.expand(1, 1, rows, -1)
    return whole if columns is None else F.interpolate(whole, (rows, columns))
