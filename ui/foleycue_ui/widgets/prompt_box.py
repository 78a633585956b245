# SPDX-License-Identifier: GPL-3.0-or-later
"""What should be heard, and what not."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from foleycue_shared.messages import MAX_PROMPT
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.request import RequestModel
from foleycue_ui.widgets.controls import Line, caption
from foleycue_ui.widgets.flow import Chip
from foleycue_ui.widgets.heard_line import HeardLine


class PromptEdit(QPlainTextEdit):
    """A few lines of text; Tab leaves it, and what is a command with Ctrl passes through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Ask", "Prompt"))
        self.setToolTip(tr("Ask", "What is heard, in your own words"))
        self.setPlaceholderText(tr("Ask", "What is heard: a hammer on wood, boots on gravel …"))
        if (document := self.document()) is not None:
            document.setDocumentMargin(1)
        line = self.fontMetrics().lineSpacing()
        self.setFixedHeight(2 * line + 18)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter writes a line; with Ctrl it belongs to the panel, whose action it is."""
        if event is None:
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


class PromptBox(QWidget):
    """Prompt, how it is read, "not this" and the two switches."""

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.prompt = PromptEdit()
        self.heard = HeardLine(model)
        self.heard.after = self.prompt
        self.negative = Line(tr("Ask", "Not this"))
        self.negative.setPlaceholderText(tr("Ask", "Not this: wind, echo …"))
        self.negative.setToolTip(tr("Ask", "What should not be heard"))
        self.negative.setMaxLength(MAX_PROMPT)
        self.no_speech = Chip(tr("Ask", "No speech"), tr("Ask", "Keep voices out of the sound"), checkable=True)
        self.no_music = Chip(tr("Ask", "No music"), tr("Ask", "Keep music out of the sound"), checkable=True)
        self.limit = caption()
        self.limit.hide()
        self._lay_out()
        self.prompt.textChanged.connect(self._prompt_typed)
        self.negative.textChanged.connect(lambda text: model.set(negative=text))
        self.no_speech.toggled.connect(lambda on: model.set(no_speech=on))
        self.no_music.toggled.connect(lambda on: model.set(no_music=on))
        model.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self.negative, 1)
        row.addWidget(self.no_speech)
        row.addWidget(self.no_music)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.prompt, self.heard, self.limit):
            column.addWidget(widget)
        column.addLayout(row)

    def _prompt_typed(self) -> None:
        text = self.prompt.toPlainText()
        over = len(text) - MAX_PROMPT
        self.limit.setVisible(over > 0)
        if over > 0:
            words = tr("Ask", "{count} characters more than the {most} that a prompt may have are left out.")
            self.limit.setText(words.format(count=over, most=MAX_PROMPT))
        self._model.set(prompt=text)

    def _show(self) -> None:
        wish = self._model.wish
        if self.prompt.toPlainText()[:MAX_PROMPT] != wish.prompt:
            self.prompt.setPlainText(wish.prompt)
        if self.negative.text() != wish.negative:
            self.negative.setText(wish.negative)
        self.no_speech.setChecked(wish.no_speech)
        self.no_music.setChecked(wish.no_music)
