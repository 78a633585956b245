# SPDX-License-Identifier: GPL-3.0-or-later
"""What should be heard, and what not."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from foleycue_shared.messages import MAX_PROMPT
from foleycue_ui.look import theme
from foleycue_ui.model.state import RequestModel
from foleycue_ui.widgets.controls import Line


class PromptEdit(QPlainTextEdit):
    """A few lines of text; Tab leaves it, Ctrl+Enter generates."""

    generate_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setAccessibleName("Prompt")
        self.setPlaceholderText("What is heard: a hammer on wood, boots on gravel …")
        if (document := self.document()) is not None:
            document.setDocumentMargin(1)
        line = self.fontMetrics().lineSpacing()
        self.setFixedHeight(2 * line + 18)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Ctrl+Enter generates; Enter writes a line."""
        if event is None:
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.generate_asked.emit()
        else:
            super().keyPressEvent(event)


class PromptBox(QWidget):
    """Prompt and "not this"."""

    generate_asked = pyqtSignal()

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.prompt = PromptEdit()
        self.negative = Line("Not this")
        self.negative.setPlaceholderText("Not this: music, speech, wind …")
        self.negative.setMaxLength(MAX_PROMPT)
        self.limit = QLabel()
        theme.role(self.limit, "caption")
        self.limit.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.prompt, self.limit, self.negative):
            column.addWidget(widget)
        self.prompt.textChanged.connect(self._prompt_typed)
        self.prompt.generate_asked.connect(self.generate_asked)
        self.negative.textChanged.connect(lambda text: model.set(negative=text))
        model.changed.connect(self._show)
        self._show()

    def _prompt_typed(self) -> None:
        text = self.prompt.toPlainText()
        over = len(text) - MAX_PROMPT
        self.limit.setVisible(over > 0)
        if over > 0:
            self.limit.setText(f"{over} characters more than the {MAX_PROMPT} that a prompt may have are left out.")
        self._model.set(prompt=text)

    def _show(self) -> None:
        if self.prompt.toPlainText()[:MAX_PROMPT] != self._model.prompt:
            self.prompt.setPlainText(self._model.prompt)
        if self.negative.text() != self._model.negative:
            self.negative.setText(self._model.negative)
