# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard beside the picture: the take, the guide track, both; and how loud."""

from PyQt6.QtCore import QObject, pyqtSignal


class Mixer(QObject):
    """Switches and levels. Levels are 0 … 1 as a slider stands; at 1 a sound is heard at its own level."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.take_on = self.guide_on = True
        self.take_level = self.guide_level = self.volume = 1.0
        self.muted = False

    def set(
        self,
        *,
        take_on: bool | None = None,
        guide_on: bool | None = None,
        take_level: float | None = None,
        guide_level: float | None = None,
        volume: float | None = None,
        muted: bool | None = None,
    ) -> None:
        """Change what is given."""
        before = self._values()
        self.take_on = self.take_on if take_on is None else take_on
        self.guide_on = self.guide_on if guide_on is None else guide_on
        self.take_level = self.take_level if take_level is None else _unit(take_level)
        self.guide_level = self.guide_level if guide_level is None else _unit(guide_level)
        self.volume = self.volume if volume is None else _unit(volume)
        self.muted = self.muted if muted is None else muted
        if before != self._values():
            self.changed.emit()

    @property
    def take_gain(self) -> float:
        """The factor for the take's samples."""
        return self._gain(self.take_on, self.take_level)

    @property
    def guide_gain(self) -> float:
        """The factor for the guide track's samples."""
        return self._gain(self.guide_on, self.guide_level)

    def _gain(self, on: bool, level: float) -> float:
        # Squares: half way up sounds about half as loud, as on a fader.
        return 0.0 if self.muted or not on else (level * self.volume) ** 2

    def _values(self) -> tuple[object, ...]:
        return self.take_on, self.guide_on, self.take_level, self.guide_level, self.volume, self.muted


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
