# SPDX-License-Identifier: GPL-3.0-or-later
"""Small real media files and timelines for tests."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange


def write_movie(
    path: Path, rate: Fraction, frames: int, timecode: str | None = None, *, sound: bool = False, size=(64, 36)
) -> Path:
    """A movie whose frame n is a grey of value 4·n mod 256, with a timecode track if wanted."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "10", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = 1 / rate
        if timecode:
            stream.metadata["timecode"] = timecode
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            grey = np.full((size[1], size[0], 3), 4 * number % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            for start in range(0, int(frames / rate * 48_000), 1024):
                block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
                block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
                container.mux(audio.encode(block))
            container.mux(audio.encode(None))
    return path


def write_sound(path: Path, seconds: float = 1.0) -> Path:
    """A silent WAV file."""
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * int(48_000 * seconds)))
    return path


def span(start: int, frames: int, rate: Fraction) -> TimeRange:
    """A time range in whole frames."""
    return TimeRange(RationalTime(start, float(rate)), RationalTime(frames, float(rate)))


def clip(name: str, url: str, source: TimeRange | None, available: TimeRange | None = None, speed: float = 1.0):
    """A clip of one file."""
    effects = [] if speed == 1 else [otio.schema.LinearTimeWarp(time_scalar=speed)]
    return otio.schema.Clip(name, otio.schema.ExternalReference(url, available), source, effects=effects)


def write_timeline(path: Path, rate: Fraction, start: int, *tracks: list, audio: list | None = None) -> Path:
    """An .otio file (or any other that an adapter writes) of video tracks, bottom first, and one audio track."""
    timeline = otio.schema.Timeline(path.stem, global_start_time=RationalTime(start, float(rate)))
    for number, children in enumerate(tracks, 1):
        track = otio.schema.Track(f"V{number}", kind=otio.schema.TrackKind.Video)
        track.extend(children)
        timeline.tracks.append(track)
    if audio is not None:
        track = otio.schema.Track("A1", kind=otio.schema.TrackKind.Audio)
        track.extend(audio)
        timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def gap(frames: int, rate: Fraction):
    """A gap of whole frames."""
    return otio.schema.Gap(duration=RationalTime(frames, float(rate)))


def nested(*children):
    """A stack of one video track."""
    track = otio.schema.Track("inside", kind=otio.schema.TrackKind.Video)
    track.extend(children)
    stack = otio.schema.Stack("nested")
    stack.append(track)
    return stack
