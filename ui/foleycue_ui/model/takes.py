# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of the marked range, and which one is chosen."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.cues import match_cues
from foleycue_shared.messages import Take
from foleycue_shared.timing import CUE_RATE

if TYPE_CHECKING:
    from foleycue_plugin.usecases import StoredTake

PEAK_BINS = 1200
#: A cue without an onset this near counts as missed; samples at CUE_RATE.
MISS_SAMPLES = CUE_RATE // 20


@dataclass(frozen=True)
class Sound:
    """A take's samples, ready to be heard and drawn: mono float32 -1 … 1, and (bins, 2) lows and highs."""

    samples: NDArray[np.float32]
    rate: int
    peaks: NDArray[np.float32]


@dataclass(frozen=True)
class TakeEntry:
    """A take in the store, with its sound; inserted says that it lies on the saved timeline."""

    stored: "StoredTake"
    sound: Sound
    inserted: bool = False

    @property
    def take(self) -> Take:
        """What the backend says about it."""
        return self.stored.take

    @property
    def path(self) -> Path:
        """Where the WAV lies."""
        return self.stored.path


def peaks_of(samples: NDArray[np.float32], bins: int = PEAK_BINS) -> NDArray[np.float32]:
    """Lowest and highest sample of each of `bins` equal stretches, (bins, 2); fewer when there are fewer samples."""
    count = min(bins, len(samples))
    if count == 0:
        return np.zeros((0, 2), np.float32)
    edges = np.linspace(0, len(samples), count + 1).astype(np.int64)[:-1]
    return np.stack((np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)), axis=1)


def read_sound(path: Path) -> Sound:
    """Read a take's WAV; slow, for a worker thread. Raises FoleyCueError."""
    from foleycue_shared.broadcast_wav import read_wav

    samples, rate = read_wav(path)
    return Sound(samples, rate, peaks_of(samples))


def missed_cues(take: Take) -> frozenset[int]:
    """Samples of the cues that no onset of the take answers."""
    samples = [cue.sample for cue in take.cues]
    heard = {cue for cue, _ in match_cues(samples, sorted(take.onsets), MISS_SAMPLES)}
    return frozenset(sample for k, sample in enumerate(samples) if k not in heard)


class TakeModel(QObject):
    """Takes in the order of their arrival; the chosen one is heard, shown in the lane and inserted first."""

    changed = pyqtSignal()
    chosen_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[TakeEntry, ...] = ()
        self.chosen_id = ""

    @property
    def chosen(self) -> TakeEntry | None:
        """The chosen take."""
        return next((entry for entry in self.entries if entry.take.take_id == self.chosen_id), None)

    def add(self, entry: TakeEntry) -> None:
        """A take arrived; the first one is chosen at once. The same take twice is one take."""
        if any(old.take.take_id == entry.take.take_id for old in self.entries):
            return
        self.entries = (*self.entries, entry)
        self.changed.emit()
        if not self.chosen_id:
            self.choose(entry.take.take_id)

    def choose(self, take_id: str) -> None:
        """Choose a take; an unknown id chooses none."""
        known = any(entry.take.take_id == take_id for entry in self.entries)
        wanted = take_id if known else ""
        if wanted != self.chosen_id:
            self.chosen_id = wanted
            self.chosen_changed.emit()

    def choose_number(self, number: int) -> bool:
        """Choose by place, from 1; False when there is no such take."""
        if not 1 <= number <= len(self.entries):
            return False
        self.choose(self.entries[number - 1].take.take_id)
        return True

    def mark_inserted(self, take_id: str) -> None:
        """Note that a take lies on the saved timeline."""
        self.entries = tuple(
            TakeEntry(entry.stored, entry.sound, entry.inserted or entry.take.take_id == take_id)
            for entry in self.entries
        )
        self.changed.emit()

    def restore(self, entry: TakeEntry, place: int) -> None:
        """Put one back where it was."""
        self.entries = (*self.entries[:place], entry, *self.entries[place:])
        self.changed.emit()
        self.choose(entry.take.take_id)

    def remove(self, take_id: str) -> None:
        """Take one out; its neighbour is chosen in its place."""
        place = next((k for k, entry in enumerate(self.entries) if entry.take.take_id == take_id), None)
        if place is None:
            return
        self.entries = self.entries[:place] + self.entries[place + 1 :]
        self.changed.emit()
        if take_id == self.chosen_id:
            rest = self.entries[min(place, len(self.entries) - 1)] if self.entries else None
            self.choose(rest.take.take_id if rest else "")

    def clear(self) -> None:
        """Another range: no takes."""
        self.entries = ()
        self.changed.emit()
        self.choose("")
