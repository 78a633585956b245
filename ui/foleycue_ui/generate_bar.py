# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate, Cancel, and how far it is."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from foleycue_ui import theme
from foleycue_ui.controls import Button, Elided
from foleycue_ui.state import PanelState

_FINE = 1000


class GenerateBar(QWidget):
    """The main button with Cancel always beside it; below, bar and words while something runs."""

    generate_asked = pyqtSignal()
    cancel_asked = pyqtSignal()

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.generate = Button("Generate", "primary")
        self.generate.setToolTip("Make new takes (R, or Ctrl+Enter)")
        self.cancel = Button("Cancel", "cancel", "Cancel the generation")
        self.cancel.setToolTip("Stop the generation (Esc)")
        self.progress = QProgressBar()
        self.progress.setRange(0, _FINE)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress")
        self.words = Elided("", "caption")
        self._lay_out()
        self.generate.clicked.connect(self.generate_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        for signal in (state.job.changed, state.range.changed, state.range.selection_changed, state.request.changed):
            signal.connect(self._show)
        state.range.project_changed.connect(self._show)
        state.cues.changed.connect(self._show)
        state.link.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        policy = self.generate.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self.generate.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self.generate, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.words)

    def _show(self) -> None:
        job, request = self._state.job, self._state.request
        many = "1 take" if request.takes == 1 else f"{request.takes} takes"
        self.generate.setText(f"Generate {many}")
        self.generate.setAccessibleName(f"Generate {many}")
        self.generate.setEnabled(self._state.range.selection is not None and not job.active)
        self.cancel.setEnabled(job.active and job.state != "cancelling")
        self.progress.setValue(round(job.fraction * _FINE) if job.active else 0)
        self.words.set_text(self._words())

    def _words(self) -> str:
        state = self._state
        if state.job.active:
            if state.link.state not in ("connected", "closed"):
                return "Waiting for the backend: the work goes on when it is back"
            return state.job.text()
        if not state.range.open:
            return "Open a timeline or a clip to begin"
        if state.range.selection is None:
            return "Reading the range…"
        if state.job.analysing:
            return "Looking for cues in the picture…"
        if state.cues.known:
            count = len(state.cues.cues)
            return "No cues: the sound is free in time" if not count else ""
        return "Cues are found when you generate"
