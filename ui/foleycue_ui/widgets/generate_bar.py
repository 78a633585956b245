# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate, Cancel, and how far it is."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QStackedLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button

_FINE = 1000


class GenerateBar(QWidget):
    """The main button with Cancel always beside it; while something runs, the button is the progress bar."""

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
        self.progress.setAccessibleName("Progress")
        self._lay_out()
        self.generate.clicked.connect(self.generate_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        for signal in (state.job.changed, state.range.changed, state.range.selection_changed, state.request.changed):
            signal.connect(self._show)
        state.range.project_changed.connect(self._show)
        state.link.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        self._stack = QStackedLayout()
        self._stack.addWidget(self.generate)
        self._stack.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addLayout(self._stack, 1)
        row.addWidget(self.cancel)
        self.setFixedHeight(36)

    def _show(self) -> None:
        job, request = self._state.job, self._state.request
        many = "1 take" if request.takes == 1 else f"{request.takes} takes"
        self.generate.setText(f"Generate {many}")
        self.generate.setAccessibleName(f"Generate {many}")
        self.generate.setEnabled(self._state.range.selection is not None and not job.active)
        self.cancel.setEnabled(job.active and job.state != "cancelling")
        self._stack.setCurrentIndex(1 if job.active else 0)
        self.progress.setValue(round(job.fraction * _FINE) if job.active else 0)
        words = self._words()
        self.progress.setFormat(words)
        self.progress.setAccessibleDescription(words)

    def _words(self) -> str:
        state = self._state
        if state.job.active and state.link.state not in ("connected", "closed"):
            return "Waiting for the backend to come back"
        return state.job.text() if state.job.active else ""
