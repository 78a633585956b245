# SPDX-License-Identifier: GPL-3.0-or-later
"""An MLT edit as an OTIO timeline: what OTIO has a word for comes across to the frame, the rest is tolerated.

Source ranges count from a file's first frame at the project's rate, as MLT's producers do. A mix of two clips on one
track is cut in its middle; transitions, effects and time remapping have no word here.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from foleycue_plugin.hosts.mlt.document import Element
from foleycue_plugin.hosts.mlt.sequence import Edit, Item, Sequence, Track
from foleycue_shared.timecode import may_drop
from foleycue_shared.timing import FrameRange

_AUDIO, _VIDEO = otio.schema.TrackKind.Audio, otio.schema.TrackKind.Video
_STILLS = ("qimage", "pixbuf")


def to_timeline(edit: Edit, sequence: Sequence, name: str) -> otio.schema.Timeline:
    """The timeline of a sequence. Raises ValueError where the document contradicts itself."""
    timeline = otio.schema.Timeline(name, global_start_time=RationalTime(0, float(edit.rate)))
    # At 29.97 Kdenlive counts on without dropping labels; Shotcut drops them.
    timeline.metadata["drop_frame"] = may_drop(edit.rate) and not edit.kdenlive
    timeline.tracks.extend(_Converter(edit).tracks(sequence))
    return timeline


def marked_range(edit: Edit, sequence: Sequence, frames: int) -> FrameRange | None:
    """Kdenlive's zone, where it lies on the timeline; its end is the first frame after it."""
    start, end = (setting(edit, sequence, name) for name in ("zonein", "zoneout"))
    if start is None or end is None or not 0 <= start < min(end, frames):
        return None
    return FrameRange(start, min(end, frames) - start, edit.rate)


def setting(edit: Edit, sequence: Sequence, name: str) -> int | None:
    """A number that Kdenlive keeps with its sequence (since 23.04), or with the document (before)."""
    text = sequence.element.property(f"kdenlive:sequenceproperties.{name}") or edit.setting(name)
    try:
        return int(text)
    except ValueError:
        return None


class _Converter:
    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._rate = float(edit.rate)
        self._inside: list[Element] = []

    def tracks(self, sequence: Sequence) -> list[otio.schema.Track]:
        """Pictures from the lowest upward, then sound as the user counts it."""
        if sequence.element in self._inside:
            raise ValueError(f"{sequence.element.id} contains itself")
        self._inside.append(sequence.element)
        pictures = [track for track in sequence.tracks if not track.audio]
        sounds = [track for track in sequence.tracks if track.audio]
        if self._edit.kdenlive:
            sounds.reverse()
        made = [self._track(track, _VIDEO, track.seen, f"V{n}") for n, track in enumerate(pictures, 1)]
        made += [self._track(track, _AUDIO, track.heard, f"A{n}") for n, track in enumerate(sounds, 1)]
        if not self._edit.kdenlive:
            # Elsewhere a picture track sounds as well.
            both = [(n, track) for n, track in enumerate(pictures, 1) if track.heard]
            made += [self._track(track, _AUDIO, True, f"V{n} sound") for n, track in both]
        self._inside.pop()
        return made

    def _track(self, track: Track, kind: str, enabled: bool, name: str) -> otio.schema.Track:
        made = otio.schema.Track(track.name or name, kind=kind)
        made.enabled = enabled
        position = 0
        for item in _apart(track.items):
            if item.start > position:
                made.append(otio.schema.Gap(duration=RationalTime(item.start - position, self._rate)))
            made.append(self._clip(item))
            position = item.end
        return made

    def _clip(self, item: Item) -> otio.core.Item:
        service = item.service
        if service.tag in ("tractor", "playlist"):
            stack = otio.schema.Stack(_name(service, service.id), source_range=self._range(item.first, item.frames))
            stack.extend(self.tracks(self._edit.read(service)))
            return stack
        kind, resource = service.property("mlt_service"), service.property("resource")
        speed = 1.0
        if kind == "timewarp":
            speed = float(service.property("warp_speed") or resource.partition(":")[0])
            resource = service.property("warp_resource") or resource.partition(":")[2]
        effects: list[otio.schema.Effect] = []
        start, length = float(item.first), self._edit.length(service)
        if not 0.001 <= abs(speed) <= 1000 or length < 1:
            raise ValueError(f"{service.id} has an impossible speed or length")
        if kind in _STILLS:
            effects, start = [otio.schema.FreezeFrame()], 0.0
        elif speed != 1:
            effects = [otio.schema.LinearTimeWarp(time_scalar=speed)]
            # MLT counts a backward clip from its end, in frames of the warped time.
            begin = length - item.first - item.frames if speed < 0 else item.first
            start = begin * abs(speed)
        path = self._path(service, resource)
        media: otio.core.MediaReference
        if path is None or not _is_file_service(kind):
            media = otio.schema.GeneratorReference(kind, kind)
        else:
            whole = None if kind in _STILLS else self._range(0, length * abs(speed))
            media = otio.schema.ExternalReference(path.as_uri(), whole)
        clip_name = _name(service, Path(resource).name or kind)
        return otio.schema.Clip(clip_name, media, self._range(start, item.frames), effects=effects)

    def _path(self, service: Element, resource: str) -> Path | None:
        """The file behind a service; a proxy stands for its original, where that is at hand."""
        original = service.property("kdenlive:originalurl")
        if original and (self._edit.folder / original).is_file():
            resource = original
        if not resource or "\0" in resource or (set(resource) & set("%*") and not Path(resource).is_file()):
            return None
        return (self._edit.folder / resource).absolute()

    def _range(self, start: float, frames: float) -> TimeRange:
        return TimeRange(RationalTime(start, self._rate), RationalTime(frames, self._rate))


def _apart(items: Iterable[Item]) -> list[Item]:
    """Items cut so that none overlaps the next."""
    made: list[Item] = []
    for item in items:
        shown = item
        if made and made[-1].end > item.start:
            before = made.pop()
            cut = (item.start + min(before.end, item.end)) // 2
            if cut > before.start:
                made.append(replace(before, frames=cut - before.start))
            shown = replace(item, start=cut, frames=item.end - cut, first=item.first + cut - item.start)
        if shown.frames > 0:
            made.append(shown)
    return made


def _is_file_service(kind: str) -> bool:
    return not kind or kind in (*_STILLS, "timewarp") or kind.startswith("avformat")


def _name(service: Element, otherwise: str) -> str:
    return service.property("kdenlive:clipname") or service.property("shotcut:caption") or otherwise
