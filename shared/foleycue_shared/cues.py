# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues: the moments at which something on screen makes a sound."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import CUE_RATE, seconds_to_samples

MAX_CUES = 5_000


class CueSource(StrEnum):
    """Who said that there is a cue."""

    PICTURE = "picture"
    GUIDE = "guide"
    USER = "user"
    PERFORMED = "performed"


class Cue(msgspec.Struct, frozen=True, order=True):
    """One sounding moment: samples at CUE_RATE from the range's start, and strength 0 … 1."""

    sample: int
    strength: float = 1.0
    source: CueSource = CueSource.USER

    @property
    def seconds(self) -> float:
        """Position for display, in seconds from the range's start."""
        return self.sample / CUE_RATE


class _CueEntry(msgspec.Struct):
    time: float
    strength: float = 1.0
    source: CueSource = CueSource.USER


def parse_cue_sheet(text: str | bytes, limit_samples: int) -> tuple[Cue, ...]:
    """Read a JSON list of {"time": seconds, "strength": 0..1}, sorted by time.

    limit_samples is the range's length at CUE_RATE. Raises BAD_CUES with a sentence.
    """
    try:
        entries = msgspec.json.decode(text, type=list[_CueEntry])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _bad(f'The cue sheet is not a JSON list of {{"time": seconds, "strength": 0 to 1}} ({error}).') from error
    if len(entries) > MAX_CUES:
        raise _bad(f"The cue sheet has {len(entries)} cues; {MAX_CUES} are the most for one range.")
    cues = []
    for number, entry in enumerate(entries, 1):
        if not 0 <= entry.strength <= 1:
            raise _bad(f"Cue {number} has the strength {entry.strength:g}; it must lie between 0 and 1.")
        if not 0 <= entry.time < limit_samples / CUE_RATE:
            raise _bad(f"Cue {number} lies at {entry.time:g} s, outside the range of {limit_samples / CUE_RATE:.3f} s.")
        # A time within half a sample of the end must not round onto the first sample after the range.
        sample = min(seconds_to_samples(entry.time, CUE_RATE), limit_samples - 1)
        cues.append(Cue(sample, entry.strength, entry.source))
    return tuple(sorted(cues))


def cue_entries(cues: Iterable[Cue]) -> list[dict[str, object]]:
    """Cues as the command line's JSON writes them."""
    return [
        {"time": round(cue.seconds, 6), "strength": round(cue.strength, 4), "source": cue.source.value} for cue in cues
    ]


def match_cues(cues: Sequence[int], onsets: Sequence[int], tolerance: int) -> list[tuple[int, int]]:
    """Pair cues with onsets one to one: as many pairs within tolerance as can be, and of those the closest.

    Positions are integers of one unit, both sorted. Returns index pairs (cue, onset) in order. Dynamic programme over
    both sorted lists, since an optimal pairing of points on a line never crosses.
    """
    n, m = len(cues), len(onsets)
    best = [[(0, 0)] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            options = [best[i + 1][j], best[i][j + 1]]
            gap = abs(cues[i] - onsets[j])
            if gap <= tolerance:
                pairs, cost = best[i + 1][j + 1]
                options.append((pairs + 1, cost - gap))
            best[i][j] = max(options)
    pairs = []
    i = j = 0
    while i < n and j < m:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _bad(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_CUES, sentence)
