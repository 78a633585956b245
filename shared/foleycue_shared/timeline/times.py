# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact times of a timeline: rate, origin, length, and whether its timecode drops frames."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import opentimelineio as otio

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import format_timecode, may_drop
from foleycue_shared.timing import FrameRange, exact_rate

#: Above this a rate counts audio samples, not pictures.
_FASTEST_PICTURE = 1000


def seconds(time: otio.opentime.RationalTime) -> Fraction:
    """Exact seconds of an OTIO time. Raises NOT_A_TIMELINE when its rate is none (some writers give 0)."""
    try:
        rate = exact_rate(time.rate)
    except ValueError as error:
        raise FoleyCueError(
            ErrorCode.NOT_A_TIMELINE,
            f"The timeline holds a time at the impossible rate {time.rate:g}: export it again from the editor.",
        ) from error
    whole = round(time.value)
    # Editors add and rescale in floats: what lies this close to a whole frame is one.
    return Fraction(whole if abs(time.value - whole) < 1e-6 else time.value) / rate


def otio_rate(timeline: otio.schema.Timeline) -> float:
    """The timeline's picture rate as its file writes it (23.976 stays 23.976).

    The origin's rate comes first, then that of the lowest video track's items, then of any other.
    """
    for time in _candidates(timeline):
        if 1 <= time.rate <= _FASTEST_PICTURE:
            return time.rate
    raise FoleyCueError(
        ErrorCode.NOT_A_TIMELINE, "The timeline has no frame rate: it holds no picture, and its origin names none."
    )


def timeline_rate(timeline: otio.schema.Timeline) -> Fraction:
    """The timeline's exact picture rate. Raises NOT_A_TIMELINE when it has none."""
    return exact_rate(otio_rate(timeline))


def start_frame(timeline: otio.schema.Timeline) -> int:
    """The record frame of the timeline's first frame: its origin timecode, counted in frames."""
    origin = timeline.global_start_time
    return round(seconds(origin) * timeline_rate(timeline)) if origin is not None and origin.rate > 0 else 0


def whole_range(timeline: otio.schema.Timeline) -> FrameRange:
    """All frames from the first to the end of the longest track."""
    rate = timeline_rate(timeline)
    return FrameRange(0, round(duration(timeline.tracks) * rate), rate)


def drop_frame(timeline: otio.schema.Timeline) -> bool:
    """Whether the timeline's timecode drops labels. OTIO has no field for it.

    Metadata of the usual adapters decides; else the origin that reads as a whole second (01:00:00;00 is record frame
    107892, 01:00:00:00 is 108000); where both do, drop frame, as OTIO itself assumes at this rate.
    """
    rate = timeline_rate(timeline)
    if not may_drop(rate):
        return False
    for text in _metadata_texts(timeline.metadata):
        if text in ("DF", "NDF"):
            return text == "DF"
    origin = start_frame(timeline)
    return format_timecode(origin, rate, True).endswith("00") or not format_timecode(origin, rate).endswith("00")


def trimmed_range(item: otio.core.Item) -> tuple[Fraction, Fraction]:
    """Start and duration of what an item shows of itself, in seconds of its own time."""
    source = item.source_range
    if source is not None:
        return seconds(source.start_time), seconds(source.duration)
    if isinstance(item, otio.schema.Clip):
        available = usable_available_range(item)
        if available is None:
            raise FoleyCueError(
                ErrorCode.NOT_A_TIMELINE,
                f"The clip {item.name or 'without a name'} says neither which part of its media it uses nor how long "
                "the media is: export the timeline again from the editor.",
            )
        return seconds(available.start_time), seconds(available.duration)
    if isinstance(item, otio.schema.Stack):
        return Fraction(0), max((duration(child) for child in item_children(item)), default=Fraction(0))
    if isinstance(item, otio.schema.Track):
        return Fraction(0), sum((duration(child) for child in item_children(item)), Fraction(0))
    return Fraction(0), Fraction(0)


def duration(item: otio.core.Item) -> Fraction:
    """Seconds that an item takes in its parent; retimes do not change it."""
    return trimmed_range(item)[1]


def item_children(composition: otio.core.Composition) -> list[otio.core.Item]:
    """The children that take time: transitions lie over their neighbours and take none."""
    return [child for child in composition if isinstance(child, otio.core.Item)]


def usable_available_range(clip: otio.schema.Clip) -> otio.opentime.TimeRange | None:
    """The media's own range, or None when it is missing or has the rate 0 that some editors write."""
    reference = clip.media_reference
    available = reference.available_range if reference is not None else None
    if available is None or available.start_time.rate <= 0 or available.duration.rate <= 0:
        return None
    return available


def _candidates(timeline: otio.schema.Timeline) -> Iterator[otio.opentime.RationalTime]:
    if timeline.global_start_time is not None:
        yield timeline.global_start_time
    for track in [*timeline.video_tracks(), *timeline.audio_tracks()]:
        for child in track.find_children(descended_from_type=otio.core.Item):
            if child.source_range is not None:
                yield child.source_range.duration
            elif isinstance(child, otio.schema.Clip) and (available := usable_available_range(child)) is not None:
                yield available.duration


def _metadata_texts(metadata: Mapping[str, object], depth: int = 4) -> Iterator[str]:
    """Values under keys that adapters use for the drop-frame flag."""
    for key, value in metadata.items():
        if str(key).lower() in ("displayformat", "display_format", "tcformat", "drop_frame", "dropframe"):
            yield {"true": "DF", "false": "NDF", "ndf": "NDF", "df": "DF"}.get(str(value).lower(), "")
        elif depth and isinstance(value, Mapping):
            yield from _metadata_texts(value, depth - 1)
