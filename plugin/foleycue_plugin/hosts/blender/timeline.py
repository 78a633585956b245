# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's script says of the Video Sequencer, as an OTIO timeline."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Annotated

import msgspec
import opentimelineio as otio
from msgspec import Meta
from opentimelineio.opentime import RationalTime, TimeRange

from foleycue_plugin.bridge.host import CLOCK
from foleycue_shared.timing import exact_rate

_MOST_FRAMES = 10_000_000
_Frame = Annotated[int, Meta(ge=-_MOST_FRAMES, le=_MOST_FRAMES)]
_MEDIA_RATE = 48_000


class Strip(msgspec.Struct, frozen=True):
    """One strip: start and end count from the scene's start frame, source is the place of its first frame in its file.

    channels leads through meta strips to the channel it lies on; kind is movie, sound, or other.
    """

    name: str
    kind: str
    path: str
    channels: tuple[int, ...]
    start: _Frame
    end: _Frame
    source: float
    retimed: bool = False


class State(msgspec.Struct, frozen=True):
    """The Video Sequencer as its script describes it."""

    clock: tuple[str, ...]
    fps: Annotated[int, Meta(ge=1, le=100_000)]
    fps_base: Annotated[float, Meta(gt=0, le=1_000_000)]
    frames: _Frame
    file: str
    scene: str
    strips: tuple[Strip, ...]
    marked: tuple[_Frame, _Frame] | None = None

    @property
    def rate(self) -> Fraction:
        """The exact rate: Blender keeps 1.001 in single precision."""
        return exact_rate(self.fps / self.fps_base)

    @property
    def length(self) -> int:
        """Frames from the scene's first to its last, or to the last strip's where that lies further."""
        return max([self.frames, *(strip.end for strip in self.strips)])


def to_timeline(state: State) -> otio.schema.Timeline:
    """The timeline from the scene's start frame on: a track a channel, pictures from the lowest up, then sounds."""
    rate = state.rate
    timeline = otio.schema.Timeline(state.scene, global_start_time=RationalTime(0, float(rate)))
    timeline.metadata[CLOCK] = list(state.clock)
    for kind, prefix in ((otio.schema.TrackKind.Video, "Channel"), (otio.schema.TrackKind.Audio, "Sound channel")):
        wanted = "sound" if kind == otio.schema.TrackKind.Audio else "movie"
        strips = [strip for strip in state.strips if strip.kind == wanted and strip.end > 0]
        strips.sort(key=lambda strip: (strip.channels, strip.start))
        for channels, group in groupby(strips, key=lambda strip: strip.channels):
            name = f"{prefix} {'.'.join(map(str, channels))}"
            timeline.tracks.append(_track(name, kind, group, state))
    return timeline


def _track(name: str, kind: str, strips: Iterable[Strip], state: State) -> otio.schema.Track:
    rate = state.rate
    track = otio.schema.Track(name, kind=kind)
    position = 0
    for strip in strips:
        # Before the scene's start frame nothing is rendered.
        start = max(strip.start, position)
        if start >= strip.end:
            continue
        if start > position:
            track.append(otio.schema.Gap(duration=RationalTime(start - position, float(rate))))
        track.append(_clip(strip, start, rate))
        position = strip.end
    if position < state.length:
        track.append(otio.schema.Gap(duration=RationalTime(state.length - position, float(rate))))
    return track


def _clip(strip: Strip, start: int, rate: Fraction) -> otio.schema.Clip:
    length = RationalTime(strip.end - start, float(rate))
    first = Fraction(strip.source) + start - strip.start
    # A sound may start between two frames of the scene.
    begin = (
        RationalTime(int(first), float(rate))
        if first.denominator == 1
        else RationalTime(round(first * _MEDIA_RATE / rate), _MEDIA_RATE)
    )
    if strip.retimed or not strip.path:
        reason = "has a changed speed" if strip.retimed else "has no file"
        return otio.schema.Clip(f"{strip.name} ({reason})", otio.schema.MissingReference(), TimeRange(begin, length))
    reference = otio.schema.ExternalReference(Path(strip.path).as_uri())
    return otio.schema.Clip(strip.name, reference, TimeRange(begin, length))
