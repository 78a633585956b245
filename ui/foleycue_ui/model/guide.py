# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide track: the sound that the marked range has already."""

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_ui.model.takes import Sound


class GuideModel(QObject):
    """The range's own sound, once it was read. state: "none", "reading", "ready" or "failed"."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sound: Sound | None = None
        self.state = "none"

    def set(self, state: str, sound: Sound | None = None) -> None:
        """Take over what became of it."""
        self.state, self.sound = state, sound
        self.changed.emit()
