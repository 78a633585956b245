# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard of a tape by now: by the audio device's own clock, or a silent one where there is no device."""

from collections.abc import Callable
from fractions import Fraction
from time import monotonic
from typing import Protocol

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.tape import Tape


def frame_at(sample: int, rate: Fraction) -> int:
    """The frame that is on screen at a sample; the sample that frames_to_samples names belongs to its frame."""
    return (2 * sample + 1) * rate.numerator // (2 * CUE_RATE * rate.denominator)


class Clock(Protocol):
    """Something that plays a tape and says how many of its output samples were heard. Moments are monotonic seconds."""

    silent: bool

    def start(self) -> None:
        """Play the tape from its first output sample on."""
        ...

    def stop(self) -> None:
        """Stand still and give devices back."""
        ...

    def now(self) -> float:
        """The present moment on this clock."""
        ...

    def heard(self) -> int:
        """Output samples heard by now."""
        ...

    def heard_at(self, moment: float) -> int:
        """Output samples heard by a moment of the last seconds; after stop() as if it still ran."""
        ...


class SilentClock:
    """Runs by a monotonic clock and makes no sound."""

    silent = True

    def __init__(self, tape: Tape, now: Callable[[], float] = monotonic) -> None:
        self._tape = tape
        self._now = now
        self._running = False
        self._origin = 0.0
        self._stood = 0

    def now(self) -> float:
        """The present moment."""
        return self._now()

    def start(self) -> None:
        """Run."""
        self._running, self._origin = True, self._now()

    def stop(self) -> None:
        """Stand still."""
        self._stood, self._running = self.heard(), False

    def heard(self) -> int:
        """By now; here this is also the moment from which on new orders hold, since nobody pulls."""
        if not self._running:
            return self._stood
        heard = self.heard_at(self._now())
        self._tape.adopt(heard)
        return heard

    def heard_at(self, moment: float) -> int:
        """By a moment, as if it still ran."""
        return max(0, round((moment - self._origin) * CUE_RATE))
