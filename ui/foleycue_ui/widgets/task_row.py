# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a task on models is, with its own Cancel."""

from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.models import Task
from foleycue_ui.widgets.amounts import left_words, size_words
from foleycue_ui.widgets.controls import Button

_FINE = 1000


class TaskRow(QWidget):
    """Progress bar with words, and Cancel."""

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.progress = QProgressBar()
        self.progress.setRange(0, _FINE)
        self.progress.setAccessibleName(tr("Models", "Progress of {model}").format(model=subject))
        self.cancel = Button(tr("Models", "Cancel"), "cancel", tr("Models", "Cancel: {model}").format(model=subject))
        self.cancel.setToolTip(tr("Models", "Stop; what was downloaded stays for the next time"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.hide()

    def show_task(self, task: Task) -> None:
        """Show where a task is."""
        words = _words(task)
        self.progress.setValue(round(_FINE * task.done / task.total) if task.total else 0)
        self.progress.setFormat(words)
        self.progress.setAccessibleDescription(words)
        self.cancel.setEnabled(not task.stopping)


def _words(task: Task) -> str:
    if task.stopping:
        return tr("Models", "Stopping…")
    if not task.phase or not task.total:
        return tr("Models", "Looking it up…") if task.action == "plan" else tr("Models", "Beginning…")
    parts = [_phase(task.phase)]
    if task.phase != "convert":
        of = tr("Models", "{done} of {total}")
        parts.append(of.format(done=size_words(task.done), total=size_words(task.total)))
    if task.seconds_left is not None:
        parts.append(left_words(task.seconds_left))
    return " · ".join(parts)


def _phase(phase: str) -> str:
    phases = {
        "download": tr("Models", "Downloading"),
        "convert": tr("Models", "Converting"),
        "check": tr("Models", "Checking"),
        "copy": tr("Models", "Copying"),
    }
    return phases.get(phase, phase)
