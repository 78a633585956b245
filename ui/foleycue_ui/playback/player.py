# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the marked range: the clock says where we are, the picture follows it, the chosen take is heard."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage

from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.model.takes import Sound
from foleycue_ui.playback.clock import Clock, frame_at, open_clock
from foleycue_ui.playback.picture_feed import PictureFeed

if TYPE_CHECKING:
    from foleycue_shared.timeline import Piece

_TICK_MS = 8


class Player(QObject):
    """Transport over one range. Positions are samples at CUE_RATE, frames count from the range's start."""

    position_changed = pyqtSignal(int)
    playing_changed = pyqtSignal(bool)
    picture_changed = pyqtSignal(QImage)
    loop_changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None, make_clock: Callable[[], Clock] = open_clock) -> None:
        super().__init__(parent)
        self._make_clock = make_clock
        self._clock: Clock | None = None
        self._sound: Sound | None = None
        self._feed = PictureFeed(self)
        self._feed.ready.connect(self._show_picture)
        self._tick = QTimer(self)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._sample = 0
        self.rate = Fraction(25)
        self.frames = 0
        self.samples = 0
        self.loop = False
        self.picture_frame = -1  # the frame whose picture is shown

    @property
    def playing(self) -> bool:
        """Whether it runs."""
        return self._tick.isActive()

    @property
    def position(self) -> int:
        """Where we are."""
        return self._sample

    @property
    def frame(self) -> int:
        """The frame at the position."""
        return min(frame_at(self._sample, self.rate), max(0, self.frames - 1))

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard here; known after the first play."""
        return self._clock is not None and self._clock.silent

    def load(self, pieces: "Sequence[Piece]", rate: Fraction, frames: int) -> None:
        """Another range, from its start."""
        self.pause()
        self.rate, self.frames, self.samples = rate, frames, frames_to_samples(frames, rate, CUE_RATE)
        self._sample, self.picture_frame = 0, -1
        self._feed.load(pieces, rate, frames)
        self._feed.seek(0)
        self.position_changed.emit(0)

    def unload(self) -> None:
        """No range."""
        self.load((), Fraction(25), 0)
        self.picture_changed.emit(QImage())

    def set_sound(self, sound: Sound | None) -> None:
        """What is heard; the position stays."""
        self._sound = sound
        if self._clock is not None:
            self._clock.set_sound(sound)

    def play(self) -> None:
        """Run; from the start when we stand at the end."""
        if self.playing or not self.frames:
            return
        if self._clock is None:
            self._clock = self._make_clock()
            self._clock.set_sound(self._sound)
        if self.frame >= self.frames - 1:
            self.seek(0)
        self._clock.start(self._sample)
        self._tick.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still on the frame that is shown."""
        if self.playing and self._clock is not None:
            self._tick.stop()
            self._clock.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Pause and go back to the start."""
        self.pause()
        self.seek(0)

    def seek(self, sample: int) -> None:
        """Go to a position, playing or not."""
        self._sample = min(max(sample, 0), max(0, self.samples - 1))
        if self.playing and self._clock is not None:
            self._clock.start(self._sample)
        self._feed.seek(self.frame)
        self.position_changed.emit(self._sample)

    def seek_frame(self, frame: int) -> None:
        """Go to the start of a frame."""
        self.seek(frames_to_samples(min(max(frame, 0), max(0, self.frames - 1)), self.rate, CUE_RATE))

    def step(self, frames: int) -> None:
        """Pause and go some frames on or back."""
        self.pause()
        self.seek_frame(self.frame + frames)

    def set_loop(self, loop: bool) -> None:
        """Start over at the end, or stop there."""
        if loop != self.loop:
            self.loop = loop
            self.loop_changed.emit(loop)

    def close(self) -> None:
        """End the decoding thread and give the device back."""
        self.pause()
        self._feed.close()

    def _on_tick(self) -> None:
        if self._clock is None:
            return
        sample = self._clock.position()
        if sample >= self.samples:
            if self.loop:
                self.seek(0)
                return
            self._sample = frames_to_samples(self.frames - 1, self.rate, CUE_RATE)
            self.pause()
        else:
            self._sample = sample
        self._show_picture()
        self.position_changed.emit(self._sample)

    def _show_picture(self) -> None:
        picture = self._feed.picture(self.frame)
        if picture is not None and picture.frame != self.picture_frame:
            self.picture_frame = picture.frame
            self.picture_changed.emit(picture.image)
