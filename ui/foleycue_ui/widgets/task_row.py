# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a task on models is, with its own Cancel."""

from PyQt6.QtWidgets import QGridLayout, QProgressBar, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.models import Task
from foleycue_ui.widgets.amounts import left_words, size_words
from foleycue_ui.widgets.controls import Button, Elided

_FINE = 1000


class TaskRow(QWidget):
    """Words above a thin bar, with Cancel at its end."""

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.progress = QProgressBar()
        self.progress.setRange(0, _FINE)
        self.progress.setAccessibleName(tr("Models", "Progress of {model}").format(model=subject))
        self.progress.setTextVisible(False)
        theme.role(self.progress, "thin")
        self.words = Elided()
        self.cancel = Button(tr("Models", "Cancel"), "", tr("Models", "Cancel: {model}").format(model=subject))
        self.cancel.setToolTip(tr("Models", "Stop; what was downloaded stays for the next time"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.addWidget(self.words, 0, 0, 1, 2)
        grid.addWidget(self.progress, 1, 0)
        grid.addWidget(self.cancel, 1, 1)
        grid.setColumnStretch(0, 1)
        self.hide()

    def show_task(self, task: Task) -> None:
        """Show where a task is."""
        words = _words(task)
        self.progress.setValue(round(_FINE * task.done / task.total) if task.total else 0)
        self.words.set_text(words)
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
