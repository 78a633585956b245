# SPDX-License-Identifier: GPL-3.0-or-later
"""What time it is while the range plays: the audio device's own clock, or a silent one where there is no device.

Positions are samples at CUE_RATE from the range's start.
"""

from collections.abc import Callable
from fractions import Fraction
from time import monotonic_ns
from typing import Protocol

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import Sound


def frame_at(sample: int, rate: Fraction) -> int:
    """The frame that is on screen at a sample; the sample that frames_to_samples names belongs to its frame."""
    return (2 * sample + 1) * rate.numerator // (2 * CUE_RATE * rate.denominator)


class Clock(Protocol):
    """Something that runs and says where it is; a sound may be laid under it and changed while it runs."""

    silent: bool

    def start(self, sample: int) -> None:
        """Run from a position."""
        ...

    def stop(self) -> None:
        """Stand still and give devices back."""
        ...

    def position(self) -> int:
        """Where it is now."""
        ...

    def set_sound(self, sound: Sound | None) -> None:
        """What is heard; changing it does not disturb the position."""
        ...


class SilentClock:
    """Runs by a monotonic clock and makes no sound. now() is in nanoseconds."""

    silent = True

    def __init__(self, now: Callable[[], int] = monotonic_ns) -> None:
        self._now = now
        self._origin: int | None = None
        self._sample = 0

    def start(self, sample: int) -> None:
        """Run from a position."""
        self._sample, self._origin = sample, self._now()

    def stop(self) -> None:
        """Stand still."""
        self._sample, self._origin = self.position(), None

    def position(self) -> int:
        """Where it is now."""
        if self._origin is None:
            return self._sample
        return self._sample + (self._now() - self._origin) * CUE_RATE // 1_000_000_000

    def set_sound(self, sound: Sound | None) -> None:
        """Nothing is heard."""


def open_clock() -> Clock:
    """The audio device's clock, or the silent one when QtMultimedia, a system library or a device is missing."""
    try:
        from foleycue_ui.playback.audio_clock import AudioClock
    except ImportError:
        return SilentClock()
    return AudioClock.open() or SilentClock()
