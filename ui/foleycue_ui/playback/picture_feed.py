# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes a range's pictures in its own thread, a few ahead of where the player goes."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QTransform

from foleycue_ui.playback.media_reader import RangeReader, Stopped

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from foleycue_shared.timeline import Piece

AHEAD = 10
MAX_WIDTH, MAX_HEIGHT = 960, 720
#: A picture that nobody waits for any more may take this long before it is given up.
_PATIENCE_SECONDS = 0.25


@dataclass(frozen=True)
class Picture:
    """A decoded picture of a frame of the range; a null image is a gap."""

    frame: int
    image: QImage


class PictureFeed(QObject):
    """A bounded queue of pictures from a frame onward or backward. Methods are for the GUI thread and never wait."""

    ready = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Condition()
        self._queue: deque[Picture] = deque()
        self._passing: Picture | None = None  # decoded for a place that was left meanwhile
        self._pieces: tuple[Piece, ...] = ()
        self._rate = Fraction(25)
        self._frames = 0
        self._next = 0  # the frame that is decoded next
        self._wanted = 0  # the frame that the player stands on
        self._direction = 1
        self._epoch = 0  # counts seeks and loads, so that a stale picture is known
        self._load_epoch = 0
        self._closing = False
        self._thread: Thread | None = None

    def load(self, pieces: "Sequence[Piece]", rate: Fraction, frames: int) -> None:
        """Another range; nothing is decoded until seek()."""
        with self._lock:
            self._pieces, self._rate, self._frames = tuple(pieces), rate, frames
            self._restart(0)
            self._load_epoch = self._epoch
            self._passing, self._direction = None, 1
        if self._thread is None:
            self._thread = Thread(target=self._run, name="foleycue-pictures", daemon=True)
            self._thread.start()

    def seek(self, frame: int) -> None:
        """Go to a frame; `ready` tells when its picture is there, or one that was under way when seeks come fast."""
        with self._lock:
            there = any(picture.frame == frame for picture in self._queue)
            if not there:
                self._restart(frame)
            self._wanted = frame
        if there:
            self.ready.emit()

    def set_direction(self, direction: int) -> None:
        """Decode onward (1) or backward (-1) from where the player stands."""
        with self._lock:
            if direction != self._direction:
                self._direction = direction
                self._restart(self._wanted)

    def picture(self, frame: int) -> Picture | None:
        """The newest decoded picture up to a frame, dropping older ones; None when there is none yet."""
        with self._lock:
            self._wanted = frame
            found, self._passing = self._passing, None
            while self._queue and (frame - self._queue[0].frame) * self._direction >= 0:
                found = self._queue.popleft()
                self._lock.notify_all()
            return found

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _restart(self, frame: int) -> None:
        self._epoch += 1
        self._queue.clear()
        self._next = self._wanted = frame
        self._lock.notify_all()

    # -- decoding thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        reader, loaded = RangeReader((), Fraction(25)), -1
        while True:
            with self._lock:
                self._lock.wait_for(self._has_work)
                if self._closing:
                    break
                if loaded != self._load_epoch:
                    reader.close()
                    reader, loaded = RangeReader(self._pieces, self._rate), self._load_epoch
                frames, epoch = self._take_frames(), self._epoch
            pictures = self._decode(reader, frames, epoch, loaded)
            if pictures and self._put(pictures, epoch, loaded):
                self.ready.emit()
        reader.close()

    def _has_work(self) -> bool:
        return self._closing or (0 <= self._next < self._frames and len(self._queue) < AHEAD)

    def _take_frames(self) -> range:
        """The frames that are decoded in one go: one onward, or a stretch that is shown backward."""
        if self._direction > 0:
            # Late: skip what nobody will see any more.
            self._next = max(self._next, min(self._wanted, self._frames - 1))
            frames = range(self._next, self._next + 1)
            self._next += 1
        else:
            self._next = min(self._next, max(self._wanted, 0))
            frames = range(max(0, self._next - AHEAD + 1), self._next + 1)
            self._next = frames.start - 1
        return frames

    def _put(self, pictures: list[Picture], epoch: int, loaded: int) -> bool:
        """Hand pictures over; whether there is one to be shown now."""
        with self._lock:
            if loaded != self._load_epoch:
                return False
            if epoch != self._epoch:
                self._passing = pictures[-1]
                return True
            self._queue.extend(pictures if self._direction > 0 else reversed(pictures))
            return (self._wanted - self._queue[0].frame) * self._direction >= 0

    def _decode(self, reader: RangeReader, frames: range, epoch: int, loaded: int) -> list[Picture]:
        began = monotonic()

        def stopped() -> bool:
            # A picture that was left behind is finished all the same, so that scrubbing shows something.
            left = self._epoch != epoch and monotonic() - began > _PATIENCE_SECONDS
            return left or self._closing or loaded != self._load_epoch

        pictures = []
        for frame in frames:
            picture = _read(reader, frame, stopped)
            if stopped():
                break
            pictures.append(picture)
            if self._epoch != epoch:
                break
        return pictures


def _read(reader: RangeReader, frame: int, stopped: Stopped) -> Picture:
    from av.error import FFmpegError

    try:
        picture = reader.picture(frame, stopped)
    except (FFmpegError, ValueError, EOFError):
        picture = None
    return Picture(frame, QImage() if picture is None else to_image(picture, reader.pixel_aspect(frame)))


def to_image(frame: "VideoFrame", pixel_aspect: float) -> QImage:
    """A decoded picture as an RGB image of the right shape, upright and no larger than a panel ever shows."""
    width = frame.width * pixel_aspect
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / frame.height)
    columns, rows = max(2, round(width * scale)), max(2, round(frame.height * scale))
    pixels = frame.to_ndarray(format="rgb24", width=columns, height=rows)
    packed = QImage(pixels.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888)
    image = packed.convertToFormat(QImage.Format.Format_RGB32)  # a copy, in the format that is painted fastest
    if frame.rotation:
        image = image.transformed(QTransform().rotate(-frame.rotation), Qt.TransformationMode.FastTransformation)
    return image
