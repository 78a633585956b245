# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the demo's media, timeline and event list anew: python -m foleycue_plugin.demo.render FOLDER."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from foleycue_plugin.demo.scenes import BOUNCES, TAPS, ball_shot, impact_strengths, mallet_shot, planks, table
from foleycue_plugin.demo.tracer import Shape, View, develop, render, vector
from foleycue_shared.timecode import format_timecode, parse_timecode

RATE = Fraction(24000, 1001)
SIZE = (640, 360)
#: A shutter that opens at the frame's own time for half a frame: on the frame of a contact the mover has stopped.
SHUTTER = 0.5
SAMPLES = 14
ORIGIN = "01:00:00:00"

Moment = Callable[[float], tuple[list[Shape], View]]

#: Media name, moments, contacts, frames of the file, first frame used, frames used, the file's own timecode.
SHOTS: list[tuple[str, Moment, tuple[int, ...], int, int, int, str]] = [
    ("ball", ball_shot, BOUNCES, 102, 8, 90, "10:00:00:00"),
    ("mallet", mallet_shot, TAPS, 122, 12, 98, "14:30:12:05"),
]


def frame(moment: Moment, number: int) -> NDArray[np.uint8]:
    """One developed frame, (height, width, 3): the mean of renders spread over shutter, lamp and pixel."""
    ground = table(planks())
    total = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    for k in range(SAMPLES):
        # Additive recurrence with the plastic number's powers: well spread in three dimensions (Roberts 2018).
        u, v, w = ((0.5 + k * step) % 1 for step in (0.8191725134, 0.6710436067, 0.5497004779))
        shapes, view = moment(number + SHUTTER * (k + 0.5) / SAMPLES)
        lamp = vector(-2.4 + 0.9 * (u - 0.5), 4.6, -2.2 + 0.9 * (v - 0.5))
        total += render(view, lamp, shapes, ground, SIZE, (w - 0.5, (2 * u + v) % 1 - 0.5))
    return develop(total / SAMPLES)


def write_media(path: Path, frames: list[NDArray[np.uint8]], timecode: str) -> None:
    """A small H.264 file with a timecode track; fixed settings and one thread, so that it comes out the same."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "19", "preset": "veryslow", "tune": "film"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = 1 / RATE
        stream.metadata["timecode"] = timecode
        for number, picture in enumerate(frames):
            shot = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shot.pts, shot.time_base = number, 1 / RATE
            container.mux(stream.encode(shot))
        container.mux(stream.encode(None))


def timeline() -> otio.schema.Timeline:
    """The two shots one after the other, with handles, at 01:00:00:00."""
    rate = float(RATE)
    made = otio.schema.Timeline("FoleyCue demo", global_start_time=_time(parse_timecode(ORIGIN, RATE)[0]))
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for name, _, _, length, first, used, timecode in SHOTS:
        start = parse_timecode(timecode, RATE)[0]
        reference = otio.schema.ExternalReference(
            f"{name}.mp4", otio.opentime.TimeRange(_time(start), otio.opentime.RationalTime(length, rate))
        )
        source = otio.opentime.TimeRange(_time(start + first), otio.opentime.RationalTime(used, rate))
        track.append(otio.schema.Clip(name, reference, source))
    made.tracks.append(track)
    return made


def events() -> list[dict[str, object]]:
    """Every contact on the timeline: frame from its first, record timecode, strength, and what meets what."""
    found: list[dict[str, object]] = []
    offset, origin = 0, parse_timecode(ORIGIN, RATE)[0]
    for name, _, contacts, _, first, used, _ in SHOTS:
        for contact, strength in zip(contacts, impact_strengths(contacts), strict=True):
            if first <= contact < first + used:
                at = offset + contact - first
                label = format_timecode(origin + at, RATE)
                found.append({"frame": at, "timecode": label, "strength": strength, "shot": name})
        offset += used
    return found


def main(folder: Path) -> None:
    """Write media, timeline and events into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        for name, moment, _, length, _, _, timecode in SHOTS:
            frames = list(pool.map(partial(frame, moment), range(length), chunksize=4))
            write_media(folder / f"{name}.mp4", frames, timecode)
    otio.adapters.write_to_file(timeline(), str(folder / "demo.otio"))
    listing = {"rate": f"{RATE.numerator}/{RATE.denominator}", "events": events()}
    (folder / "events.json").write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")


def _time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(RATE))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
