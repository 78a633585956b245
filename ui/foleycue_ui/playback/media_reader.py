# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of one file by presentation time, and of a range by frame number. No Qt; for one thread at a time."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from foleycue_shared.timeline import Piece

#: Further ahead than this, a seek is cheaper than decoding everything between.
_SEEK_AHEAD = Fraction(2)

Stopped = Callable[[], bool]


class MediaReader:
    """One file. Times are seconds after its first picture."""

    def __init__(self, path: str) -> None:
        import av

        self._container: InputContainer = av.open(path)
        self._stream: VideoStream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._tick = self._stream.time_base or Fraction(1, 90_000)
        self._pending: Iterator[VideoFrame] = self._container.decode(self._stream)
        self._current: VideoFrame | None = next(self._pending, None)
        self._following: VideoFrame | None = next(self._pending, None)
        self._first = 0 if self._current is None or self._current.pts is None else self._current.pts

    @property
    def pixel_aspect(self) -> float:
        """Width of a pixel in heights."""
        return float(self._stream.sample_aspect_ratio or 1)

    def close(self) -> None:
        """Let the file go."""
        self._container.close()

    def picture_at(self, time: Fraction, stopped: Stopped) -> "VideoFrame | None":
        """The picture on screen at a time: the last one that started by then; the first one before any has.

        Ends early with None when stopped() turns true, and for a file without pictures.
        """
        # One tick of grace: containers with a coarse clock (1 ms) round a picture's start up to half a tick late.
        wanted = self._first + time / self._tick + 1
        if self._current is None or self._start(self._current) > wanted or self._far_behind(wanted):
            self._seek(wanted)
        while self._following is not None and self._start(self._following) <= wanted:
            if stopped():
                return None
            self._advance()
        return self._current

    def _far_behind(self, wanted: Fraction) -> bool:
        current = self._current
        return current is not None and (wanted - self._start(current)) * self._tick > _SEEK_AHEAD

    def _advance(self) -> None:
        self._current = self._following
        self._following = next(self._pending, None)

    def _seek(self, wanted: Fraction) -> None:
        # Some indexes point behind the picture that was asked for; then a seek further back finds it.
        for back in (Fraction(0), Fraction(1), Fraction(5)):
            target = max(self._first, int(wanted - back / self._tick))
            if back == 5:
                target = self._first
            self._container.seek(target, stream=self._stream, backward=True)
            self._pending = self._container.decode(self._stream)
            self._current = next(self._pending, None)
            self._following = next(self._pending, None)
            if self._current is not None and self._start(self._current) <= wanted:
                return

    def _start(self, frame: "VideoFrame") -> int:
        return self._first if frame.pts is None else frame.pts


class RangeReader:
    """Pictures of a marked range by frame number, over all its pieces; a handful of files stay open."""

    OPEN_FILES = 4

    def __init__(self, pieces: "Sequence[Piece]", rate: Fraction) -> None:
        self._pieces = list(pieces)
        self._rate = rate
        self._readers: dict[str, MediaReader | None] = {}

    def picture(self, frame: int, stopped: Stopped) -> "VideoFrame | None":
        """The picture of a frame of the range; None for gaps, media that cannot be read, and when stopped."""
        piece = self._piece(frame)
        reader = self._reader(piece.media) if piece is not None and piece.media is not None else None
        if piece is None or reader is None:
            return None
        time = piece.media_start + (frame - piece.start) * piece.speed / self._rate
        return reader.picture_at(max(time, Fraction(0)), stopped)

    def pixel_aspect(self, frame: int) -> float:
        """Width of a pixel in heights, at a frame that picture() gave."""
        piece = self._piece(frame)
        reader = self._readers.get(piece.media) if piece is not None and piece.media is not None else None
        return 1.0 if reader is None else reader.pixel_aspect

    def close(self) -> None:
        """Let all files go."""
        for reader in self._readers.values():
            if reader is not None:
                reader.close()
        self._readers.clear()

    def _piece(self, frame: int) -> "Piece | None":
        return next((p for p in self._pieces if p.start <= frame < p.start + p.frames), None)

    def _reader(self, path: str) -> MediaReader | None:
        if path not in self._readers:
            from av.error import FFmpegError

            while len(self._readers) >= self.OPEN_FILES:
                oldest = self._readers.pop(next(iter(self._readers)))
                if oldest is not None:
                    oldest.close()
            try:
                self._readers[path] = MediaReader(path)
            except (FFmpegError, OSError, IndexError):
                # The backend names unreadable media in words when it analyses; here the picture just stays black.
                self._readers[path] = None
        return self._readers[path]
