# SPDX-License-Identifier: GPL-3.0-or-later
"""Even clicks through the same device as the range, with a signal for the eye at each of them."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.clock import Clock
from foleycue_ui.playback.tape import Samples, Tape, Voice

_TICK_MS = 4
_LEVEL = 0.5
_PITCH = 1_800  # Hz
_DECAY_SECONDS = 0.008


class Metronome(QObject):
    """Beats are counted from 0; places are samples at CUE_RATE from the start."""

    beat = pyqtSignal(int)
    finished = pyqtSignal()

    def __init__(self, new_clock: Callable[[Tape], Clock], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_clock = new_clock
        self._tape = Tape()
        self._clock: Clock | None = None
        self._places: list[int] = []
        self._end = self._told = 0
        self._tick = QTimer(self)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    @property
    def running(self) -> bool:
        """Whether it beats."""
        return self._tick.isActive()

    @property
    def places(self) -> tuple[int, ...]:
        """Where the beats lie."""
        return tuple(self._places)

    def start(self, beats: int, gap: int) -> None:
        """Beat `beats` times, a gap of samples before each beat and after the last."""
        self.stop()
        self._places = [gap * (k + 1) for k in range(beats)]
        self._end, self._told = gap * (beats + 1), 0
        self._tape.set_voices((Voice(_clicks(self._places, self._end)),))
        self._tape.rewind(0, Fraction(1), self._end, False)
        self._clock = self._new_clock(self._tape)
        self._clock.start()
        self._tick.start()

    def stop(self) -> None:
        """Beat no more."""
        if self.running and self._clock is not None:
            self._tick.stop()
            self._clock.stop()

    def place_at(self, moment: float) -> int:
        """The place that was heard at a moment (monotonic seconds) of the last seconds."""
        return 0 if self._clock is None else self._tape.place(self._clock.heard_at(moment))

    def _on_tick(self) -> None:
        if self._clock is None:
            return
        place = self._tape.place(self._clock.heard())
        while self.running and self._told < len(self._places) and place >= self._places[self._told]:
            self._told += 1
            self.beat.emit(self._told - 1)
        if self.running and place >= self._end:
            self.stop()
            self.finished.emit()


def _clicks(places: list[int], length: int) -> Samples:
    sound = np.zeros(length, np.float32)
    time = np.arange(CUE_RATE // 20) / CUE_RATE
    click = (_LEVEL * np.sin(2 * np.pi * _PITCH * time) * np.exp(-time / _DECAY_SECONDS)).astype(np.float32)
    for place in places:
        part = sound[place : place + len(click)]
        part += click[: len(part)]
    return sound
