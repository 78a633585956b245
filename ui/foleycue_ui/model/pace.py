# SPDX-License-Identifier: GPL-3.0-or-later
"""How long takes need on this machine, learned from those that were made."""

import msgspec
from PyQt6.QtCore import QObject, pyqtSignal

#: Weight of the newest measurement in the running mean.
_NEWEST = 0.3


class PaceModel(QObject):
    """Seconds of work for each second of sound, by engine and setting; the loading of an engine is not counted."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._costs: dict[str, float] = {}

    def expected(self, engine: str, setting: str, sound: float) -> float | None:
        """How many seconds so many seconds of sound will need; None as long as nothing of the kind was made."""
        cost = self._costs.get(_key(engine, setting))
        return None if cost is None else cost * sound

    def learn(self, engine: str, setting: str, sound: float, work: float) -> None:
        """So many seconds of sound (above 0) needed so many seconds of work."""
        key, cost = _key(engine, setting), work / sound
        known = self._costs.get(key, cost)
        self._costs[key] = (1 - _NEWEST) * known + _NEWEST * cost
        self.changed.emit()

    def encode(self) -> str:
        """What was learned, to be kept."""
        return msgspec.json.encode(self._costs).decode()

    def decode(self, kept: str) -> None:
        """Take over what was kept; nonsense is nothing."""
        try:
            self._costs = msgspec.json.decode(kept, type=dict[str, float])
        except msgspec.MsgspecError:
            self._costs = {}
        self.changed.emit()


def _key(engine: str, setting: str) -> str:
    return f"{engine}/{setting}"
