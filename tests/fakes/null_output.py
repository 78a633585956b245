# SPDX-License-Identifier: GPL-3.0-or-later
"""An audio device that is none: it pulls at the pace of a card, in a thread of its own, and keeps what it was given."""

import threading
import time
from itertools import pairwise

import numpy as np
from PyQt6.QtCore import QIODevice

from foleycue_shared.timing import CUE_RATE

BLOCK = CUE_RATE // 100  # 10 ms
BUFFER = 8  # blocks


class NullOutput:
    """Fills an 80 ms buffer, then takes 10 ms each 10 ms. What is heard runs through the buffer first in, first out."""

    channels = 1

    def __init__(self) -> None:
        self._blocks: list[np.ndarray] = []
        self._times: list[float] = []  # when each block began to be heard
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self.started = 0.0

    def start(self, stream: QIODevice) -> None:
        self._blocks, self._times = [], []
        self._end.clear()
        self.started = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(stream,), name="null-output")
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def heard(self) -> tuple[int, int]:
        played = self._played(time.monotonic())
        return played * BLOCK, (len(self._blocks) - played) * BLOCK

    @property
    def running(self) -> bool:
        return self._thread is not None

    @property
    def sound(self) -> np.ndarray:
        """All that was handed out, as 16-bit samples."""
        return np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)

    def sample_at(self, moment: float) -> int:
        """Index in `sound` of what left the device at a moment, by the device's own clock."""
        return round((moment - self.started) * CUE_RATE)

    @property
    def longest_pull(self) -> float:
        """The longest time between two pulls, in seconds: above the buffer's length the device would have run dry."""
        return max((b - a for a, b in pairwise(self._times)), default=0.0)

    def _played(self, now: float) -> int:
        return min(len(self._blocks), int((now - self.started) * 100))

    def _run(self, stream: QIODevice) -> None:
        while not self._end.is_set():
            while len(self._blocks) - self._played(time.monotonic()) < BUFFER:
                data = stream.read(2 * BLOCK)
                self._blocks.append(np.frombuffer(data, np.int16))
                self._times.append(time.monotonic())
            self._end.wait(0.01)
