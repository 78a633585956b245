# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from the picture: where movement stops hard, or turns back at speed.

The measure is the camera-compensated frame difference in the tenth of the picture that moves most, smoothed 1-2-1. A
cue starts as one of its prominent peaks after which the movement falls suddenly, and is then moved to the largest
one-frame drop within 150 ms: speed peaks before contact, contact is where it ends. Bounces are added, and replace what
lies beside them where the shot's thing bounces. The rules were measured on real and rendered pictures (docs/cues.md).
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks, peak_prominences

from foleycue_backend.stages.bounces import find_bounces
from foleycue_backend.stages.motion import Motion
from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.timing import CUE_RATE, FrameRange

#: Values a second of a strength curve that does not follow the picture's own rate.
CURVE_RATE = 50

_GAP = 0.100
_IMPACT = 0.150
#: So many cues beside bounces, and half of a shot's, mean that the shot's thing bounces.
_BOUNCING = 3
_PROMINENCE = 0.6
#: A peak counts for no more than so many times what the movement then loses within so many seconds.
_FALLS, _FALL = 3, 0.070
#: Share of a shot's hard falls that the movement must lose after a peak at sensitivity 0.5.
_HARD, _HARDEST = 0.5, 0.9
#: Shares of all movement in the moving tenth that mean "no discrete event" and "surely one".
_SPREAD_OUT, _LOCAL = 0.25, 0.75
#: Grey levels below which a spread is noise, and the share of the whole range's spread below which a shot is still.
_LEAST_SPREAD, _STILL = 1.0, 0.15
_CUT_REACH = 2


@dataclass(frozen=True)
class Prediction:
    """Cues of a range with the curve behind them (0 … 1, rate values a second), and 0 … 1: are there events at all?"""

    cues: tuple[Cue, ...]
    curve: NDArray[np.float32]
    confidence: float
    rate: Fraction = Fraction(CURVE_RATE)


def predict(motion: Motion, span: FrameRange, sensitivity: float) -> Prediction:
    """Cues of a range from its motion; sensitivity 0 (few) … 1 (many), 0.5 the measured rule."""
    factor = 4 ** (1 - 2 * sensitivity)
    shots = [clean(motion, rows) for rows in _rows_of_pieces(motion)]
    whole = _spread(np.concatenate([shot.smooth for shot in shots])) if shots else 0.0
    found: list[tuple[float, float]] = []
    sureness: list[tuple[float, int]] = []
    for shot in shots:
        spread = _spread(shot.smooth)
        moving = spread >= max(_LEAST_SPREAD, _STILL * whole)
        sureness.append((_sureness(shot, spread) if moving else 0.0, len(shot.smooth)))
        if moving:
            found += pick(shot, spread, factor)
    weight = sum(length for _, length in sureness)
    confidence = sum(value * length for value, length in sureness) / weight if weight else 0.0
    rate = _curve_rate(shots, span)
    return Prediction(_cues(found, span), _curve(shots, span, rate), round(confidence, 4), rate)


@dataclass(frozen=True)
class CleanShot:
    """A shot's seconds, its motion without cuts and repeated frames, the same smoothed, and how local it is.

    fresh are the rows that are neither; velocity and coherence are those of Motion.
    """

    seconds: NDArray[np.float64]
    motion: NDArray[np.float64]
    smooth: NDArray[np.float64]
    local: NDArray[np.float64]
    fresh: NDArray[np.intp]
    velocity: NDArray[np.float64]
    coherence: NDArray[np.float64]


def clean(motion: Motion, rows: slice) -> CleanShot:
    """A piece's motion with cuts clamped (2 frames either side), repeated frames bridged, and a flat start."""
    values = motion.residual[rows].astype(np.float64)
    if len(values) > 2:
        values[:2] = values[2]
    spoilt = np.zeros(len(values), bool)
    repeated = find_repeats(motion.difference[rows])
    for cut in find_cuts(motion.jump[rows], motion.span[rows], repeated):
        spoilt[max(0, cut - _CUT_REACH) : cut + _CUT_REACH + 1] = True
    spoilt |= repeated
    fresh = np.flatnonzero(~spoilt)
    if len(fresh):
        values = np.interp(np.arange(len(values)), fresh, values[fresh])
    padded = np.pad(values, 1, mode="edge")
    smooth = (padded[:-2] + 2 * values + padded[2:]) / 4
    others = (getattr(motion, name)[rows].astype(np.float64) for name in ("velocity", "coherence"))
    return CleanShot(motion.seconds[rows], values, smooth, motion.local[rows].astype(np.float64), fresh, *others)


