# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a take goes: a copy of the timeline with one new clip on one new audio track."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import opentimelineio as otio

from foleycue_shared.cues import Cue
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timeline.times import otio_rate, seconds, timeline_rate
from foleycue_shared.timing import CUE_RATE, FrameRange, exact_rate


class TakeMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A take's file as a timeline refers to it: target URL, name, and metadata for our own namespace.

    cues become markers of the clip. origin is the file's own timecode in frames of the timeline; 0 counts its media
    time from its first sample.
    """

    url: str
    name: str
    metadata: Mapping[str, Any] = {}
    cues: tuple[Cue, ...] = ()
    origin: int = 0


def place_takes(
    timeline: otio.schema.Timeline, span: FrameRange, takes: Sequence[TakeMedia], track_name: str
) -> tuple[otio.schema.Timeline, str]:
    """A copy of the timeline with the takes on a new audio track at the range, and that track's name.

    The first take is the clip's active media, the others are its alternative media references. The name gets a
    number where the timeline has a track of that name. Nothing that was there changes.
    """
    placed = copy.deepcopy(timeline)
    rate = otio_rate(timeline)
    name = _free_name(timeline, track_name)
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    if span.start:
        track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(span.start, rate)))
    track.append(_clip(takes, span.frames, rate))
    placed.tracks.append(track)
    return placed, name


def find_placed(timeline: otio.schema.Timeline, track_name: str) -> FrameRange:
    """Where the first clip of a named audio track lies. Raises VERIFICATION when it is not at whole frames."""
    rate = timeline_rate(timeline)
    for track in timeline.audio_tracks():
        if track.name != track_name:
            continue
        position = 0
        for child in track:
            frames = seconds(child.duration()) * rate
            if frames.denominator != 1:
                break
            if isinstance(child, otio.schema.Clip):
                return FrameRange(position, int(frames), rate)
            position += int(frames)
    raise FoleyCueError(
        ErrorCode.VERIFICATION, f"The track {track_name} holds no clip at a whole frame: choose another file format."
    )


def _clip(takes: Sequence[TakeMedia], frames: int, rate: float) -> otio.schema.Clip:
    length = otio.opentime.RationalTime(frames, rate)
    references: dict[str, otio.core.MediaReference] = {}
    for number, take in enumerate(takes, 1):
        key = otio.schema.Clip.DEFAULT_MEDIA_KEY if number == 1 else f"take-{number}"
        whole = otio.opentime.TimeRange(otio.opentime.RationalTime(take.origin, rate), length)
        references[key] = otio.schema.ExternalReference(take.url, whole, metadata={"foleycue": dict(take.metadata)})
        references[key].name = take.name
    first = takes[0]
    shown = otio.opentime.TimeRange(otio.opentime.RationalTime(first.origin, rate), length)
    clip = otio.schema.Clip(first.name, source_range=shown, metadata={"foleycue": dict(first.metadata)})
    clip.markers.extend(_marker(number, cue, first.origin, rate) for number, cue in enumerate(first.cues, 1))
    clip.set_media_references(references, otio.schema.Clip.DEFAULT_MEDIA_KEY)
    return clip


def _marker(number: int, cue: Cue, origin: int, rate: float) -> otio.schema.Marker:
    """A cue as a marker of one frame, the one during which it sounds; its exact sample is in the clip's metadata."""
    frame = origin + int(cue.sample * exact_rate(rate) // CUE_RATE)
    marked = otio.opentime.TimeRange(otio.opentime.RationalTime(frame, rate), otio.opentime.RationalTime(1, rate))
    return otio.schema.Marker(f"Cue {number}", marked, comment=f"strength {cue.strength:.2f}, {cue.source.value}")


def _free_name(timeline: otio.schema.Timeline, wanted: str) -> str:
    taken = {track.name for track in timeline.tracks}
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
