# SPDX-License-Identifier: GPL-3.0-or-later
"""The row of a range's condition map: 1 in the columns that sound, -1 in the others, as detector or cue sheet say.

The map knows no strength, since the published one has two values only: a cue of any strength is an onset.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median

import torch
from torch import Tensor

from foleycue_backend.engines.foleycrafter.condition_map import COLUMNS, SECONDS, condition_row
from foleycue_backend.engines.foleycrafter.onsets import Onsets, Run
from foleycue_shared.cues import Cue
from foleycue_shared.timing import CUE_RATE

#: Columns a second: what a column of the sound lasts, and how fast the published map runs.
TRUE_SCALE, PUBLISHED_SCALE = Fraction(100), Fraction(COLUMNS, SECONDS)
#: A cue this near to the place of a detected run is that run, unedited: half a column, in samples at CUE_RATE.
_SAME_PLACE = CUE_RATE // 200
#: Longest onset that a cue of the user's own gets, in seconds, however long the detected ones are.
_LONGEST = Fraction(1, 2)


def detected_row(onsets: Onsets, columns: int) -> Tensor:
    """The detector's own map (columns,) in true time; nothing sounds after its last picture."""
    ratio = onsets.rate / TRUE_SCALE
    pictures = torch.arange(columns) * ratio.numerator // ratio.denominator
    heard = torch.from_numpy(onsets.logits >= 0)
    inside = pictures < len(heard)
    return torch.where(inside & heard[pictures.clamp_max(len(heard) - 1)], 1.0, -1.0)


def published_row(onsets: Onsets, seconds: float) -> Tensor:
    """The map of a clip of so many seconds in the published time, 1024 columns or more."""
    return condition_row(torch.from_numpy(onsets.probabilities), seconds)


def obedient_row(row: Tensor, onsets: Onsets, cues: Sequence[Cue], scale: Fraction, samples: int) -> Tensor:
    """The detector's `row` as a cue sheet wants it; an unedited sheet gives back the same values.

    `scale` is that of the row, `samples` the range's length at CUE_RATE.

    A detected run that no cue stands for falls silent. A cue that stands for none gets an onset of its own, as long
    as the usual run of this range (a picture where there is none), that begins half a picture before it, since a
    picture is an onset if one begins somewhere in it. Onsets of two such cues never touch. An empty sheet is silence.
    """
    runs = {onsets.sample_of(run, samples): run for run in onsets.runs()}
    placed = [(cue.sample, _run_at(runs, cue.sample)) for cue in sorted(cues)]
    obeyed = torch.full_like(row, -1.0)
    for _, run in placed:
        if run is not None:
            columns = _columns_of(run, onsets.rate, scale)
            obeyed[columns] = row[columns]
    for start, stop in _new_onsets([sample for sample, run in placed if run is None], onsets, scale, len(row)):
        obeyed[start:stop] = 1.0
    return obeyed


def _run_at(runs: dict[int, Run], sample: int) -> Run | None:
    """The run whose cue this is."""
    return next((run for place, run in runs.items() if abs(place - sample) <= _SAME_PLACE), None)


def _columns_of(run: Run, rate: Fraction, scale: Fraction) -> slice:
    """Columns whose picture lies in the run, one more at the ends where rounding may have put one."""
    return slice(max(0, int(run.first * scale / rate)), -int(-run.stop * scale // rate) + 1)


def _new_onsets(samples: Sequence[int], onsets: Onsets, scale: Fraction, columns: int) -> list[tuple[int, int]]:
    """First and next column of each user's own cue; a silent latent column (8) stays before the next one."""
    lead = scale / onsets.rate / 2
    starts = [max(0, int(sample * scale / CUE_RATE - lead)) for sample in samples]
    width = _width(onsets, scale)
    following = pairwise([*starts, columns + 8])
    return [(start, max(start + 1, min(start + width, after - 8))) for start, after in following]


def _width(onsets: Onsets, scale: Fraction) -> int:
    """Columns of an onset that was not detected."""
    pictures = median([run.stop - run.first for run in onsets.runs()] or [1])
    return round(min(Fraction(pictures) / onsets.rate, _LONGEST) * scale)