def find_cuts(jump: NDArray[np.float32], span: NDArray[np.float32], repeated: NDArray[np.bool_]) -> list[int]:
    """Frames that start a new shot inside one file: one lonely large jump, after which the picture stays different.

    Repeated frames do not count as the calm around a jump.
    """
    fresh = np.flatnonzero(~repeated)
    cuts = []
    for before, k, after in zip(fresh[1:], fresh[2:], fresh[3:], strict=False):
        around = max(float(jump[before]), float(jump[after]))
        if jump[k] > 12 and span[k] > 0.7 * jump[k] and around < 0.35 * jump[k]:
            cuts.append(int(k))
    return cuts


def find_repeats(difference: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Frames that only repeat the one before amid movement, as a raised frame rate makes them."""
    repeated = np.zeros(len(difference), bool)
    inner = np.minimum(difference[:-2], difference[2:]) if len(difference) > 2 else np.zeros(0, np.float32)
    repeated[1:-1] = (inner > 0.5) & (difference[1:-1] < 0.1 * inner)
    return repeated


def pick(shot: CleanShot, spread: float, factor: float) -> list[tuple[float, float]]:
    """(seconds, height) of each cue: prominent peaks before a fall, moved to the impact after them, and bounces."""
    peaks, heights = _peaks(shot, spread, factor)
    found: dict[float, float] = {}
    for k in _apart(shot.seconds[peaks], heights):
        time = _impact(shot, int(peaks[k]))
        found[time] = max(found.get(time, 0.0), float(heights[k]))
    bounces = _bounces(shot, factor)
    turns = sorted(bounces)
    single = {time: height for time, height in found.items() if _nearest(time, turns) > _IMPACT}
    if len(found) - len(single) >= max(_BOUNCING, len(found) / 2):
        # What bounces touches where it turns, not where its movement falls later.
        found = single
    falls = sorted(found)
    return sorted((found | {t: height for t, height in bounces.items() if _nearest(t, falls) > _IMPACT}).items())


def _apart(seconds: NDArray[np.float64], heights: NDArray[np.float64]) -> list[int]:
    """The highest first, each _GAP or more from those before it."""
    kept: list[int] = []
    taken: list[float] = []
    for k in np.argsort(-heights, kind="stable").tolist():
        if _nearest(float(seconds[k]), taken) >= _GAP:
            kept.append(k)
            insort(taken, float(seconds[k]))
    return kept


def _nearest(time: float, others: Sequence[float]) -> float:
    """How far the nearest of others lies, which are in order; infinitely far where there is none."""
    at = bisect_left(others, time)
    return min((abs(time - other) for other in others[max(0, at - 1) : at + 1]), default=inf)


def _bounces(shot: CleanShot, factor: float) -> dict[float, float]:
    """Bounces by their seconds: as high as the movement there stands above the shot's rest."""
    fresh = shot.fresh
    rows, times, changes = find_bounces(shot.seconds[fresh], shot.velocity[fresh], shot.coherence[fresh], factor)
    heights = np.maximum(_LEAST_SPREAD, shot.smooth[fresh[rows]] - np.percentile(shot.smooth, 5))
    return {float(times[k]): float(heights[k]) for k in _apart(times, changes)}


def _peaks(shot: CleanShot, spread: float, factor: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Peaks that stand out and end suddenly: their prominence, or _FALLS times the fall after them where it is less.

    What is lifted or sways slows down by and by; what strikes stops at once, about as hard as the shot's other strikes.
    factor above 1 asks for more of both, below 1 for less.
    """
    least = factor * _PROMINENCE * spread
    peaks, _ = find_peaks(shot.smooth, prominence=least)
    if not len(peaks):
        return peaks, np.zeros(0)
    falls = np.array([_fall(shot, int(peak)) for peak in peaks])
    heights = np.minimum(peak_prominences(shot.smooth, peaks)[0], _FALLS * falls)
    sudden = heights >= least
    hard = float(np.percentile(falls[sudden], 90)) if sudden.any() else 0.0
    sudden &= falls >= min(_HARDEST, factor * _HARD) * hard
    return peaks[sudden], heights[sudden]


def _fall(shot: CleanShot, peak: int) -> float:
    """The most that the motion loses within _FALL seconds, from any frame within _IMPACT seconds of a peak on."""
    last = _end_of_impact(shot, peak)
    until = np.searchsorted(shot.seconds, shot.seconds[peak:last] + _FALL + 1e-3, side="right")
    falls = [
        shot.motion[k] - shot.motion[k + 1 : max(k + 2, end)].min()
        for k, end in zip(range(peak, last - 1), until, strict=False)
    ]
    return float(max(falls, default=0.0))


def _end_of_impact(shot: CleanShot, peak: int) -> int:
    return int(np.searchsorted(shot.seconds, shot.seconds[peak] + _IMPACT, side="right"))


def _impact(shot: CleanShot, peak: int) -> float:
    """When the motion drops most from one frame to the next, from a peak on."""
    last = _end_of_impact(shot, peak)
    drops = shot.motion[peak : last - 1] - shot.motion[peak + 1 : last]
    # A difference belongs to two frames, its change to the one between them.
    return float(shot.seconds[peak + int(np.argmax(drops))]) if len(drops) else float(shot.seconds[peak])


def _rows_of_pieces(motion: Motion) -> list[slice]:
    edges = np.flatnonzero(np.diff(motion.piece)) + 1
    bounds = [0, *edges.tolist(), len(motion.piece)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]


def _spread(values: NDArray[np.float64]) -> float:
    return float(np.percentile(values, 95) - np.percentile(values, 5)) if len(values) else 0.0


def _sureness(shot: CleanShot, spread: float) -> float:
    """How much of the picture's movement lies in few places when cues occur: 0 where it is spread out or there is none.

    Of a score of measures the one that told real clips with separate events best from those without, though far from
    surely (docs/cues.md).
    """
    peaks, _ = _peaks(shot, spread, 1.0)
    if not len(peaks):
        return 0.0
    return float(np.clip((np.median(shot.local[peaks]) - _SPREAD_OUT) / (_LOCAL - _SPREAD_OUT), 0, 1))


def _cues(found: list[tuple[float, float]], span: FrameRange) -> tuple[Cue, ...]:
    """The strongest MAX_CUES, each once, in order; the strong tenth has strength 1."""
    if not found:
        return ()
    top = float(np.percentile([height for _, height in found], 90))
    last = span.samples(CUE_RATE) - 1
    best: dict[int, float] = {}
    for seconds, height in sorted(found, key=lambda item: -item[1])[:MAX_CUES]:
        sample = min(max(0, round(seconds * CUE_RATE)), last)
        best[sample] = max(best.get(sample, 0.0), min(1.0, (height / top) ** 0.5))
    return tuple(Cue(sample, round(strength, 4), CueSource.PICTURE) for sample, strength in sorted(best.items()))


def _curve_rate(shots: list[CleanShot], span: FrameRange) -> Fraction:
    """The range's frame rate, or the multiple of it that loses none of the fastest medium's pictures."""
    steps = [float(np.median(np.diff(shot.seconds))) for shot in shots if len(shot.seconds) > 1]
    fastest = 1 / max(min(steps), 1e-3) if steps else 0.0
    return span.rate * max(1, ceil(fastest / float(span.rate) - 0.05))


def _curve(shots: list[CleanShot], span: FrameRange, rate: Fraction) -> NDArray[np.float32]:
    """The smoothed motion of all shots on one even grid, its strong hundredth at 1; gaps have 0."""
    count = max(1, int(span.seconds * rate))
    step = float(1 / rate)
    grid = np.arange(count) * step
    curve = np.zeros(count)
    for shot in shots:
        inside = (grid >= shot.seconds[0] - 0.5 * step) & (grid <= shot.seconds[-1] + 1.5 * step)
        curve[inside] = np.interp(grid[inside], shot.seconds, shot.smooth)
    top = float(np.percentile(curve, 99))
    return np.clip(curve / max(top, _LEAST_SPREAD), 0, 1).astype(np.float32)
