# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of the marked range, and which one is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.job_ids import round_of
from foleycue_shared.messages import Take
from foleycue_ui.look.words import tr
from foleycue_ui.model.answers import Answers, answers_of
from foleycue_ui.model.mip import Mip

if TYPE_CHECKING:
    from foleycue_plugin.usecases import StoredTake

PEAK_BINS = 1200


@dataclass(frozen=True)
class Sound:
    """Samples ready to be heard, float32 -1 … 1 in one channel (n,) or two (n, 2), and to be drawn, both as one.

    peaks are lows and highs (bins, 2), mip the same at every scale.

    Slow to make, hence for worker threads.
    """

    samples: NDArray[np.float32]
    rate: int
    peaks: NDArray[np.float32]
    mip: Mip = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mip", Mip(as_one(self.samples)))


@dataclass(frozen=True)
class TakeEntry:
    """A take in the store, with its sound; made in the worker thread that reads it."""

    stored: "StoredTake"
    sound: Sound

    def __post_init__(self) -> None:
        answers_of(self.take)  # kept for whoever shows the take

    @property
    def take(self) -> Take:
        """What the backend says about it."""
        return self.stored.take

    @property
    def answers(self) -> Answers:
        """How its onsets answer its cues."""
        return answers_of(self.take)

    @property
    def path(self) -> Path:
        """Where the WAV lies."""
        return self.stored.path

    def title(self) -> str:
        """The user's name for it, else its object and its prompt."""
        parts = dict.fromkeys(part for part in (self.take.stem, self.take.prompt) if part)
        return self.stored.name or ": ".join(parts) or tr("Takes", "No prompt")


def as_one(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel (n,) that has the power of both where there are two: what a waveform shows, wherever it is panned."""
    if samples.ndim == 1:
        return samples
    louder = np.take_along_axis(samples, np.abs(samples).argmax(axis=1, keepdims=True), axis=1)[:, 0]
    return (np.sign(louder) * np.sqrt((samples**2).sum(axis=1))).astype(np.float32)


def stems_of(entries: Iterable[TakeEntry], chosen_id: str = "") -> dict[str, TakeEntry]:
    """The take that stands for each object among some: the chosen one, else a starred one, else the first."""
    found: dict[str, TakeEntry] = {}
    for entry in sorted(entries, key=lambda entry: (entry.take.take_id != chosen_id, not entry.stored.starred)):
        if entry.take.stem:
            found.setdefault(entry.take.stem, entry)
    return found


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
    return Sound(samples, rate, peaks_of(as_one(samples)))


class TakeModel(QObject):
    """The takes of one range, by rounds (what one press asked for): the newest first, inside it in the order of jobs.

    The chosen take is heard, shown in the lane and inserted first; beside it one more is kept to compare it with.
    """

    changed = pyqtSignal()
    chosen_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[TakeEntry, ...] = ()
        self.chosen_id = ""
        self.other_id = ""  # what the user chose to compare with
        self._before_id = ""  # what was chosen last
        self._rounds: dict[str, int] = {}  # round -> when its first take came

    @property
    def chosen(self) -> TakeEntry | None:
        """The chosen take."""
        return self.get(self.chosen_id)

    def get(self, take_id: str) -> TakeEntry | None:
        """A take by its id."""
        return next((entry for entry in self.entries if entry.take.take_id == take_id), None)

    def rounds(self) -> tuple[tuple[TakeEntry, ...], ...]:
        """The takes of each round, newest round first."""
        return tuple(tuple(group) for _, group in groupby(self.entries, key=lambda entry: round_of(entry.take.job_id)))

    def round_with(self, take_id: str) -> tuple[TakeEntry, ...]:
        """The takes that came of the same press as one of them."""
        return next((group for group in self.rounds() if any(e.take.take_id == take_id for e in group)), ())

    def add(self, *entries: TakeEntry) -> None:
        """Takes arrived; the first one is chosen at once. The same take twice is one take."""
        new = {entry.take.take_id: entry for entry in entries if self.get(entry.take.take_id) is None}
        if not new:
            return
        for entry in new.values():
            self._rounds.setdefault(round_of(entry.take.job_id), len(self._rounds))
        self.entries = tuple(sorted((*self.entries, *new.values()), key=self._place))
        self.changed.emit()
        if not self.chosen_id:
            self.choose(self.entries[0].take.take_id)

    def load(self, *entries: TakeEntry) -> None:
        """All takes that the store holds of the range, oldest first; those that arrived meanwhile are in place."""
        rounds = dict.fromkeys((*(round_of(entry.take.job_id) for entry in entries), *self._rounds))
        self._rounds = {name: number for number, name in enumerate(rounds)}
        self.add(*entries)

    def choose(self, take_id: str) -> None:
        """Choose a take; an unknown id chooses none."""
        wanted = take_id if self.get(take_id) is not None else ""
        if wanted != self.chosen_id:
            self._before_id = self.chosen_id
            if wanted and wanted == self.other_id:
                self.other_id = self.chosen_id
            self.chosen_id = wanted
            self.chosen_changed.emit()

    def choose_number(self, number: int) -> bool:
        """Choose by place, from 1; False when there is no such take."""
        if not 1 <= number <= len(self.entries):
            return False
        self.choose(self.entries[number - 1].take.take_id)
        return True

    def compare_with(self, take_id: str) -> None:
        """Keep a take to compare the chosen one with; the same again, or an unknown one: none."""
        known = self.get(take_id) is not None and take_id != self.chosen_id
        self.other_id = take_id if known and take_id != self.other_id else ""
        self.changed.emit()

    def compare(self) -> bool:
        """Change over to the other take, or without one to the take chosen before; False when there is none."""
        wanted = self.other_id or self._before_id
        if self.get(wanted) is None:
            return False
        self.choose(wanted)
        return True

    def note(self, take_id: str, **notes: str | bool) -> None:
        """Change what the user thinks of a take: name, starred or used."""
        from msgspec.structs import replace

        self.entries = tuple(
            TakeEntry(replace(entry.stored, **notes), entry.sound) if entry.take.take_id == take_id else entry
            for entry in self.entries
        )
        self.changed.emit()

    def restore(self, entry: TakeEntry) -> None:
        """Put one back where it was."""
        self.add(entry)
        self.choose(entry.take.take_id)

    def remove(self, take_id: str) -> None:
        """Take one out; its neighbour is chosen in its place."""
        place = next((k for k, entry in enumerate(self.entries) if entry.take.take_id == take_id), None)
        if place is None:
            return
        self.entries = self.entries[:place] + self.entries[place + 1 :]
        if take_id == self.other_id:
            self.other_id = ""
        self.changed.emit()
        if take_id == self.chosen_id:
            rest = self.entries[min(place, len(self.entries) - 1)] if self.entries else None
            self.choose(rest.take.take_id if rest else "")

    def clear(self) -> None:
        """Another range: no takes."""
        self.entries, self.other_id = (), ""
        self._rounds.clear()
        self.changed.emit()
        self.choose("")

    def _place(self, entry: TakeEntry) -> tuple[int, int, str, int]:
        take = entry.take
        return -self._rounds[round_of(take.job_id)], len(take.job_id), take.job_id, take.index
