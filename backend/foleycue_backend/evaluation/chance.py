# SPDX-License-Identifier: GPL-3.0-or-later
"""Chance rows: what onsets score that know nothing of the clip, and what the true sound itself scores.

A system must beat them on the same clips; without them the published metrics say little, since dense onsets score
high by themselves.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from foleycue_backend.evaluation.alignment import Times
from foleycue_backend.evaluation.clip_scores import ClipScore, ClipTruth, OnsetLists, score_clip
from foleycue_backend.evaluation.sounds import Sound

#: Draws of each random row for each clip, and the most other clips that stand in for one: time must not grow with the
#: square of the set.
DRAWS = 25
#: Least distance of two onsets in the row @poisson, seconds.
GAP = 0.05
_CLICK_RATE = 16_000
#: Another clip's sound must be at least this share of the clip's length to stand in for it.
_LEAST_LENGTH = 0.95

ROWS = {
    "@random": f"as many onsets as the truth has, anywhere ({DRAWS} draws a clip)",
    "@poisson": f"the same, at least {1000 * GAP:g} ms apart",
    "@grid": "the same, evenly spaced",
    "@other": f"the true sound of other clips that are long enough (all, or {DRAWS} of them a clip)",
    "@clicks": "clicks where the truth has events: what the detectors make of perfect timing",
    "@truth": "the true sound itself: the most that can be reached",
}

Draw = Callable[[int, float], Times]


def score_chance(row: str, name: str, truths: Mapping[str, ClipTruth], draws: int = DRAWS) -> ClipScore | None:
    """One row's figures for one clip, None where nothing can stand in for it."""
    truth = truths[name]
    if row == "@truth":
        return score_clip(truth.onsets, truth)
    if row == "@clicks":
        return score_clip(OnsetLists.of(click_track(truth.onsets.events, truth.length)), truth)
    if row == "@grid":
        return score_clip(_drawn(grid, truth), truth)
    rng = np.random.default_rng(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
    if row == "@other":
        long_enough = [k for k, other in truths.items() if k != name and other.length >= _LEAST_LENGTH * truth.length]
        donors = long_enough if len(long_enough) <= draws else rng.choice(long_enough, draws, replace=False).tolist()
        scores = [score_clip(truths[donor].onsets.until(truth.length), truth) for donor in donors]
        return average(scores) if scores else None
    draw: Draw = (
        (lambda n, length: uniform(rng, n, length, 0))
        if row == "@random"
        else (lambda n, length: uniform(rng, n, length, GAP))
    )
    return average([score_clip(_drawn(draw, truth), truth) for _ in range(draws)])


def grid(count: int, length: float) -> Times:
    """Evenly spaced seconds, half a step from either end."""
    return (np.arange(count) + 0.5) * length / max(1, count)


def click_track(times: Times, length: float) -> Sound:
    """A burst of noise that dies away within 30 ms at each of `times`, seconds, over silence."""
    wave = np.zeros(round(length * _CLICK_RATE), np.float32)
    count = round(0.03 * _CLICK_RATE)
    burst = np.random.default_rng(0).standard_normal(count) * np.exp(-np.arange(count) / (0.005 * _CLICK_RATE))
    for start in np.round(times * _CLICK_RATE).astype(int).tolist():
        wave[start : start + count] += 0.3 * burst[: max(0, len(wave) - start)]
    return Sound(wave, _CLICK_RATE)


def uniform(rng: np.random.Generator, count: int, length: float, gap: float) -> Times:
    """Sorted seconds, uniform among all placings whose neighbours lie at least `gap` apart."""
    free = max(length - gap * count, 0.0)
    return np.sort(rng.uniform(0, free, count)) + gap * np.arange(count)


def average(scores: Sequence[ClipScore]) -> ClipScore:
    """The mean of several draws for one clip; errors are pooled, counts are means."""
    first = scores[0]
    return ClipScore(
        {key: _mean([score.values[key] for score in scores]) for key in first.values},
        {key: np.concatenate([score.errors[key] for score in scores]) for key in first.errors},
        {key: float(np.mean([score.generated[key] for score in scores])) for key in first.generated},
        first.truth,
    )


def _drawn(draw: Draw, truth: ClipTruth) -> OnsetLists:
    lists = (truth.onsets.published, truth.onsets.events, truth.onsets.salient)
    return OnsetLists(*(draw(len(times), truth.length) for times in lists))


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None
