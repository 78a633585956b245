# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing FCPXML 1.10 (Final Cut Pro 10.6 and later, DaVinci Resolve).

The lowest video track becomes the primary storyline; everything else is connected to it, sound on lanes below it.
Times are rational seconds, frames as multiples of the frame duration. Element order follows Apple's published DTD.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio

from foleycue_plugin.hosts.exchange.events import Event, events_by_track
from foleycue_plugin.media import MediaInfo
from foleycue_plugin.project import Project

VERSION = "1.10"
_SOUND_RATE = 48_000
#: Used where no picture file is at hand: Final Cut Pro wants some size.
_USUAL_SIZE = (1920, 1080)
_CONFORM_RATES = {
    Fraction(24000, 1001): "23.98", Fraction(24): "24", Fraction(25): "25", Fraction(30000, 1001): "29.97",
    Fraction(30): "30", Fraction(50): "50", Fraction(60000, 1001): "59.94", Fraction(60): "60",
}  # fmt: skip


def write_fcpxml(timeline: otio.schema.Timeline, target: Path, project: Project) -> None:
    """Write a timeline of clips and gaps. Raises ValueError with a clause when it holds anything else."""
    pictures = events_by_track(timeline.video_tracks(), project)
    sounds = events_by_track(timeline.audio_tracks(), project)
    root = _Document(timeline, project).build(pictures, sounds)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    target.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n', encoding="utf-8")


def time_text(time: Fraction, rate: Fraction) -> str:
    """Rational seconds as FCPXML writes them: whole frames over the rate's own time scale."""
    if time.denominator == 1:
        return f"{time.numerator}s"
    frames = time * rate
    if frames.denominator == 1:
        return f"{frames.numerator * rate.denominator}/{rate.numerator}s"
    return f"{time.numerator}/{time.denominator}s"


