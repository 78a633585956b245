# SPDX-License-Identifier: GPL-3.0-or-later
"""A model as a card: what it is, what it may be used for, and what can be done with it."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.models import ModelEntry, ModelsModel, Plan
from foleycue_ui.widgets.amounts import size_words
from foleycue_ui.widgets.controls import Button, Elided, Glyph, caption
from foleycue_ui.widgets.flow import Flow
from foleycue_ui.widgets.question import Question
from foleycue_ui.widgets.task_row import TaskRow


class ModelCard(QFrame):
    """Facts first, then buttons; a question or the progress of a task takes the buttons' place."""

    plan_asked = pyqtSignal(str)
    pull_asked = pyqtSignal(str)
    import_asked = pyqtSignal(str)
    verify_asked = pyqtSignal(str)
    remove_asked = pyqtSignal(str)
    cancel_asked = pyqtSignal()

    def __init__(self, entry: ModelEntry, model: ModelsModel) -> None:
        super().__init__()
        self.entry, self._model = entry, model
        self.setObjectName("card")
        self.setAccessibleName(entry.title)
        self.download = Button(_download_words(entry), "", _named(_download_words(entry), entry))
        self.bring = Button(tr("Models", "Import…"), "", _named(tr("Models", "Import"), entry))
        self.verify = Button(tr("Models", "Verify"), "", _named(tr("Models", "Verify"), entry))
        self.remove = Button(tr("Models", "Delete"), "", _named(tr("Models", "Delete"), entry))
        self.task = TaskRow(entry.title)
        self.question = Question()
        self.buttons = Flow()
        self._lay_out()
        name = entry.name
        self.download.clicked.connect(lambda: self.plan_asked.emit(name))
        self.bring.clicked.connect(lambda: self.import_asked.emit(name))
        self.verify.clicked.connect(lambda: self.verify_asked.emit(name))
        self.remove.clicked.connect(self._ask_remove)
        self.task.cancel.clicked.connect(self.cancel_asked)
        model.task_changed.connect(self._show_task)
        model.changed.connect(self._show_plan)
        self._show_task()

    def _lay_out(self) -> None:
        entry = self.entry
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        title = caption(entry.title, "heading")
        title.setWordWrap(True)
        column.addWidget(title)
        column.addWidget(_line(*_state(entry)))
        column.addWidget(_line(*_use(entry)))
        facts = QGridLayout()
        facts.setHorizontalSpacing(theme.GAP)
        facts.setVerticalSpacing(3)
        facts.setColumnStretch(1, 1)
        for row, (name, words) in enumerate(_facts(entry)):
            facts.addWidget(caption(name), row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(_wrapped(words), row, 1)
        if entry.path:
            facts.addWidget(caption(tr("Models", "Folder")), facts.rowCount(), 0)
            facts.addWidget(Elided(entry.path, "", Qt.TextElideMode.ElideMiddle), facts.rowCount() - 1, 1)
        column.addLayout(facts)
        for button, tip in (
            (self.download, tr("Models", "See size and licences first, then download")),
            (self.bring, tr("Models", "Install from a folder on this computer, without a network")),
            (self.verify, tr("Models", "Read every file and compare it with its checksum")),
            (self.remove, tr("Models", "Remove the model from the disk")),
        ):
            button.setToolTip(tip)
            self.buttons.add(button)
        for part in (self.buttons, self.question, self.task):
            column.addWidget(part)

    def _ask_remove(self) -> None:
        words = tr("Models", "Delete {model}? It frees {size}, and must be downloaded again to be used.")
        size = size_words(self.entry.size_bytes + self.entry.waiting_bytes)
        self.question.ask(
            words.format(model=self.entry.name, size=size),
            tr("Models", "Delete it"),
            lambda: self.remove_asked.emit(self.entry.name),
        )

    def _show_plan(self) -> None:
        plan = self._model.plan
        if plan is not None and plan.model == self.entry.name and not self.entry.built_in:
            self.question.ask(plan_words(plan), tr("Models", "Download"), lambda: self.pull_asked.emit(self.entry.name))

    def _show_task(self) -> None:
        task, entry = self._model.task, self.entry
        mine = task is not None and task.model == entry.name
        self.task.setVisible(mine)
        if mine and task is not None:
            self.task.show_task(task)
            self.question.hide()
        self.buttons.setVisible(not mine and not entry.built_in)
        there = entry.installed or entry.waiting_bytes > 0
        for button, possible in (
            (self.download, True),
            (self.bring, True),
            (self.verify, entry.installed),
            (self.remove, there),
        ):
            button.setEnabled(task is None and possible)


def plan_words(plan: Plan) -> str:
    """What a download brings, in words: size, room, and each part's licence."""
    words = [
        tr("Models", "{size} will be downloaded from {host}. {room} are needed on the disk, {free} are free.").format(
            size=size_words(plan.transfer_bytes),
            host=plan.endpoint,
            room=size_words(plan.room_bytes),
            free=size_words(plan.free_bytes),
        )
    ]
    words += [f"• {part}: {licence}" for part, licence in plan.licences]
    return "\n".join(words)


def _named(does: str, entry: ModelEntry) -> str:
    return tr("Models", "{action}: {model}").format(action=does, model=entry.name)


def _download_words(entry: ModelEntry) -> str:
    if entry.waiting_bytes and not entry.installed:
        return tr("Models", "Continue download…")
    return tr("Models", "Download again…") if entry.installed else tr("Models", "Download…")


def _state(entry: ModelEntry) -> tuple[str, str, str]:
    """Icon, colour and words: whether it can make sound here."""
    size = size_words(entry.size_bytes)
    if entry.fault:
        return "alert", "warn", tr("Models", "Cannot run: {reason}").format(reason=entry.fault)
    if entry.built_in:
        return "check", "good", tr("Models", "Part of FoleyCue · {size}").format(size=size)
    if entry.installed:
        return "check", "good", tr("Models", "Installed · {size}").format(size=size)
    if entry.waiting_bytes:
        here = size_words(entry.waiting_bytes)
        return "dots", "warn", tr("Models", "Not installed · {size} of a download are here").format(size=here)
    return "ring", "dim", tr("Models", "Not installed")


def _use(entry: ModelEntry) -> tuple[str, str, str]:
    if entry.commercial:
        return "check", "good", tr("Models", "For any work, also commercial")
    return "alert", "warn", tr("Models", "Not for commercial work")


def _facts(entry: ModelEntry) -> list[tuple[str, str]]:
    facts = (
        (tr("Models", "For"), entry.purpose),
        (tr("Models", "Memory"), size_words(entry.memory_bytes)),
        (tr("Models", "Code"), entry.code_licence),
        (tr("Models", "Weights"), entry.weights_licence),
        (tr("Models", "Use"), entry.use),
    )
    return [(name, words) for name, words in facts if words]


def _wrapped(words: str) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _line(symbol: str, token: str, words: str) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(Glyph(symbol, token), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(_wrapped(words), 1)
    return line
