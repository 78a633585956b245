# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the cue lane: how many cues, whose they are, and what can be done with all of them."""

from collections import Counter

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_shared.cues import CueSource
from foleycue_ui.controls import Button, Elided
from foleycue_ui.state import PanelState

_WORDS = {
    CueSource.PICTURE: "picture",
    CueSource.GUIDE: "guide",
    CueSource.USER: "yours",
    CueSource.PERFORMED: "performed",
}


class CueTools(QWidget):
    """A line of words and two quiet buttons."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.words = Elided("", "caption")
        self.undo = Button("Undo", "link", "Undo the last change of cues")
        self.from_picture = Button("From picture", "link", "Take the cues from the picture again")
        self.clear = Button("Clear", "link", "Remove all cues")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.words, 1)
        for button, act in (
            (self.undo, state.cues.undo),
            (self.from_picture, state.cues.from_picture),
            (self.clear, state.cues.clear),
        ):
            row.addWidget(button)
            button.clicked.connect(act)
        state.cues.changed.connect(self._show)
        state.job.changed.connect(self._show)
        state.range.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        cues = self._state.cues
        self.undo.setEnabled(cues.can_undo)
        self.from_picture.setEnabled(cues.edited)
        self.clear.setEnabled(bool(cues.cues))
        self.words.set_text(self._text())

    def _text(self) -> str:
        cues = self._state.cues
        if not self._state.range.open:
            return "Cues"
        if not cues.known:
            return "Finding cues…" if self._state.job.analysing else "No cues yet"
        if not cues.cues:
            return "No cues · click in the lane to add one"
        many = "1 cue" if len(cues.cues) == 1 else f"{len(cues.cues)} cues"
        counts = Counter(cue.source for cue in cues.cues)
        return f"{many} · " + ", ".join(f"{counts[source]} {_WORDS[source]}" for source in _WORDS if counts[source])
