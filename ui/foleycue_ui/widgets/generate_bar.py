# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate, and Cancel always beside it."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.control.generation import takes_asked, time_asked
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.job import about_text
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button


class GenerateBar(QWidget):
    """The main button; while something runs, it adds to the queue."""

    generate_asked = pyqtSignal()
    cancel_asked = pyqtSignal()

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.generate = Button(tr("Ask", "Generate"), "primary")
        self.cancel = Button(tr("Ask", "Cancel"), "cancel", tr("Ask", "Cancel the generation"))
        self.cancel.setToolTip(tr("Ask", "Stop the generation that runs"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.generate, 1)
        row.addWidget(self.cancel)
        self.setFixedHeight(36)
        self.generate.clicked.connect(self.generate_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        for signal in (state.job.changed, state.range.selection_changed, state.range.changed, state.request.changed):
            signal.connect(self._show)
        state.regions.changed.connect(self._show)
        state.pace.changed.connect(self._show)
        state.range.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        job, takes = self._state.job, takes_asked(self._state)
        if job.active:
            one, many = tr("Ask", "Queue 1 more take"), tr("Ask", "Queue {count} more takes")
        else:
            one, many = tr("Ask", "Generate 1 take"), tr("Ask", "Generate {count} takes")
        words = one if takes == 1 else many.format(count=takes)
        self.generate.setText(words)
        self.generate.setAccessibleName(words)
        about, tip = time_asked(self._state), tr("Ask", "Make new takes of the marked range")
        timed = tr("Ask", "{what}: {about} on this computer")
        self.generate.setToolTip(tip if about is None else timed.format(what=tip, about=about_text(about)))
        self.generate.setEnabled(self._state.range.selection is not None)
        self.cancel.setEnabled(job.active and job.state != "cancelling")
