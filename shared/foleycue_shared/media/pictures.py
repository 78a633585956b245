# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of one file by presentation time: what is on screen from when to when, whatever the file's frame rate."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Where a file does not say how long its only or last picture stays.
_UNKNOWN_STEP = Fraction(1, 25)


class Shown(NamedTuple):
    """A picture that is on screen from start to end, in seconds after the file's first picture."""

    start: Fraction
    end: Fraction
    frame: VideoFrame


class MediaReader:
    """The first video stream of a file. Time 0 is its first picture, step the usual distance of two pictures.

    Raises MEDIA_OFFLINE, MEDIA_UNREADABLE or NO_PICTURE, each naming the file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        with self._opened() as (container, stream):
            self.still = container.format.name == "image2" or container.format.name.endswith("_pipe")
            rate = stream.average_rate or stream.guessed_rate
            self.step = 1 / Fraction(rate) if rate else _UNKNOWN_STEP
            first = next(self._decoded(container, stream, None), None)
        if first is None:
            raise FoleyCueError(
                ErrorCode.NO_PICTURE, f"{path} has a video stream without a single picture: replace the file."
            )
        self.origin = first[0]

    def pictures(self, start: Fraction) -> Iterator[Shown]:
        """Pictures in order of presentation, from the one on screen at start to the last of the file."""
        target = self.origin + max(start, Fraction(0))
        back = Fraction(0)
        while True:
            with self._opened() as (container, stream):
                # From the beginning without a seek: some files cannot seek, and damaged ones find too much.
                whole = target - back - 1 <= self.origin
                if not whole:
                    try:
                        container.seek(int((target - back) / stream.time_base), stream=stream)  # type: ignore[operator]
                    except av.error.FFmpegError:
                        back = target - self.origin
                        continue
                decoded = self._decoded(container, stream, None if whole else target - back)
                first = next(decoded, None)
                if first is not None and first[0] > target and not whole:
                    back = back * 2 + 2
                    continue
                if first is None and not whole:
                    back = target - self.origin
                    continue
                if first is not None:
                    yield from self._from(target, first, decoded)
                return

    def _from(
        self, target: Fraction, first: tuple[Fraction, VideoFrame], decoded: Iterator[tuple[Fraction, VideoFrame]]
    ) -> Iterator[Shown]:
        time, frame = first
        for later, following in decoded:
            if later <= time:
                continue
            if later > target:
                yield Shown(time - self.origin, later - self.origin, frame)
            time, frame = later, following
        length = frame.duration * frame.time_base if frame.duration and frame.time_base else self.step
        yield Shown(time - self.origin, time + length - self.origin, frame)

    def _decoded(
        self, container: InputContainer, stream: VideoStream, near: Fraction | None
    ) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Presentation time on the stream's own clock, and picture."""
        time = near
        try:
            for frame in container.decode(stream):
                if frame.pts is not None and frame.time_base is not None:
                    time = frame.pts * frame.time_base
                else:
                    # Raw streams carry no times.
                    time = Fraction(0) if time is None else time + self.step
                yield time, frame
        except av.error.FFmpegError as error:
            raise self._unreadable(time, str(error)) from error

    def _unreadable(self, time: Fraction | None, detail: str) -> FoleyCueError:
        origin = getattr(self, "origin", time)
        where = "" if time is None else f" after {float(time - (origin or 0)):.2f} s"
        return FoleyCueError(
            ErrorCode.MEDIA_UNREADABLE,
            f"{self.path} cannot be read{where}: the file is damaged or incomplete, replace it.",
            detail,
        )

    @contextmanager
    def _opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        with open_media(self.path) as container:
            streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
            if not streams:
                raise FoleyCueError(
                    ErrorCode.NO_PICTURE, f"{self.path} has no video stream: mark a range that shows pictures."
                )
            streams[0].thread_type = "AUTO"
            yield container, streams[0]


@contextmanager
def open_media(path: str) -> Iterator[InputContainer]:
    """A media file, closed at the end. Raises MEDIA_OFFLINE or MEDIA_UNREADABLE."""
    check_there(path)
    try:
        container = av.open(path, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise FoleyCueError(
            ErrorCode.MEDIA_UNREADABLE,
            f"{path} is no media file that can be read, or it is damaged: replace it.",
            str(error),
        ) from error
    with container:
        yield container


def check_there(path: str) -> None:
    """Raise MEDIA_OFFLINE when a file is missing, and MEDIA_UNREADABLE when it is none."""
    file = Path(path)
    if not file.exists():
        raise FoleyCueError(
            ErrorCode.MEDIA_OFFLINE, f"The media file {path} is offline: reconnect its disk or relink the clip."
        )
    if not file.is_file():
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} is no file: relink the clip.")
