# SPDX-License-Identifier: GPL-3.0-or-later
"""What a media file is, found by opening it: exact rate, length, timecode, and whether it has picture and sound."""

import threading
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import parse_timecode
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import exact_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_SLOWEST, _FASTEST = 1, 1000
_importing = threading.Lock()


class MediaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A file's facts. rate and frames are those of its picture (None and 0 without one).

    start_frame is the timecode of the file's first frame, counted in frames at its rate; drop_frame says how that
    timecode was written. sound_seconds is None when no sound can be decoded. size is that of the picture in pixels,
    channels those of the first sound stream. time_reference is where a broadcast WAV says that it starts, in seconds
    since midnight.
    """

    path: str
    rate: Fraction | None = None
    frames: int = 0
    start_frame: int = 0
    drop_frame: bool = False
    sound_seconds: Fraction | None = None
    channels: int = 0
    size: tuple[int, int] | None = None
    time_reference: Fraction = Fraction(0)

    @property
    def origin(self) -> Fraction:
        """Where the file's own time starts, in seconds."""
        return self.time_reference if self.rate is None else self.start_frame / self.rate


def load_library() -> None:
    """Import PyAV completely, once, before several threads need it.

    Its modules import each other, so that two threads importing at once meet half-made ones.
    """
    with _importing:
        import av
        import av.error
        import av.stream  # noqa: F401


def probe(path: Path | str) -> MediaInfo:
    """Open a media file and decode its first picture and sound.

    Raises MEDIA_OFFLINE when there is no such file, MEDIA_UNREADABLE when it cannot be opened or its picture cannot
    be decoded. Answers are kept as long as the file does not change.
    """
    try:
        state = Path(path).stat()
    except (OSError, ValueError) as error:
        raise FoleyCueError(ErrorCode.MEDIA_OFFLINE, f"The media file {path} is missing: put it back.") from error
    return _probe(str(path), state.st_mtime_ns, state.st_size)


def check_pieces(pieces: Iterable[Piece], *, picture: bool) -> None:
    """Make sure that the files behind a range can be read before anything is sent.

    Raises MEDIA_OFFLINE naming the clip and path, MEDIA_UNREADABLE or NO_PICTURE; for sound (picture=False) NO_GUIDE
    when none of the pieces has any.
    """
    heard = False
    for piece in pieces:
        if not piece.name:
            continue
        if piece.media is None:
            raise _offline(piece.name, "has no media file")
        if not Path(piece.media).is_file():
            raise _offline(piece.name, f"needs {piece.media}, which is missing")
        info = probe(piece.media)
        if picture and info.rate is None:
            raise FoleyCueError(
                ErrorCode.NO_PICTURE,
                f"{piece.media}, used by the clip {piece.name}, has no picture: mark a range that shows video.",
            )
        heard = heard or info.sound_seconds is not None
    if not picture and not heard:
        raise FoleyCueError(
            ErrorCode.NO_GUIDE, "The range has no sound to take cues from: take them from the picture instead."
        )


@lru_cache(maxsize=512)
def _probe(path: str, _changed: int, _size: int) -> MediaInfo:
    load_library()
    import av
    import av.error

    try:
        # The metadata of old files is not always UTF-8, and never worth failing for.
        with av.open(path, metadata_errors="replace") as container:
            return _inspect(container, path)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, "cannot be read as video or sound", str(error)) from error


def _inspect(container: "InputContainer", path: str) -> MediaInfo:
    from av.stream import Disposition

    sound = _sound_seconds(container)
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams:
        return MediaInfo(
            path=path, sound_seconds=sound, channels=_channels(container), time_reference=_time_reference(container)
        )
    stream = streams[0]
    container.seek(0)
    if next(container.decode(stream), None) is None:
        raise _unreadable(path, "holds a video stream without a single frame")
    found = stream.average_rate or stream.guessed_rate or stream.base_rate
    if not found or not _SLOWEST <= found <= _FASTEST:
        raise _unreadable(path, f"has no usable frame rate ({found})")
    # Through a float, as a timeline would carry it, so that 2997/100 and 30000/1001 are one rate.
    rate = exact_rate(float(found))
    start, drop = _timecode(container, stream, rate)
    frames = max(1, round(_picture_seconds(container, stream) * rate))
    return MediaInfo(
        path=path,
        rate=rate,
        frames=frames,
        start_frame=start,
        drop_frame=drop,
        sound_seconds=sound,
        channels=_channels(container),
        size=(stream.width, stream.height),
    )


def _picture_seconds(container: "InputContainer", stream: "VideoStream") -> Fraction:
    """The length of the picture alone: sound is often longer."""
    if stream.duration and stream.time_base:
        return Fraction(stream.duration * stream.time_base)
    if found := _duration_tag(stream.metadata):
        return found
    # Neither header nor tag, as in recordings that were never closed: the packets know.
    last = Fraction(0)
    container.seek(0)
    for packet in container.demux(stream):
        if packet.pts is not None:
            last = max(last, (packet.pts + (packet.duration or 0)) * Fraction(packet.time_base))
    begin = (stream.start_time or 0) * (stream.time_base or Fraction(0))
    return max(last - begin, Fraction(0)) or Fraction(container.duration or 0, 1_000_000)


def _duration_tag(metadata: dict[str, str]) -> Fraction | None:
    """Matroska writes a stream's length as text, "00:00:10.010000000"."""
    text = next((value for key, value in metadata.items() if key.upper().startswith("DURATION")), "")
    try:
        hours, minutes, seconds = text.split(":")
        return Fraction(int(hours) * 3600 + int(minutes) * 60) + Fraction(seconds)
    except ValueError:
        return None


def _sound_seconds(container: "InputContainer") -> Fraction | None:
    """The length of the first sound stream, or None when nothing comes out of it."""
    import av.error

    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    try:
        frame = next(container.decode(stream), None)
    except (av.error.FFmpegError, ValueError):
        return None
    if frame is None or not frame.samples:
        return None
    if stream.duration and stream.time_base:
        return Fraction(stream.duration * stream.time_base)
    return Fraction(container.duration or 0, 1_000_000) or Fraction(frame.samples, frame.sample_rate)


def _channels(container: "InputContainer") -> int:
    return container.streams.audio[0].codec_context.channels if container.streams.audio else 0


def _time_reference(container: "InputContainer") -> Fraction:
    """The start that a broadcast WAV gives in samples."""
    text = container.metadata.get("time_reference", "")
    if not (text.isascii() and text.isdigit()) or not container.streams.audio:
        return Fraction(0)
    return Fraction(int(text), container.streams.audio[0].rate or 1)


def _timecode(container: "InputContainer", stream: "VideoStream", rate: Fraction) -> tuple[int, bool]:
    """The file's own timecode, from the picture, a timecode track, or the container."""
    for metadata in [stream.metadata, *(s.metadata for s in container.streams.data), container.metadata]:
        try:
            return parse_timecode(metadata.get("timecode", ""), rate)
        except ValueError:
            continue
    return 0, False


def _offline(clip: str, reason: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.MEDIA_OFFLINE, f"The clip {clip} {reason}: relink it in the editor, or mark another range."
    )


def _unreadable(path: str, reason: str, detail: str = "") -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.MEDIA_UNREADABLE, f"{path} {reason}: export it again, or choose another file.", detail
    )
