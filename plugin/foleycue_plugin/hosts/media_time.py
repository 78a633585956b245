# SPDX-License-Identifier: GPL-3.0-or-later
"""From where a timeline counts the time of its media: editors disagree."""

from enum import Enum
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.media import probe
from foleycue_plugin.references import fill_available_ranges, media_file
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.timeline.times import seconds, usable_available_range
from foleycue_shared.timing import exact_rate


class MediaTime(Enum):
    """What the number 0 means in a source range."""

    AS_IS = "as the timeline has it"
    FIRST_FRAME = "the file's first frame"  # Kdenlive
    TIMECODE = "midnight of the file's own timecode"  # Resolve, Premiere, Avid, Final Cut


def count_media_from(timeline: otio.schema.Timeline, wanted: MediaTime, base: Path) -> None:
    """Rewrite source ranges, available ranges and markers in place; what is shown stays the same.

    Clips whose file is not at hand keep their own way.
    """
    if wanted is MediaTime.AS_IS:
        return
    fill_available_ranges(timeline, base)
    for clip in timeline.find_clips():
        if usable_available_range(clip) is None or clip.source_range is None:
            continue
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference) and reference.available_range is not None:
                _shift(clip, reference, wanted, base)


def _shift(clip: otio.schema.Clip, reference: otio.schema.ExternalReference, wanted: MediaTime, base: Path) -> None:
    available, shown = reference.available_range, clip.source_range
    origin = _origin(reference.target_url, wanted, base, shown.start_time.rate)
    if origin is None:
        return
    first = seconds(available.start_time) * exact_rate(shown.start_time.rate)
    if first.denominator != 1 or first == origin.value:
        return
    reference.available_range = otio.opentime.TimeRange(origin, available.duration)
    if clip.media_reference is not reference:
        return
    move = origin - otio.opentime.RationalTime(int(first), origin.rate)
    clip.source_range = otio.opentime.TimeRange(shown.start_time + move, shown.duration)
    for marker in clip.markers:
        marked = marker.marked_range
        marker.marked_range = otio.opentime.TimeRange(marked.start_time + move, marked.duration)


def _origin(url: str, wanted: MediaTime, base: Path, rate: float) -> otio.opentime.RationalTime | None:
    """Where the file's first frame lies, in whole frames at the clip's rate."""
    if wanted is MediaTime.FIRST_FRAME:
        return otio.opentime.RationalTime(0, rate)
    path = media_file(url, base)
    try:
        info = None if path is None else probe(path)
    except FoleyCueError:
        return None
    if info is None:
        return None
    return otio.opentime.RationalTime(round(info.origin * exact_rate(rate)), rate)
