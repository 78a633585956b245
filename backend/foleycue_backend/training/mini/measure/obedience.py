# SPDX-License-Identifier: GPL-3.0-or-later
"""How a take obeys: onsets at the cues, strength in the level, silence before the first cue, a bed along its line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import rankdata

from foleycue_backend.engines.mini.mel import HOP, log_mel
from foleycue_backend.training.mini.judge import attack_times, match, onset_f1
from foleycue_backend.training.mini.measure.orders import Line, five_cues, line_at
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio

AFTER = 0.15
#: A cue's onset counts within this many seconds.
NEAR = 0.05
_WINDOW = 0.25


@dataclass(frozen=True, slots=True)
class Obedience:
    """`f1` and `chance` (the same onsets against another take's cues) 0..1, `errors` in signed seconds.

    `strength` is Spearman's correlation of cue strength and level, `before` the peak before the first cue in dB of
    the peak of the whole. `alike` is how much the strikes sound like one object, see `likeness`.
    """

    f1: float
    chance: float
    errors: npt.NDArray[np.float64]
    strength: float
    before: float
    alike: float


def peak_db(audio: Audio) -> float:
    """Peak in dBFS, at least -120."""
    return float(20 * np.log10(max(float(np.abs(audio).max(initial=0)), 1e-6)))


def level_db(audio: Audio) -> float:
    """RMS in dBFS, at least -120."""
    return float(20 * np.log10(max(float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))), 1e-6)))


def rank_correlation(wanted: npt.ArrayLike, measured: npt.ArrayLike) -> float:
    """Spearman's rank correlation; 0 where either side does not vary."""
    a, b = np.asarray(wanted, float), np.asarray(measured, float)
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def cue_levels(audio: Audio, cues: Line) -> list[float]:
    """Level in dB of the 150 ms after each cue."""
    starts = [round(t * SAMPLE_RATE) for t, _ in cues]
    return [level_db(audio[at : at + round(AFTER * SAMPLE_RATE)]) for at in starts]


def likeness(audio: Audio, cues: Line) -> float:
    """Mean correlation of the strikes' spectra in dB by mel band, 20 to 200 ms after each cue.

    1 for a single strike, 0 where one is silent.
    """
    mel = log_mel(torch.from_numpy(audio), len(audio) // HOP).exp().numpy()
    starts = [round(t * SAMPLE_RATE / HOP) for t, _ in cues]
    spectra = [mel[:, at + 2 : at + 20].mean(1) for at in starts if at + 20 <= mel.shape[1]]
    if len(spectra) < 2:
        return 1.0
    # 40 dB below the strongest band nothing is told apart.
    decibels = np.array([np.log(np.maximum(x, 1e-4 * x.max())) for x in spectra])
    if not np.ptp(decibels, axis=1).all():
        return 0.0
    return float(np.corrcoef(decibels)[np.triu_indices(len(spectra), 1)].mean())


def obedience(audio: Audio, cues: Line, seed: int) -> Obedience:
    """Score a take of at least one cue."""
    found = attack_times(audio, SAMPLE_RATE)
    wanted = [t for t, _ in cues]
    head = audio[: max(1, int((cues[0][0] - 0.02) * SAMPLE_RATE))]
    return Obedience(
        onset_f1(found, wanted, NEAR),
        onset_f1(found, [t for t, _ in five_cues(seed + 5000)], NEAR),
        match(found, wanted, NEAR),
        rank_correlation([s for _, s in cues], cue_levels(audio, cues)),
        peak_db(head) - peak_db(audio),
        likeness(audio, cues),
    )


def line_correlation(audio: Audio, line: Line) -> float:
    """Rank correlation of an intensity line and the level in windows of a quarter of a second."""
    size = round(_WINDOW * SAMPLE_RATE)
    starts = range(0, len(audio) - size + 1, size)
    wanted = line_at(line, [(at + size / 2) / SAMPLE_RATE for at in starts])
    return rank_correlation(wanted, [level_db(audio[at : at + size]) for at in starts])
