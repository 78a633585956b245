# SPDX-License-Identifier: GPL-3.0-or-later
"""The timestamp detector's word on a range: runs of pictures that sound, and the cues that an editor sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.picture_cues import Prediction
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE

#: How far the lowest and the highest sensitivity move the logit from which a picture is shown as an onset.
_SWAY = 2.0


@dataclass(frozen=True)
class Run:
    """Pictures first … stop - 1 that sound without a break, and the highest of their probabilities."""

    first: int
    stop: int
    peak: float


@dataclass(frozen=True)
class Onsets:
    """Logits (pictures,) of a range that was looked at `rate` times a second, from its start on."""

    logits: NDArray[np.float32]
    rate: Fraction

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """0 … 1 for each picture."""
        return (1 / (1 + np.exp(-self.logits.astype(np.float64)))).astype(np.float32)

    def runs(self, least: float = 0.0) -> list[Run]:
        """Where the logit is `least` or above; 0 is the published decision."""
        heard = np.concatenate([[False], self.logits >= least, [False]])
        edges = np.flatnonzero(heard[1:] != heard[:-1])
        pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        return [Run(first, stop, float(self.probabilities[first:stop].max())) for first, stop in pairs]

    def sample_of(self, run: Run, samples: int) -> int:
        """Where a run's cue lies in a range of `samples`, at CUE_RATE: in the middle of its first picture.

        It begins somewhere in that picture, which the range's end may cut.
        """
        return min(int((2 * run.first + 1) * CUE_RATE / (2 * self.rate)), samples - 1)

    def foreseen(self, samples: int, sensitivity: float) -> Prediction:
        """What sounds unasked, as cues with the probability as curve; `samples` at CUE_RATE is the range's length.

        At sensitivity 0.5 the cues are the detector's own decisions, and a sheet of them leaves its map as it is.
        """
        runs = self.runs(_SWAY * (1 - 2 * sensitivity))
        cues = (Cue(self.sample_of(run, samples), round(run.peak, 4), CueSource.PICTURE) for run in runs)
        surest = round(float(self.probabilities.max()), 4)
        return Prediction(tuple(cues), self.probabilities, surest, self.rate)
