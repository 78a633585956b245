# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for DaVinci Resolve's scripting objects, after its public documentation. Nobody here has the real one.

What it models: None and False where Resolve says no, tracks that count from 1, mono as a new audio track's default, an
inclusive out mark, clips that refuse to lie on others, and both readings of endFrame in AppendToTimeline.
"""

import itertools
import wave
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

_ids = itertools.count(1)


@dataclass
class FakeMedia:
    """A MediaPoolItem; ReplaceClip changes the file behind all its clips."""

    path: str
    keeps_metadata: bool = True
    metadata: dict = field(default_factory=dict)
    can_replace: bool = True

    def GetClipProperty(self, name):
        return self.path if name == "File Path" else ""

    def ReplaceClip(self, path):
        if not self.can_replace or not Path(path).is_file():
            return False
        self.path = path
        return True

    def SetThirdPartyMetadata(self, key, value):
        if self.keeps_metadata:
            self.metadata[key] = value
        return self.keeps_metadata

    def GetThirdPartyMetadata(self, key):
        return self.metadata.get(key, "")


@dataclass
class FakeItem:
    """A TimelineItem; its end is exclusive."""

    media: FakeMedia
    start: int
    length: int
    id: str = field(default_factory=lambda: f"item-{next(_ids)}")
    markers: dict = field(default_factory=dict)

    def GetStart(self):
        return self.start

    def GetEnd(self):
        return self.start + self.length

    def GetDuration(self):
        return self.length

    def GetUniqueId(self):
        return self.id

    def GetMediaPoolItem(self):
        return self.media

    def GetMarkers(self):
        return self.markers

    def AddMarker(self, frame, color, name, note, duration, custom_data=""):
        self.markers[frame] = {"color": color, "name": name, "note": note, "customData": custom_data}
        return True

    def DeleteMarkerAtFrame(self, frame):
        return self.markers.pop(frame, None) is not None


@dataclass
class FakeTrack:
    """An audio track."""

    subtype: str
    name: str
    items: list = field(default_factory=list)
    locked: bool = False


@dataclass
class FakeTimeline:
    """A timeline that exports the OTIO document it was given."""

    document: otio.schema.Timeline
    rate: str
    start: int
    drop: bool = False
    marks: dict = field(default_factory=dict)
    tracks: list = field(default_factory=lambda: [FakeTrack("stereo", "Audio 1")])
    can_export: bool = True
    can_add: bool = True
    id: str = field(default_factory=lambda: f"timeline-{next(_ids)}")

    def GetName(self):
        return self.document.name

    def GetUniqueId(self):
        return self.id

    def GetSetting(self, name):
        return {"timelineFrameRate": self.rate, "timelineDropFrameTimecode": "1" if self.drop else "0"}.get(name, "")

    def GetStartFrame(self):
        return self.start

    def GetMarkInOut(self):
        return self.marks

    def Export(self, path, kind, subtype):
        if not self.can_export or (kind, subtype) != (FakeResolve.EXPORT_OTIO, FakeResolve.EXPORT_NONE):
            return False
        otio.adapters.write_to_file(self.document, path)
        return True

    def GetTrackCount(self, kind):
        return len(self.tracks) if kind == "audio" else 1

    def AddTrack(self, kind, subtype="mono"):
        if not self.can_add or kind != "audio":
            return False
        self.tracks.append(FakeTrack(subtype, f"Audio {len(self.tracks) + 1}"))
        return True

    def DeleteTrack(self, kind, index):
        return kind == "audio" and 1 <= index <= len(self.tracks) and bool(self.tracks.pop(index - 1))

    def GetTrackName(self, kind, index):
        return self.tracks[index - 1].name if kind == "audio" and 1 <= index <= len(self.tracks) else None

    def SetTrackName(self, kind, index, name):
        if kind != "audio" or not 1 <= index <= len(self.tracks):
            return False
        self.tracks[index - 1].name = name
        return True

    def GetIsTrackLocked(self, kind, index):
        return self.tracks[index - 1].locked

    def GetItemListInTrack(self, kind, index):
        if kind != "audio" or not 1 <= index <= len(self.tracks):
            return None
        return list(self.tracks[index - 1].items) or None

    def DeleteClips(self, items, ripple=False):
        assert not ripple
        for track in self.tracks:
            track.items = [item for item in track.items if item not in items]
        return True


class FakePool:
    """The media pool. reading: how endFrame is read, "inclusive" or "exclusive"; whole: frames off for a whole file."""

    def __init__(self, project):
        self.project = project
        self.reading = "inclusive"
        self.whole = 0
        self.moved = 0
        self.keeps_metadata = True

    def ImportMedia(self, paths):
        if not all(Path(path).is_file() for path in paths):
            return None
        return [FakeMedia(path, keeps_metadata=self.keeps_metadata) for path in paths]

    def AppendToTimeline(self, clips):
        return [self._append(clip) for clip in clips]

    def _append(self, clip):
        timeline = self.project.timeline
        index = clip["trackIndex"]
        if clip.get("mediaType") != 2 or not 1 <= index <= len(timeline.tracks):
            return None
        if "endFrame" in clip:
            length = clip["endFrame"] - clip["startFrame"] + (self.reading == "inclusive")
        else:
            with wave.open(clip["mediaPoolItem"].path, "rb") as file:
                seconds = Fraction(file.getnframes(), file.getframerate())
            length = round(seconds * exact(timeline.rate)) + self.whole
        item = FakeItem(clip["mediaPoolItem"], clip["recordFrame"] + self.moved, length)
        track = timeline.tracks[index - 1]
        if any(other.GetStart() < item.GetEnd() and other.GetEnd() > item.GetStart() for other in track.items):
            return None
        track.items.append(item)
        return item


class FakeProject:
    """A project with one timeline."""

    def __init__(self, timeline):
        self.timeline = timeline
        self.pool = FakePool(self)

    def GetName(self):
        return "Film"

    def GetCurrentTimeline(self):
        return self.timeline

    def GetMediaPool(self):
        return self.pool


class FakeResolve:
    """The object that menu scripts are given; with project None nothing is open."""

    EXPORT_OTIO = 20
    EXPORT_NONE = 0

    def __init__(self, project):
        self.project = project

    def GetProjectManager(self):
        return self

    def GetCurrentProject(self):
        return self.project

    def GetVersionString(self):
        return "19.1.4"


def exact(rate: str) -> Fraction:
    """Resolve writes rates with three decimals."""
    return {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001)}.get(rate) or Fraction(rate)


def exported(movie: Path, rate: Fraction, start: int, frames: int) -> otio.schema.Timeline:
    """A timeline of one movie as Resolve would export it."""
    timeline = otio.schema.Timeline("Cut", global_start_time=RationalTime(start, float(rate)))
    track = otio.schema.Track("Video 1", kind=otio.schema.TrackKind.Video)
    shown = otio.opentime.TimeRange(RationalTime(0, float(rate)), RationalTime(frames, float(rate)))
    track.append(otio.schema.Clip(movie.name, otio.schema.ExternalReference(movie.as_uri()), shown))
    timeline.tracks.append(track)
    return timeline
