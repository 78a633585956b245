# SPDX-License-Identifier: GPL-3.0-or-later
"""A smooth clock that follows a device which reports in steps: a phase-locked loop on the computer's own clock."""

#: A device that has reported nothing for this long is taken as running (a dummy sink reports every two seconds).
_PATIENCE_SECONDS = 0.25
#: Reports further off than this, for as long as this, mean that the device stopped; nearer ones only steer the clock.
_JUMP_SECONDS = 0.2
_STEER = 0.1


class Follower:
    """Times are seconds; heard is what the device has played since it was started."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._anchor: float | None = None  # the time at which the first sample was heard, as best we know
        self._last = 0.0
        self._doubt: float | None = None  # since when the reports have been far off

    def elapsed(self, heard: float, now: float) -> float:
        """How much has been heard by now."""
        if heard > self._last:
            self._last = heard
            self._follow(heard, now)
        if self._anchor is None:
            if now - self._started < _PATIENCE_SECONDS:
                return 0.0
            self._anchor = now
        return self.at(now)

    def at(self, moment: float) -> float:
        """How much had been heard at a moment that is not long ago."""
        return 0.0 if self._anchor is None else max(0.0, moment - self._anchor)

    def _follow(self, heard: float, now: float) -> None:
        if self._anchor is None:
            self._anchor = now - heard
            return
        error = now - heard - self._anchor
        if abs(error) <= _JUMP_SECONDS:
            self._anchor += error * _STEER
            self._doubt = None
        elif self._doubt is None:
            self._doubt = now
        elif now - self._doubt > _JUMP_SECONDS:
            self._anchor, self._doubt = now - heard, None
