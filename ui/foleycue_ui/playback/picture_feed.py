# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes a range's pictures in its own thread, a few ahead of where the player stands."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from threading import Condition, Thread
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QTransform

from foleycue_ui.playback.media_reader import RangeReader

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from foleycue_shared.timeline import Piece

AHEAD = 10
MAX_WIDTH, MAX_HEIGHT = 960, 720


@dataclass(frozen=True)
class Picture:
    """A decoded picture of a frame of the range; a null image is a gap."""

    frame: int
    image: QImage


class PictureFeed(QObject):
    """A bounded queue of pictures from a frame onward. All methods are for the GUI thread and never wait."""

    ready = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Condition()
        self._queue: deque[Picture] = deque()
        self._pieces: tuple[Piece, ...] = ()
        self._rate = Fraction(25)
        self._frames = 0
        self._next = 0  # the frame that is decoded next
        self._wanted = 0  # the frame that the player stands on
        self._epoch = 0  # counts seeks and loads, so that a stale picture is known
        self._load_epoch = 0
        self._closing = False
        self._thread: Thread | None = None

    def load(self, pieces: "Sequence[Piece]", rate: Fraction, frames: int) -> None:
        """Another range; nothing is decoded until seek()."""
        with self._lock:
            self._pieces, self._rate, self._frames = tuple(pieces), rate, frames
            self._epoch += 1
            self._load_epoch = self._epoch
            self._queue.clear()
            self._next = self._wanted = 0
            self._lock.notify_all()
        if self._thread is None:
            self._thread = Thread(target=self._run, name="foleycue-pictures", daemon=True)
            self._thread.start()

    def seek(self, frame: int) -> None:
        """Go to a frame; `ready` tells when its picture is there."""
        with self._lock:
            self._wanted = frame
            there = any(picture.frame == frame for picture in self._queue)
            if not there:
                self._epoch += 1
                self._queue.clear()
                self._next = frame
                self._lock.notify_all()
        if there:
            self.ready.emit()

    def picture(self, frame: int) -> Picture | None:
        """The newest decoded picture at or before a frame, dropping older ones; None when there is none yet."""
        with self._lock:
            self._wanted = frame
            found = None
            while self._queue and self._queue[0].frame <= frame:
                found = self._queue.popleft()
            if found is not None:
                self._lock.notify_all()
            return found

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._lock:
            self._closing = True
            self._epoch += 1
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

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
                # Late: skip what nobody will see any more.
                self._next = max(self._next, min(self._wanted, self._frames - 1))
                frame, epoch = self._next, self._epoch
                self._next += 1
            decoded = self._decode(reader, frame, epoch)
            with self._lock:
                if decoded is None or epoch != self._epoch:
                    continue
                self._queue.append(decoded)
                tell = decoded.frame <= self._wanted
            if tell:
                self.ready.emit()
        reader.close()

    def _has_work(self) -> bool:
        return self._closing or (self._next < self._frames and len(self._queue) < AHEAD)

    def _decode(self, reader: RangeReader, frame: int, epoch: int) -> Picture | None:
        from av.error import FFmpegError

        def stopped() -> bool:
            return self._epoch != epoch

        try:
            picture = reader.picture(frame, stopped)
        except (FFmpegError, ValueError, EOFError):
            picture = None
        if stopped():
            return None
        return Picture(frame, QImage() if picture is None else to_image(picture, reader.pixel_aspect(frame)))


def to_image(frame: "VideoFrame", pixel_aspect: float) -> QImage:
    """A decoded picture as an RGB image of the right shape, upright and no larger than a panel ever shows."""
    width = frame.width * pixel_aspect
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / frame.height)
    columns, rows = max(2, round(width * scale)), max(2, round(frame.height * scale))
    pixels = frame.to_ndarray(format="rgb24", width=columns, height=rows)
    image = QImage(pixels.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()
    if frame.rotation:
        image = image.transformed(QTransform().rotate(-frame.rotation), Qt.TransformationMode.FastTransformation)
    return image
