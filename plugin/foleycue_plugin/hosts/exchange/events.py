# SPDX-License-Identifier: GPL-3.0-or-later
"""A timeline as flat lists of events, which is all that the older exchange formats know."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.media import MediaInfo, probe
from foleycue_plugin.project import Project
from foleycue_plugin.references import media_file
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.timeline.times import duration, item_children, seconds, usable_available_range


@dataclass(frozen=True)
class Mark:
    """A marker of an event: frames after the event's first one, and what it says."""

    frame: int
    name: str
    comment: str = ""


@dataclass(frozen=True)
class Event:
    """A clip on a track. record and frames count from the timeline's first frame at its rate.

    source is in seconds after the first picture or sample of the file, whose own timecode starts at origin seconds;
    media says what is in the file, None where it is not at hand; length is the file's in seconds, 0 when unknown.
    """

    name: str
    record: int
    frames: int
    path: Path | None
    source: Fraction
    origin: Fraction
    length: Fraction
    media: MediaInfo | None
    marks: tuple[Mark, ...] = ()

    @property
    def end(self) -> int:
        """The first frame after the event."""
        return self.record + self.frames


def events_by_track(tracks: Iterable[otio.schema.Track], project: Project) -> list[list[Event]]:
    """The clips of each track in order; gaps are what lies between them.

    Raises ValueError with a clause that names what the formats cannot hold: nested timelines, retimes, transitions, or
    edits between frames.
    """
    return [_events(track, project) for track in tracks]


def _events(track: otio.schema.Track, project: Project) -> list[Event]:
    if any(isinstance(child, otio.schema.Transition) for child in track):
        raise ValueError("it holds a transition")
    found: list[Event] = []
    position = Fraction(0)
    for child in item_children(track):
        length = duration(child) * project.rate
        if isinstance(child, otio.schema.Clip):
            found.append(_event(child, _whole(position), _whole(length), project))
        elif not isinstance(child, otio.schema.Gap):
            raise ValueError(f"{child.name or 'an item'} is a nested timeline")
        position += length
    return found


def _event(clip: otio.schema.Clip, record: int, frames: int, project: Project) -> Event:
    name = clip.name or "clip"
    if clip.effects:
        raise ValueError(f"{name} has effects or a changed speed")
    reference = clip.media_reference
    url = reference.target_url if isinstance(reference, otio.schema.ExternalReference) else ""
    path = media_file(url, project.base)
    info = _media(path)
    available, shown = usable_available_range(clip), clip.trimmed_range()
    first = seconds(available.start_time) if available is not None else Fraction(0)
    return Event(
        name=name,
        record=record,
        frames=frames,
        path=path,
        source=seconds(shown.start_time) - first,
        origin=first if info is None else info.origin,
        length=seconds(available.duration) if available is not None else Fraction(0),
        media=info,
        marks=tuple(_marks(clip, shown, project.rate)),
    )


def _marks(clip: otio.schema.Clip, shown: otio.opentime.TimeRange, rate: Fraction) -> Iterable[Mark]:
    for marker in clip.markers:
        offset = seconds(marker.marked_range.start_time) - seconds(shown.start_time)
        yield Mark(int(offset * rate), marker.name or "Marker", marker.comment)


def _media(path: Path | None) -> MediaInfo | None:
    try:
        return None if path is None else probe(path)
    except FoleyCueError:
        return None


def _whole(frames: Fraction) -> int:
    if frames.denominator != 1:
        raise ValueError("an edit lies between two frames")
    return int(frames)
