# SPDX-License-Identifier: GPL-3.0-or-later
"""When an input event happened, from its own timestamp: the handler runs later, by as long as the GUI was busy."""

#: Timestamps that lie further than this from what is known come from another clock, or wrapped round.
_ANOTHER_CLOCK_SECONDS = 5.0


class EventTime:
    """Brings event timestamps (milliseconds from an origin nobody knows) to the monotonic clock.

    No event is handled before it happens, so the smallest distance ever seen between timestamp and handling is the
    one between the two clocks.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def moment(self, timestamp: int, now: float) -> float:
        """The monotonic second at which an event happened that is handled now; now for events without timestamp."""
        if timestamp <= 0:
            return now
        offset = now - timestamp / 1000
        if self._offset is None or abs(offset - self._offset) > _ANOTHER_CLOCK_SECONDS:
            self._offset = offset
        self._offset = min(self._offset, offset)
        return timestamp / 1000 + self._offset
