# SPDX-License-Identifier: GPL-3.0-or-later
"""How late taps arrive: the user taps along with eight clicks and flashes, and the median distance is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.settings import PERFORM_LATENCY, PERFORM_SPREAD, Settings
from foleycue_ui.playback.event_time import Moment
from foleycue_ui.playback.metronome import Metronome
from foleycue_ui.playback.player import Player

#: Clicks to find the beat, and clicks that count.
LEAD, COUNTED = 2, 8
#: Samples at CUE_RATE from click to click.
GAP = round(0.6 * CUE_RATE)
_LEAST_TAPS = 5
#: A tap belongs to a click when it comes no earlier before and no later after it than this, in seconds.
_EARLIEST, _LATEST = -0.2, 0.4
#: Taps further than so many standard deviations (but at least so many seconds) from the median are left out.
_OUTLIER_DEVIATIONS, _OUTLIER_SECONDS = 3.0, 0.03
#: Standard deviation of a normal distribution, in median absolute deviations.
_DEVIATION = 1.4826


@dataclass(frozen=True)
class Latency:
    """Milliseconds from what is heard and seen to the tap's arrival; spread is their standard deviation, robustly."""

    milliseconds: float
    spread: float
    used: int
    dropped: int


def estimate(delays: Sequence[float]) -> Latency | None:
    """The latency behind taps that came `delays` seconds after their clicks; None when too few agree."""
    if len(delays) < _LEAST_TAPS:
        return None
    middle = median(delays)
    deviation = _DEVIATION * median(abs(delay - middle) for delay in delays)
    limit = max(_OUTLIER_SECONDS, _OUTLIER_DEVIATIONS * deviation)
    kept = [delay for delay in delays if abs(delay - middle) <= limit]
    if len(kept) < _LEAST_TAPS:
        return None
    middle = median(kept)
    spread = _DEVIATION * median(abs(delay - middle) for delay in kept)
    return Latency(1000 * middle, 1000 * spread, len(kept), len(delays) - len(kept))


class Calibration(QObject):
    """One measurement at a time. The result is kept in the settings, where a value set by hand may replace it."""

    beat = pyqtSignal(int)  # below 0: to find the beat; from 0 on it counts
    finished = pyqtSignal(object)  # Latency, or None

    def __init__(self, player: Player, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player, self._settings = player, settings
        self._metronome = Metronome(player.new_clock, self)
        self._metronome.beat.connect(lambda number: self.beat.emit(number - LEAD))
        self._metronome.finished.connect(self._on_finished)
        self._taps: list[Moment] = []

    @property
    def running(self) -> bool:
        """Whether it measures."""
        return self._metronome.running

    def start(self) -> None:
        """Begin to click."""
        self._player.pause()
        self._taps = []
        self._metronome.start(LEAD + COUNTED, GAP)

    def stop(self) -> None:
        """Give it up; what was known stays."""
        self._metronome.stop()

    def tap(self, moment: Moment) -> None:
        """A tap; when it was is asked at the end, when the events' clock is known best."""
        if self.running:
            self._taps.append(moment)

    def _delays(self) -> list[float]:
        """Seconds from each click to the first tap that belongs to it."""
        delays: dict[int, float] = {}
        for place in sorted(self._metronome.place_at(moment()) for moment in self._taps):
            for number, at in enumerate(self._metronome.places[LEAD:]):
                if _EARLIEST <= (place - at) / CUE_RATE < _LATEST:
                    delays.setdefault(number, (place - at) / CUE_RATE)
        return list(delays.values())

    def _on_finished(self) -> None:
        found = estimate(self._delays())
        if found is not None:
            self._settings.set(PERFORM_SPREAD, found.spread)
            self._settings.set(PERFORM_LATENCY, found.milliseconds)
        self.finished.emit(found)
