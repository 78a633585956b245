# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the marked range: what is heard says where we are, and the picture follows it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from time import monotonic
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage

from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.model.mixer import Mixer
from foleycue_ui.model.takes import Sound
from foleycue_ui.playback.clock import Clock, frame_at
from foleycue_ui.playback.devices import Devices
from foleycue_ui.playback.picture_feed import PictureFeed
from foleycue_ui.playback.shuttle import next_speed
from foleycue_ui.playback.tape import Tape, Voice

if TYPE_CHECKING:
    from foleycue_shared.timeline import Piece

_TICK_MS = 8
SINGLE = Fraction(1)


class Player(QObject):
    """Transport over one range. Positions are samples at CUE_RATE, frames count from the range's start."""

    position_changed = pyqtSignal(int)
    playing_changed = pyqtSignal(bool)
    picture_changed = pyqtSignal(QImage)
    loop_changed = pyqtSignal(bool)
    speed_changed = pyqtSignal()
    looped = pyqtSignal()  # the end was reached and the start follows

    def __init__(
        self,
        parent: QObject | None = None,
        make_clock: Callable[[Tape], Clock] | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(parent)
        self.now = now  # the clocks' own time, in seconds
        self._devices = Devices(self)
        self._looks = make_clock is None  # for a device, which a test need not have
        self._make_clock = make_clock or self._devices.clock
        self._tape = Tape()
        self._clock: Clock | None = None
        self.mixer = Mixer(self)
        self.mixer.changed.connect(self._lay_voices)
        self._take: Sound | None = None
        self._guide: Sound | None = None
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
        self.speed = SINGLE
        self.picture_frame = -1  # the frame whose picture is shown
        self._devices.found.connect(self._on_device)

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

    def new_clock(self, tape: Tape) -> Clock:
        """A clock for another tape on the same device (clicks of a count-in)."""
        return self._make_clock(tape)

    def place_at(self, moment: float) -> int | None:
        """What was heard and seen at a moment of the last seconds (monotonic); None before the first play.

        After the end of the range it lies behind the range.
        """
        return None if self._clock is None else self._tape.place(self._clock.heard_at(moment))

    def prepare(self) -> None:
        """Begin to look for the device, so that it is known when the first range comes."""
        if self._looks:
            self._devices.start()

    # -- what is played -------------------------------------------------------------------------------------------

    def load(self, pieces: "Sequence[Piece]", rate: Fraction, frames: int) -> None:
        """Another range, from its start."""
        self.pause()
        self.prepare()
        self.rate, self.frames, self.samples = rate, frames, frames_to_samples(frames, rate, CUE_RATE)
        self._sample, self.picture_frame = 0, -1
        self._feed.load(pieces, rate, frames)
        self._feed.seek(0)
        self.position_changed.emit(0)

    def unload(self) -> None:
        """No range."""
        self.load((), Fraction(25), 0)
        self.picture_changed.emit(QImage())

    def set_take(self, sound: Sound | None) -> None:
        """Switch the take that is heard, under the running playhead."""
        self._take = sound
        self._lay_voices()

    def set_guide(self, sound: Sound | None) -> None:
        """The range's existing sound."""
        self._guide = sound
        self._lay_voices()

    def _lay_voices(self) -> None:
        gains = ((self._take, self.mixer.take_gain), (self._guide, self.mixer.guide_gain))
        self._tape.set_voices(tuple(Voice(s.samples, s.rate, gain) for s, gain in gains if s is not None and gain))

    # -- running --------------------------------------------------------------------------------------------------

    def play(self, speed: Fraction = SINGLE) -> None:
        """Run; from the start when we stand at the end (backwards: from the end when we stand at the start)."""
        if not self.frames:
            return
        if self.playing:
            self._change_speed(speed)
            return
        if speed > 0 and self.frame >= self.frames - 1:
            self.seek(0)
        elif speed < 0 and self.frame == 0:
            self.seek(self.samples - 1)
        self._change_speed(speed)
        self._start_clock()
        self._tick.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still on the frame that is shown."""
        if self.playing and self._clock is not None:
            self._tick.stop()
            self._clock.stop()
            self._change_speed(SINGLE)
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def shuttle(self, direction: int, held: bool = False) -> None:
        """J (-1) or L (1): play that way, faster with each press; half as fast while K is held."""
        self.play(next_speed(self.speed if self.playing else None, direction, held))

    def stop(self) -> None:
        """Pause and go back to the start."""
        self.pause()
        self.seek(0)

    def seek(self, sample: int) -> None:
        """Go to a position, playing or not."""
        self._sample = min(max(sample, 0), max(0, self.samples - 1))
        if self.playing:
            self._tape.jump(self._sample)
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
            self._tape.set_loop(loop)
            self.loop_changed.emit(loop)

    def close(self) -> None:
        """End the threads and give the device back."""
        self.pause()
        self._feed.close()
        self._devices.close()

    # -- inner ----------------------------------------------------------------------------------------------------

    def _change_speed(self, speed: Fraction) -> None:
        if speed != self.speed:
            self.speed = speed
            self._tape.set_speed(speed)
            self._feed.set_direction(1 if speed > 0 else -1)
            self.speed_changed.emit()

    def _start_clock(self) -> None:
        self._tape.rewind(self._sample, self.speed, self.samples, self.loop)
        self._clock = self._make_clock(self._tape)
        self._clock.start()

    def _on_device(self) -> None:
        """There is a device after all: what plays in silence goes on through it."""
        if self.playing and self._clock is not None:
            self._clock.stop()
            self._start_clock()

    def _on_tick(self) -> None:
        if self._clock is None:
            return
        heard = self._clock.heard()
        ordered = self._tape.ordered_place(heard)
        place = self._tape.place(heard) if ordered is None else ordered
        wrapped = self.loop and ordered is None and 2 * abs(place - self._sample) > self.samples
        if place >= self.samples or place < 0:
            self._sample = frames_to_samples(self.frames - 1, self.rate, CUE_RATE) if place > 0 else 0
            self.pause()
        else:
            self._sample = place
        if wrapped:
            self._feed.seek(self.frame)
            self.looped.emit()
        self._show_picture()
        self.position_changed.emit(self._sample)

    def _show_picture(self) -> None:
        picture = self._feed.picture(self.frame)
        if picture is not None and picture.frame != self.picture_frame:
            self.picture_frame = picture.frame
            self.picture_changed.emit(picture.image)
