# SPDX-License-Identifier: GPL-3.0-or-later
"""The range's pictures: pieces of files laid out in record time, decoded once, in order and in constant memory."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.pictures import MediaReader
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange, exact_rate

Grey = NDArray[np.uint8]
T = TypeVar("T")

#: Width at which motion is measured.
GREY_WIDTH = 480
#: Containers round times to their own clock, often a millisecond: a picture is looked for this much later.
_SLACK = Fraction(1, 1000)
#: Where fast forward shows more pictures a second than this, the rest is left out.
_MOST_PICTURES = 120
#: Seconds of media that are decoded, kept and turned round at once where a piece runs backwards.
_CHUNK = Fraction(1, 2)

_LUMA_FIRST = ("yuv4", "yuvj4", "nv12", "nv21", "gray")


class Timed(NamedTuple, Generic[T]):
    """A picture on screen from start to end, seconds from the range's start; image gives it in the wanted form."""

    start: Fraction
    end: Fraction
    image: Callable[[], T]


class GreyFrame(NamedTuple):
    """A grey picture, GREY_WIDTH wide or less, that appears at `seconds` in the range's piece number `piece`."""

    piece: int
    seconds: float
    image: Grey


class Pictures:
    """`engines.base.Pictures` over pieces of files. on_time hears how many seconds are done, and may raise."""

    def __init__(self, pieces: Sequence[Piece], span: FrameRange, on_time: Callable[[float], None]) -> None:
        self._pieces = pieces
        self._span = span
        self._on_time = on_time

    @property
    def seconds(self) -> float:
        """Length of the range."""
        return float(self._span.seconds)

    @property
    def rate(self) -> Fraction:
        """Frames a second of the range itself."""
        return self._span.rate

    def frames(
        self, rate: float, width: int, height: int, first: Fraction = Fraction(0)
    ) -> Iterator[NDArray[np.uint8]]:
        """RGB frames (height, width, 3) at times first + k/rate, k = 0 …, inside the range; gaps are black."""
        reformatter = VideoReformatter()

        def convert(frame: VideoFrame) -> NDArray[np.uint8]:
            return (
                reformatter.reformat(frame, width, height, "rgb24", interpolation="AREA")
                .to_ndarray()
                .astype(np.uint8, copy=False)
            )

        return self._sampled(rate, first, self._all_shown(convert, np.zeros((height, width, 3), np.uint8)))

    def decoded(self, rate: float | Fraction, first: Fraction = Fraction(0)) -> Iterator[VideoFrame | None]:
        """The decoder's own frames at the same times; None for gaps."""
        return self._sampled(rate, first, self._all_shown(_itself, None))

    def _sampled(self, rate: float | Fraction, first: Fraction, shown_pictures: Iterator[Timed[T]]) -> Iterator[T]:
        time, step = first, 1 / exact_rate(rate)
        for shown in shown_pictures:
            images: list[T] = []
            end = shown.end if shown.end < self._span.seconds else self._span.seconds + _SLACK
            while time + _SLACK < end:
                self._on_time(float(time))
                images = images or [shown.image()]
                yield images[0]
                time += step

    def _all_shown(self, convert: Callable[[VideoFrame], T], black: T) -> Iterator[Timed[T]]:
        for piece in self._pieces:
            end = (piece.start + piece.frames) / self._span.rate
            position = piece.start / self._span.rate
            for shown in shown_pictures(piece, self._span.rate, convert) if piece.media else ():
                position = shown.end
                yield shown
            if position < end:
                yield Timed(position, end, lambda: black)


def _itself(frame: VideoFrame) -> VideoFrame | None:
    return frame


def grey_frames(pieces: Sequence[Piece], span: FrameRange) -> Iterator[GreyFrame]:
    """All pictures of the range at the media's own rate, reduced and grey, dated by when they appear."""
    grey = _GreyConverter()
    least = Fraction(1, _MOST_PICTURES + 1)
    for number, piece in enumerate(pieces):
        if piece.media is None:
            continue
        last = None
        for shown in shown_pictures(piece, span.rate, grey):
            if last is None or shown.start - last >= least:
                last = shown.start
                yield GreyFrame(number, float(shown.start), shown.image())