class _Document:
    """The document while it is built: resources are numbered as they are met."""

    def __init__(self, timeline: otio.schema.Timeline, project: Project) -> None:
        self._name = timeline.name or project.source.stem
        self._project = project
        self._frame = 1 / project.rate
        self._resources = ElementTree.Element("resources")
        self._ids: dict[object, str] = {}

    def build(self, pictures: Sequence[Sequence[Event]], sounds: Sequence[Sequence[Event]]) -> ElementTree.Element:
        project = self._project
        root = ElementTree.Element("fcpxml", version=VERSION)
        root.append(self._resources)
        sequence_format = self._format(project.rate, self._picture_size(pictures))
        event = ElementTree.SubElement(root, "event", name="FoleyCue")
        sequence = ElementTree.SubElement(
            ElementTree.SubElement(event, "project", name=self._name),
            "sequence",
            format=sequence_format,
            duration=self._time(project.frames * self._frame),
            tcStart=self._time(project.start_frame * self._frame),
            tcFormat="DF" if project.drop_frame else "NDF",
            audioLayout="stereo",
            audioRate="48k",
        )
        spine = ElementTree.SubElement(sequence, "spine")
        primary, *above = pictures or [[]]
        end = max([project.frames, *(event.end for track in [*pictures, *sounds] for event in track)])
        story = self._storyline(spine, primary, end, "video" if any(sounds) else "all")
        for lane, track in enumerate(above, 1):
            self._connect(story, track, lane, "video" if any(sounds) else "all")
        for lane, track in enumerate(sounds, 1):
            self._connect(story, track, -lane, "audio")
        for element in spine.iter("asset-clip"):
            _markers_last(element)
        return root

    def _storyline(
        self, spine: ElementTree.Element, track: Sequence[Event], end: int, source: str
    ) -> list[tuple[int, Fraction, ElementTree.Element]]:
        """The primary storyline without a hole: record frame and local time of each element's start."""
        story: list[tuple[int, Fraction, ElementTree.Element]] = []
        position = 0
        for event in track:
            self._gap(spine, story, position, event.record)
            clip = self._clip(spine, event, source)
            clip.set("offset", self._record(event.record))
            story.append((event.record, self._local_start(event), clip))
            position = event.end
        self._gap(spine, story, position, end)
        return story

    def _gap(
        self,
        spine: ElementTree.Element,
        story: list[tuple[int, Fraction, ElementTree.Element]],
        start: int,
        end: int,
    ) -> None:
        if start == end:
            return
        length = self._time((end - start) * self._frame)
        gap = ElementTree.SubElement(spine, "gap", name="Gap", offset=self._record(start), start="0s", duration=length)
        story.append((start, Fraction(0), gap))

    def _connect(
        self,
        story: Sequence[tuple[int, Fraction, ElementTree.Element]],
        track: Sequence[Event],
        lane: int,
        source: str,
    ) -> None:
        for event in track:
            record, local, parent = next(entry for entry in reversed(story) if entry[0] <= event.record)
            clip = self._clip(parent, event, source)
            clip.set("lane", str(lane))
            clip.set("offset", self._time(local + (event.record - record) * self._frame))

    def _clip(self, parent: ElementTree.Element, event: Event, source: str) -> ElementTree.Element:
        clip = ElementTree.SubElement(
            parent,
            "asset-clip",
            ref=self._asset(event),
            name=event.name,
            start=self._time(self._local_start(event)),
            duration=self._time(event.frames * self._frame),
        )
        info = event.media
        sound_only = self._sound_only(event)
        if not sound_only:
            clip.set("srcEnable", source)
            clip.set("tcFormat", "DF" if info is not None and info.drop_frame else "NDF")
            if info is not None and info.rate not in (None, self._project.rate):
                self._conform(clip, event.name, info)
        if source == "audio":
            clip.set("audioRole", "effects")
        for mark in event.marks:
            start = self._time(self._local_start(event) + mark.frame * self._frame)
            marker = ElementTree.SubElement(
                clip, "marker", start=start, duration=self._time(self._frame), value=mark.name
            )
            if mark.comment:
                marker.set("note", mark.comment)
        return clip

    def _conform(self, clip: ElementTree.Element, name: str, info: MediaInfo) -> None:
        """Media of another rate play in their own time."""
        label = _CONFORM_RATES.get(info.rate or Fraction(0))
        if label is None:
            raise ValueError(f"{name} has a frame rate that FCPXML has no name for")
        ElementTree.SubElement(clip, "conform-rate", scaleEnabled="0", srcFrameRate=label)

    def _asset(self, event: Event) -> str:
        if event.path is None:
            raise ValueError(f"{event.name} has no media file")
        if event.path in self._ids:
            return self._ids[event.path]
        self._ids[event.path] = ""
        info = event.media
        facts = {"id": f"r{len(self._ids)}", "name": event.path.stem, "start": self._time(self._origin(event))}
        if length := self._length(event):
            facts["duration"] = self._time(length)
        if not self._sound_only(event):
            rate = info.rate if info is not None and info.rate is not None else self._project.rate
            facts |= {"hasVideo": "1", "videoSources": "1"}
            facts["format"] = self._format(rate, _USUAL_SIZE if info is None or info.size is None else info.size)
        if self._sound_only(event) or info is None or info.sound_seconds is not None:
            # A sound that is not at hand is a take, which is mono.
            channels = str(info.channels if info is not None else 1)
            facts |= {"hasAudio": "1", "audioSources": "1", "audioChannels": channels, "audioRate": str(_SOUND_RATE)}
        self._ids[event.path] = facts["id"]
        asset = ElementTree.SubElement(self._resources, "asset", facts)
        ElementTree.SubElement(asset, "media-rep", kind="original-media", src=event.path.as_uri())
        return facts["id"]

    def _format(self, rate: Fraction, size: tuple[int, int]) -> str:
        key = (rate, size)
        if key not in self._ids:
            self._ids[key] = name = f"r{len(self._ids) + 1}"
            width, height = (str(edge) for edge in size)
            ElementTree.SubElement(
                self._resources, "format", id=name, frameDuration=time_text(1 / rate, rate), width=width, height=height
            )
        return self._ids[key]

    @staticmethod
    def _picture_size(pictures: Sequence[Sequence[Event]]) -> tuple[int, int]:
        sizes = (event.media.size for track in pictures for event in track if event.media is not None)
        return next((size for size in sizes if size is not None), _USUAL_SIZE)

    @staticmethod
    def _sound_only(event: Event) -> bool:
        if event.media is not None:
            return event.media.rate is None
        return event.path is not None and event.path.suffix.lower() in (".wav", ".aif", ".aiff", ".mp3", ".flac")

    def _origin(self, event: Event) -> Fraction:
        """Where the file's own time starts. A sound file says it in samples, and Final Cut Pro wants the same."""
        return _to_samples(event.origin) if self._sound_only(event) else event.origin

    def _length(self, event: Event) -> Fraction:
        return _to_samples(event.length) if self._sound_only(event) else event.length

    def _local_start(self, event: Event) -> Fraction:
        return self._origin(event) + event.source

    def _record(self, frame: int) -> str:
        return self._time((self._project.start_frame + frame) * self._frame)

    def _time(self, time: Fraction) -> str:
        return time_text(time, self._project.rate)


def _to_samples(time: Fraction) -> Fraction:
    return Fraction(round(time * _SOUND_RATE), _SOUND_RATE)


def _markers_last(clip: ElementTree.Element) -> None:
    """The DTD wants timing first, then connected clips, then markers."""
    order = {"conform-rate": 0, "asset-clip": 1, "marker": 2}
    clip[:] = sorted(clip, key=lambda child: order[child.tag])
