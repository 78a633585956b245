# SPDX-License-Identifier: GPL-3.0-or-later
"""How a take answers its cues: each cue with the onset that was heard for it, or without one."""

from collections.abc import Mapping
from functools import lru_cache

from foleycue_shared.cues import match_cues
from foleycue_shared.messages import Take
from foleycue_shared.timing import CUE_RATE

#: A cue without an onset this near counts as missed; samples at CUE_RATE (50 ms).
MISS_SAMPLES = CUE_RATE // 20
#: A cue whose onset lies further off than this counts as moved (20 ms).
MOVED_SAMPLES = CUE_RATE // 50

#: By a cue's sample: how many samples later (below 0: earlier) its onset was heard, None where it was missed.
Answers = Mapping[int, int | None]


@lru_cache(maxsize=64)
def answers_of(take: Take) -> Answers:
    """The answers to the cues that a take was made for. Slow with thousands of them: first asked in a worker thread."""
    samples, onsets = sorted(cue.sample for cue in take.cues), sorted(take.onsets)
    heard = dict(match_cues(samples, onsets, MISS_SAMPLES))
    return {sample: onsets[heard[k]] - sample if k in heard else None for k, sample in enumerate(samples)}


def missed(distance: int | None) -> bool:
    """Whether an answer is none."""
    return distance is None


def moved(distance: int | None) -> bool:
    """Whether an answer comes noticeably early or late."""
    return distance is not None and abs(distance) > MOVED_SAMPLES


def amiss(answers: Answers) -> frozenset[int]:
    """The cues (by their samples) that were missed or moved."""
    return frozenset(sample for sample, distance in answers.items() if missed(distance) or moved(distance))
