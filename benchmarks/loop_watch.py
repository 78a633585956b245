# SPDX-License-Identifier: GPL-3.0-or-later
"""How late the GUI thread's event loop answers, measured from within by a timer of two milliseconds."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, Qt, QTimer

INTERVAL = 2e-3
#: What the panel may cost: 99 of 100 answers within a frame of 60 Hz, none later than three.
P99_MS, MAX_MS = 16.0, 50.0


@dataclass(frozen=True)
class Late:
    """One answer: seconds late, of them waiting for a core that others had, and what was being done."""

    seconds: float
    crowded: float
    step: str

    @property
    def own(self) -> float:
        """What is left when the time is taken off in which the thread could run but other processes had the cores."""
        return max(0.0, self.seconds - self.crowded)


class LoopWatch(QObject):
    """Notes each tick of the timer from start() on. Made in the thread that it watches.

    A panel is watched from its first paint on: before that there is nothing on screen that could stall (how long that
    takes is measured by first_sound.py).
    A tick that is 40 ms late was waited for 40 ms by any click that came just after the tick before. The kernel counts
    how long the thread stood in the queue for a core (Linux's schedstat); elsewhere crowded is 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ticks: list[Late] = []
        self.step = ""
        self._schedstat = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._last, self._queued = time.perf_counter(), self._in_queue()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(INTERVAL * 1000))
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Watch from now on."""
        self._begin()
        self._timer.start()

    @contextmanager
    def away(self) -> Iterator[None]:
        """What is done meanwhile is the benchmark's, not the panel's."""
        self.stop()
        yield
        self.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()

    def report(self) -> tuple[str, bool]:
        """Percentiles in ms, the latest answers, and whether the panel keeps its promise."""
        all_, own = (np.array([getattr(t, name) for t in self.ticks]) * 1000 for name in ("seconds", "own"))
        lines = [f"{len(self.ticks)} answers; ms late: p50, p99, largest; answers over 16 and over 50 ms"]
        for name, late in (("all", all_), ("without the time in which other processes had the cores", own)):
            low, high = np.percentile(late, [50, 99])
            over = f"{int((late > P99_MS).sum())}, {int((late > MAX_MS).sum())}"
            lines.append(f"  {name}: {low:.1f}, {high:.1f}, {late.max():.1f}; {over}")
        latest = sorted(self.ticks, key=lambda tick: -tick.own)[:8]
        lines += [f"  {tick.own * 1000:6.1f} ms of {tick.seconds * 1000:.1f} while: {tick.step}" for tick in latest]
        return "\n".join(lines), bool(np.percentile(own, 99) <= P99_MS and own.max() <= MAX_MS)

    def _on_tick(self) -> None:
        late, queued = time.perf_counter() - self._last - INTERVAL, self._in_queue()
        self.ticks.append(Late(max(0.0, late), queued - self._queued, self.step))
        self._begin()

    def _begin(self) -> None:
        self._last, self._queued = time.perf_counter(), self._in_queue()

    def _in_queue(self) -> float:
        try:
            return int(self._schedstat.read_text().split()[1]) / 1e9
        except OSError:
            return 0.0
