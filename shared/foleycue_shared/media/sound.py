# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound of files on the picture's clock, and of a timeline's pieces in record time, in constant memory."""

from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.pictures import MediaReader, open_media
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import frames_to_samples

Audio = NDArray[np.float32]

#: Decoded before the wanted place, for codecs that need a run-up.
_RUN_UP = Fraction(1, 2)
#: Seconds of media turned round at once where a piece runs backwards.
_CHUNK = Fraction(4)
#: Beyond this a retime is too fast to hear anything in.
_FASTEST = 20
_DRIFT = 0.1


class SoundReader:
    """The first audio stream of a file. Time 0 is the file's first picture, or its first sample if it has none.

    sample_rate is 0 when the file has no audio. Blocks are the mean of all channels, or one channel (0 …) alone.
    Raises MEDIA_OFFLINE or MEDIA_UNREADABLE, each naming the file.
    """

    def __init__(self, path: str, channel: int | None = None) -> None:
        self.path = path
        self._channel = channel
        with open_media(path) as container:
            self.sample_rate = container.streams.audio[0].rate if container.streams.audio else 0
            self.channels = container.streams.audio[0].channels if container.streams.audio else 0
        if self.sample_rate:
            self._origin = self._find_origin()

    def blocks(self, start: Fraction, stop: Fraction) -> Iterator[Audio]:
        """Mono blocks from start to stop seconds, together exactly as long; silence where the file has nothing."""
        position = round(start * self.sample_rate)
        end = round(stop * self.sample_rate)
        for at, block in self._decoded(start):
            if at >= end:
                break
            if at + len(block) <= position:
                continue
            if at > position:
                yield from _silence(at - position)
                position = at
            piece = block[position - at : end - at]
            yield piece
            position += len(piece)
        yield from _silence(end - position)

    def end(self) -> Fraction:
        """When the sound ends, in seconds after time 0: its last sample, or the end that the file declares if earlier.

        Codecs pad their last packet; the declared end leaves that out.
        """
        last = max((at + len(block) for at, block in self._decoded(Fraction(0))), default=0)
        end = Fraction(max(0, last), self.sample_rate)
        with open_media(self.path) as container:
            stream = container.streams.audio[0]
            if not stream.duration or stream.time_base is None:
                return end
            declared = (stream.duration + (stream.start_time or 0)) * stream.time_base
        return min(end, max(Fraction(0), declared - self._origin))

    def has_samples(self) -> bool:
        """Whether there is any sound at all in the file."""
        return bool(self.sample_rate) and next(self._decoded(Fraction(0)), None) is not None

    def _find_origin(self) -> Fraction:
        try:
            return MediaReader(self.path).origin
        except FoleyCueError as error:
            if error.code is not ErrorCode.NO_PICTURE:
                raise
        with open_media(self.path) as container:
            first = next(self._frames(container, container.streams.audio[0]), None)
        return _time(first) if first is not None else Fraction(0)

    def _decoded(self, start: Fraction) -> Iterator[tuple[int, Audio]]:
        """(position in samples since time 0, mono block), from some place before start on."""
        with open_media(self.path) as container:
            stream = container.streams.audio[0]
            target = self._origin + start - _RUN_UP
            if start > _RUN_UP and stream.time_base is not None:
                try:
                    container.seek(int(target / stream.time_base), stream=stream)
                except av.error.FFmpegError:
                    container.seek(0)
            # Timestamps are rounded, and jitter in some files: samples are counted on, until both drift apart.
            expected: int | None = None
            for frame in self._frames(container, stream):
                at = round((_time(frame) - self._origin) * self.sample_rate)
                if expected is not None and abs(at - expected) < _DRIFT * self.sample_rate:
                    at = expected
                planes = frame.to_ndarray()
                block = planes.mean(0, dtype=np.float32) if self._channel is None else planes[self._channel]
                expected = at + len(block)
                yield at, block

    def _frames(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        # Channels are averaged by us: the library's own mix is louder for some layouts.
        converter = AudioResampler(format="fltp", rate=self.sample_rate)
        time = None
        try:
            for frame in container.decode(stream):
                time = frame.time
                for converted in converter.resample(frame):
                    converted.pts = converted.pts if converted.pts is not None else frame.pts
                    yield converted
        except av.error.FFmpegError as error:
            where = "" if time is None else f" after {time:.2f} s"
            raise FoleyCueError(
                ErrorCode.MEDIA_UNREADABLE,
                f"The sound of {self.path} cannot be read{where}: the file is damaged or incomplete, replace it.",
                str(error),
            ) from error


def piece_sound(piece: Piece, rate: Fraction, sample_rate: int) -> Iterator[tuple[int, Audio]]:
    """A piece's sound as (sample from the range's start at sample_rate, mono block), nothing where it is silent.

    rate is the range's frame rate. Retimed pieces sound higher or lower, as tape would; frozen ones are silent.
    Raises as SoundReader.
    """
    if piece.media is None or piece.speed == 0 or abs(piece.speed) > _FASTEST:
        return
    reader = SoundReader(piece.media)
    if not reader.has_samples():
        return
    position = frames_to_samples(piece.start, rate, sample_rate)
    end = frames_to_samples(piece.start + piece.frames, rate, sample_rate)
    for block in _piece_blocks(reader, piece, rate, sample_rate):
        yield position, block[: end - position]
        position = min(end, position + len(block))


def _piece_blocks(reader: SoundReader, piece: Piece, rate: Fraction, sample_rate: int) -> Iterator[Audio]:
    """A piece's sound in record time: played at its own speed simply means another source rate."""
    length = piece.frames / rate * abs(piece.speed)
    source = float(reader.sample_rate * abs(piece.speed))
    if piece.speed > 0:
        blocks = reader.blocks(piece.media_start, piece.media_start + length)
    else:
        blocks = _backwards(reader, piece.media_start - piece.speed / rate, length)
    if source == sample_rate:
        yield from blocks
        return
    stream = soxr.ResampleStream(source, sample_rate, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _backwards(reader: SoundReader, top: Fraction, length: Fraction) -> Iterator[Audio]:
    high = top
    while high > top - length:
        low = max(top - length, high - _CHUNK)
        yield np.concatenate([*reader.blocks(low, high), np.zeros(0, np.float32)])[::-1]
        high = low


def _time(frame: AudioFrame) -> Fraction:
    return frame.pts * frame.time_base if frame.pts is not None and frame.time_base is not None else Fraction(0)


def _silence(samples: int) -> Iterator[Audio]:
    for low in range(0, samples, 1 << 16):
        yield np.zeros(min(1 << 16, samples - low), np.float32)
