# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a sheet of cues as pure functions: moved, louder, and what becomes of it under another prediction."""

from collections.abc import Iterable, Mapping
from enum import Enum

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.timing import CUE_RATE, FrameRange, frames_to_samples, samples_to_frames

Sheet = tuple[Cue, ...]

WEAKEST = 0.05
_BY_HAND = (CueSource.USER, CueSource.PERFORMED)


class Exchange(Enum):
    """What becomes of an edited sheet when there is another prediction. Cues made by hand always stay.

    NONE: nothing. REFINE: its predicted cues give way to the new ones, but what the user took out stays out, and
    strengths that the user changed stay. ANEW: all predicted cues give way.
    """

    NONE = 0
    REFINE = 1
    ANEW = 2


def snap(sample: int, range_: FrameRange) -> int:
    """The start of the frame that lies nearest to a sample, inside the range."""
    frame = samples_to_frames(sample, range_.rate, CUE_RATE)
    return frames_to_samples(min(max(frame, 0), range_.frames - 1), range_.rate, CUE_RATE)


def stronger(cue: Cue, delta: float) -> Cue:
    """A cue raised by delta (below 0: lowered), as far as strengths go."""
    return Cue(cue.sample, round(min(max(cue.strength + delta, WEAKEST), 1.0), 3), cue.source)


def shifted(cue: Cue, samples: int, frames_of: FrameRange | None) -> Cue:
    """A cue that the user moved, brought to the nearest frame of a range where one is given."""
    place = cue.sample + samples
    return Cue(place if frames_of is None else snap(place, frames_of), cue.strength, CueSource.USER)


def on_frames(sheet: Sheet, indexes: Iterable[int], range_: FrameRange) -> frozenset[int]:
    """Those of some cues that lie on a frame."""
    return frozenset(k for k in indexes if sheet[k].sample == snap(sheet[k].sample, range_))


def moved_range(sheet: Sheet, samples: int, limit: int) -> Sheet:
    """A sheet counted from another start: what lies inside 0 … limit - 1 then."""
    moved = (Cue(cue.sample + samples, cue.strength, cue.source) for cue in sheet)
    return tuple(cue for cue in moved if 0 <= cue.sample < limit)


def moved_by_frames(cue: Cue, frames: int, range_: FrameRange) -> Cue:
    """A cue on the frame that lies so many frames from its nearest one."""
    frame = samples_to_frames(cue.sample, range_.rate, CUE_RATE) + frames
    frame = min(max(frame, 0), range_.frames - 1)
    return Cue(frames_to_samples(frame, range_.rate, CUE_RATE), cue.strength, CueSource.USER)


def possible_shift(samples: Iterable[int], wanted: int, limit: int) -> int:
    """As much of a shift as leaves all samples inside 0 … limit - 1, so that their rhythm stays."""
    places = list(samples)
    return min(max(wanted, -min(places)), limit - 1 - max(places)) if places else 0


def replaced(sheet: Sheet, changes: Mapping[int, Cue]) -> Sheet:
    """The sheet with the cues at some indexes exchanged; an unchanged one on the very same sample gives way."""
    taken = {cue.sample for cue in changes.values()}
    rest = [cue for k, cue in enumerate(sheet) if k not in changes and cue.sample not in taken]
    return (*rest, *changes.values())


def exchanged(sheet: Sheet, old: Sheet, new: Sheet, removed: frozenset[int]) -> Sheet:
    """A sheet made over the prediction old, brought to the prediction new; removed are samples that stay without.

    Predicted cues whose strength the user changed are kept as they are. Beyond MAX_CUES the weakest new ones go.
    """
    by_hand = {cue.sample: cue for cue in sheet if cue.source in _BY_HAND}
    predicted = {cue.sample: cue for cue in old}
    touched = {cue.sample: cue for cue in sheet if cue.sample not in by_hand and cue != predicted.get(cue.sample)}
    kept = {**touched, **by_hand}
    fresh = [cue for cue in new if cue.sample not in kept and cue.sample not in removed]
    fresh = sorted(fresh, key=lambda cue: -cue.strength)[: max(0, MAX_CUES - len(kept))]
    return tuple(sorted((*kept.values(), *fresh)))


def made_by_hand(sheet: Sheet) -> Sheet:
    """Only what the user set or performed."""
    return tuple(cue for cue in sheet if cue.source in _BY_HAND)
