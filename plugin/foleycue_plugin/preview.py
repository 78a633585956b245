# SPDX-License-Identifier: GPL-3.0-or-later
"""A movie file of a range: the timeline's own picture with a take's sound under it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from foleycue_plugin.media import probe
from foleycue_plugin.outputs import Delivery, remove, temporary
from foleycue_plugin.selection import Selection
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import frames_to_samples

Picture = NDArray[np.uint8]

_LARGEST_HEIGHT = 720
#: Frames that are kept at once where a clip plays backwards.
_BACKWARDS = 24


@dataclass(frozen=True)
class _Size:
    width: int
    height: int


def write_preview(selection: Selection, sound: Path, target: Path, force: bool = False) -> None:
    """Write an MP4 (H.264, AAC) of exactly the range's frames with the sound from its first frame on.

    Gaps are black, retimes are shown, pieces of other sizes are fitted in. Raises output errors, MEDIA_UNREADABLE, or
    OUTPUT_UNWRITABLE when this PyAV has no encoder.
    """
    part = temporary(target)
    try:
        with Delivery(force) as delivery:
            _encode(selection, sound, part)
            delivery.move(part, target)
    except OSError as error:
        raise explain_os_error(error, target) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise FoleyCueError(
            ErrorCode.OUTPUT_UNWRITABLE,
            f"{target} cannot be written as a movie: choose a name ending in .mp4.",
            str(error),
        ) from error
    finally:
        remove(part)


def pictures(pieces: Sequence[Piece], rate: Fraction, width: int, height: int) -> Iterator[Picture]:
    """Each frame of a range as RGB (height, width, 3), one piece after the other."""
    size = _Size(width, height)
    for piece in pieces:
        if piece.media is None:
            black = np.zeros((height, width, 3), np.uint8)
            for _ in range(piece.frames):
                yield black
        else:
            yield from _piece_pictures(piece, rate, size)


def _encode(selection: Selection, sound: Path, part: Path) -> None:
    rate, pieces = selection.range.rate, selection.picture_pieces
    size = _size(pieces)
    samples, sample_rate = read_wav(sound)
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "medium"})
        video.width, video.height, video.pix_fmt = size.width, size.height, "yuv420p"
        video.codec_context.time_base = 1 / rate
        audio = container.add_stream("aac", rate=sample_rate, layout=_layout(samples))
        audio.bit_rate = 192_000
        for number, picture in enumerate(pictures(pieces, rate, size.width, size.height)):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shown.pts, shown.time_base = number, 1 / rate
            container.mux(video.encode(shown))
            start, end = (frames_to_samples(number + step, rate, sample_rate) for step in (0, 1))
            if len(samples[start:end]):
                container.mux(audio.encode(_audio_frame(samples[start:end], start, sample_rate)))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _layout(samples: NDArray[np.float32]) -> str:
    return "mono" if samples.ndim == 1 else "stereo"


def _audio_frame(block: NDArray[np.float32], start: int, sample_rate: int) -> av.AudioFrame:
    planes = np.ascontiguousarray(block.reshape(len(block), -1).T)
    frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=_layout(block))
    frame.sample_rate, frame.pts, frame.time_base = sample_rate, start, Fraction(1, sample_rate)
    return frame


def _size(pieces: Sequence[Piece]) -> _Size:
    """The first file's own size, but no higher than a preview needs, in even numbers as H.264 wants."""
    for piece in pieces:
        if piece.media is not None:
            probe(piece.media)
            with av.open(piece.media, metadata_errors="replace") as container:
                stream = container.streams.video[0]
                aspect = Fraction(stream.sample_aspect_ratio or 1)
                height = min(stream.height, _LARGEST_HEIGHT)
                width = round(stream.width * aspect * height / stream.height)
                return _Size(max(2, width // 2 * 2), max(2, height // 2 * 2))
    return _Size(640, 360)


def _piece_pictures(piece: Piece, rate: Fraction, size: _Size) -> Iterator[Picture]:
    times = [piece.media_start + number * piece.speed / rate for number in range(piece.frames)]
    try:
        with av.open(piece.media or "", metadata_errors="replace") as container:
            if piece.speed >= 0:
                yield from _at_times(container, times, size)
                return
            for first in range(0, len(times), _BACKWARDS):
                forwards = list(_at_times(container, times[first : first + _BACKWARDS][::-1], size))
                yield from reversed(forwards)
    except av.error.FFmpegError as error:
        raise FoleyCueError(
            ErrorCode.MEDIA_UNREADABLE, f"{piece.media} breaks off while it is read: export it again.", str(error)
        ) from error


def _at_times(container: InputContainer, times: Sequence[Fraction], size: _Size) -> Iterator[Picture]:
    """The pictures on screen at rising times, in seconds after the file's first picture; the last one is held."""
    stream = container.streams.video[0]
    base = stream.time_base or Fraction(1, 90_000)
    begin = stream.start_time or 0
    container.seek(max(begin, begin + int(times[0] / base)), stream=stream)
    frames = (frame for frame in container.decode(stream) if frame.pts is not None)
    shown = following = next(frames, None)
    if shown is None:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{container.name} shows nothing where it should.")
    drawn: tuple[int | None, Picture] | None = None
    for time in times:
        # Half a tick of grace: container time bases round frame times either way.
        limit = begin + time / base + Fraction(1, 2)
        while following is not None and (following.pts or 0) <= limit:
            shown, following = following, next(frames, None)
        if drawn is None or drawn[0] != shown.pts:
            drawn = shown.pts, _fitted(shown, size)
        yield drawn[1]


def _fitted(frame: av.VideoFrame, size: _Size) -> Picture:
    """The frame inside the given size, black around it where the shapes differ."""
    aspect = Fraction(frame.width * (getattr(frame, "sample_aspect_ratio", None) or 1)) / frame.height
    width = min(size.width, max(2, round(size.height * aspect)))
    height = min(size.height, max(2, round(width / aspect)))
    picture = np.asarray(frame.to_ndarray(format="rgb24", width=width, height=height), np.uint8)
    if (width, height) == (size.width, size.height):
        return picture
    canvas = np.zeros((size.height, size.width, 3), np.uint8)
    top, left = (size.height - height) // 2, (size.width - width) // 2
    canvas[top : top + height, left : left + width] = picture
    return canvas