def shown_pictures(piece: Piece, rate: Fraction, convert: Callable[[VideoFrame], T]) -> Iterator[Timed[T]]:
    """A piece's pictures in record order, without holes, clipped to the piece.

    Raises MEDIA_UNREADABLE when the file ends more than a frame before the piece does, and what MediaReader raises.
    """
    assert piece.media is not None
    reader = MediaReader(piece.media)
    start, end = piece.start / rate, (piece.start + piece.frames) / rate
    if piece.speed == 0 or reader.still:
        frozen = next(reader.pictures(Fraction(0) if reader.still else piece.media_start + _SLACK))
        if not reader.still:
            _check_end(reader, frozen.end, piece.media_start, 1 / rate)
        yield Timed(start, end, lambda: convert(frozen.frame))
    elif piece.speed > 0:
        yield from _forward(reader, piece, start, end, rate, convert)
    else:
        yield from _backward(reader, piece, start, end, rate, convert)


def _forward(
    reader: MediaReader,
    piece: Piece,
    start: Fraction,
    end: Fraction,
    rate: Fraction,
    convert: Callable[[VideoFrame], T],
) -> Iterator[Timed[T]]:
    stop = piece.media_start + (end - start) * piece.speed
    _check_start(reader, piece.media_start, piece.speed / rate)
    held: Timed[T] | None = None
    reached = Fraction(0)
    for shown in reader.pictures(piece.media_start + _SLACK):
        reached = shown.end
        if shown.start >= stop - _SLACK:
            break
        if held is not None:
            yield held
        low = start + max(Fraction(0), shown.start - piece.media_start) / piece.speed
        high = min(end, start + (shown.end - piece.media_start) / piece.speed)
        held = Timed(low, high, lambda frame=shown.frame: convert(frame))
    _check_end(reader, reached, stop, piece.speed / rate)
    if held is not None:
        yield held._replace(end=end)


def _backward(
    reader: MediaReader,
    piece: Piece,
    start: Fraction,
    end: Fraction,
    rate: Fraction,
    convert: Callable[[VideoFrame], T],
) -> Iterator[Timed[T]]:
    """In chunks from the end, each decoded forwards from its keyframe and turned round.

    Editors date a frame by the media time at which it starts, hence one picture on top.
    """
    speed = -piece.speed
    top = piece.media_start + reader.step
    bottom = top - (end - start) * speed
    _check_start(reader, bottom, speed / rate)
    position, high = start, top
    while high > bottom:
        low = max(bottom, high - _CHUNK)
        chunk: list[tuple[Fraction, T]] = []
        reached = Fraction(0)
        for shown in reader.pictures(low + _SLACK):
            reached = shown.end
            if shown.start >= high - _SLACK:
                break
            chunk.append((max(shown.start, low), convert(shown.frame)))
        _check_end(reader, reached, high, max(reader.step, speed / rate))
        for since, image in reversed(chunk):
            until = min(end, start + (top - since) / speed)
            if until > position:
                yield Timed(position, until, lambda image=image: image)
                position = until
        high = low


def _check_start(reader: MediaReader, time: Fraction, tolerance: Fraction) -> None:
    """A piece may start up to a frame before the file's first picture, not more."""
    if time + tolerance < 0:
        raise FoleyCueError(
            ErrorCode.MEDIA_UNREADABLE,
            f"The range needs {reader.path} from {float(-time):.2f} s before its first picture: relink the clip.",
        )


def _check_end(reader: MediaReader, reached: Fraction, needed: Fraction, tolerance: Fraction) -> None:
    if reached + tolerance < needed:
        raise FoleyCueError(
            ErrorCode.MEDIA_UNREADABLE,
            f"{reader.path} ends after {float(reached):.2f} s, but the range needs it until {float(needed):.2f} s: "
            "the file is cut short, replace it or shorten the clip.",
        )


class _GreyConverter:
    """Luma, reduced. Takes the decoder's own luma plane where there is one: a conversion costs more than decoding."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Grey:
        luma = frame.format.components[0]
        if frame.format.name.startswith(_LUMA_FIRST) and luma.bits == 8:
            plane = frame.planes[0]
            image = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
                : frame.height, : frame.width
            ]
        else:
            image = self._reformatter.reformat(frame, format="gray").to_ndarray().astype(np.uint8, copy=False)
        if frame.width <= GREY_WIDTH:
            return np.array(image)
        height = max(1, round(frame.height * GREY_WIDTH / frame.width))
        return np.asarray(cv2.resize(image, (GREY_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
