# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues: the moments at which something on screen makes a sound."""

from bisect import bisect_left, bisect_right
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
    cues: list[Cue] = []
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

    Positions are integers of one unit, both sorted. Returns index pairs (cue, onset) in order. Dynamic programme from
    the end, since an optimal pairing of points on a line never crosses; a row holds only the onsets near its cue, so
    that time and memory grow with the range and not with its square.
    """
    first = [bisect_left(onsets, cue - tolerance) for cue in cues]
    rows: list[list[tuple[int, int]]] = [[] for _ in cues]

    def best(i: int, j: int) -> tuple[int, int]:
        return rows[i][max(j, first[i]) - first[i]] if i < len(cues) else (0, 0)

    def paired(i: int, j: int) -> tuple[int, int]:
        count, closeness = best(i + 1, j + 1)
        return count + 1, closeness - abs(cues[i] - onsets[j])

    for i in range(len(cues) - 1, -1, -1):
        last = bisect_right(onsets, cues[i] + tolerance)
        row = [best(i + 1, last)]
        for j in range(last - 1, first[i] - 1, -1):
            row.append(max(row[-1], best(i + 1, j), paired(i, j)))
        rows[i] = row[::-1]
    pairs: list[tuple[int, int]] = []
    j = 0
    for i in range(len(cues)):
        last = first[i] + len(rows[i]) - 1
        j = max(j, first[i])
        while j < last and best(i, j) == best(i, j + 1):
            j += 1
        if j < last and best(i, j) != best(i + 1, j):
            pairs.append((i, j))
            j += 1
    return pairs


def _bad(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_CUES, sentence)
