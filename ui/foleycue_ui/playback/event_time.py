# SPDX-License-Identifier: GPL-3.0-or-later
"""When an input event happened, from its own timestamp: the handler runs later, by as long as the GUI was busy."""

from collections.abc import Callable
from dataclasses import dataclass

#: A monotonic second; the later it is asked for, the better it is known.
Moment = Callable[[], float]

#: Timestamps that lie further than this from what is known come from another clock, or wrapped round.
_ANOTHER_CLOCK_SECONDS = 5.0


class EventTime:
    """Brings event timestamps (milliseconds from an origin nobody knows) to the monotonic clock.

    No event is handled before it happens, so the smallest distance ever seen between timestamp and handling is the
    one between the two clocks.
    """

    def __init__(self) -> None:
        self._clocks = _Distance(float("inf"))

    def moment(self, timestamp: int, now: float) -> Moment:
        """When an event happened that is handled now; now for events without timestamp."""
        if timestamp <= 0:
            return lambda: now
        seconds = timestamp / 1000
        if abs(now - seconds - self._clocks.seconds) > _ANOTHER_CLOCK_SECONDS:
            self._clocks = _Distance(now - seconds)
        clocks = self._clocks
        clocks.seconds = min(clocks.seconds, now - seconds)
        return lambda: seconds + clocks.seconds


@dataclass
class _Distance:
    """From the events' clock to ours, as near as is known."""

    seconds: float
