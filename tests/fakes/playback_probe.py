# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds that say where they are, so that a recording of what a device was given tells gaps and sync by itself."""

import time
from collections.abc import Callable

import numpy as np
from PyQt6.QtGui import QImage

from fakes.null_output import NullOutput
from fakes.numbered_film import number_in
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import Sound, peaks_of
from foleycue_ui.playback.clock import frame_at
from foleycue_ui.playback.player import Player

#: 16-bit values of the first millisecond of each take; a take is as many milliseconds long at most.
_BASES = (2_000, 12_000, 22_000)
LONGEST_MS = 9_000
_QUIET = 200
#: A level is read only where it runs evenly for so long on both sides.
_CLEAN_MS = 8
_CLEAN = _CLEAN_MS * CUE_RATE // 1000


def coded_take(number: int, samples: int) -> Sound:
    """A take (0 … 2) whose level says its number and its own millisecond, and is never near silence."""
    milliseconds = np.arange(samples) // (CUE_RATE // 1000) % LONGEST_MS
    data = ((_BASES[number] + milliseconds) / 32767).astype(np.float32)
    return Sound(data, CUE_RATE, peaks_of(data))


def place_in(level: int) -> int:
    """The place that a level of any coded take says, in samples, to the millisecond."""
    base = max(base for base in _BASES if base <= level)
    return (level - base) * (CUE_RATE // 1000)


def take_in(sound: np.ndarray) -> np.ndarray:
    """The number of the take that each sample comes from, -1 for none."""
    return np.searchsorted(_BASES, sound, side="right") - 1


def longest_gap(sound: np.ndarray) -> float:
    """The longest near-silence between first and last sound, in milliseconds."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _QUIET)
    return float(np.diff(loud).max() - 1) * 1000 / CUE_RATE if len(loud) > 1 else 0.0


class SyncProbe:
    """Notes, for each picture that is shown, which frame it is and which frame is heard at that moment.

    Both are read from the material itself: the number in the picture, and the level that leaves the device.
    """

    def __init__(self, player: Player, output: NullOutput, now: Callable[[], float] = time.monotonic) -> None:
        self._player, self._output, self._now = player, output, now
        self._shown: list[tuple[float, int]] = []
        player.picture_changed.connect(self._on_picture)

    def _on_picture(self, image: QImage) -> None:
        if self._player.playing:
            self._shown.append((self._now(), number_in(image)))

    def errors(self) -> list[int]:
        """Frames by which each picture lay before (+) or behind (-) the sound, the shorter way round a loop.

        Where one take fades into the other, a level says nothing, and is left out.
        """
        sound = self._output.sound.astype(np.int32)
        frames, found = self._player.frames, []
        for moment, number in self._shown:
            around = sound[max(0, self._output.sample_at(moment) - _CLEAN) :][: 2 * _CLEAN]
            if len(around) == 2 * _CLEAN and around.min() >= _BASES[0] and np.ptp(around) <= 2 * _CLEAN_MS:
                heard = frame_at(place_in(int(around[_CLEAN])), self._player.rate)
                found.append((number - heard + frames // 2) % frames - frames // 2)
        return found
