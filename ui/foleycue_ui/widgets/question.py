# SPDX-License-Identifier: GPL-3.0-or-later
"""A question in place: what will happen, one button that does it, one that does not. Never a dialog."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.widgets.controls import Button


class Question(QWidget):
    """Hidden until something is asked; Escape and "No" take it away."""

    def __init__(self) -> None:
        super().__init__()
        self._run: Callable[[], object] | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.yes = Button("", "primary")
        self.no = Button(tr("Question", "No"), "cancel")
        row = QHBoxLayout()
        row.addWidget(self.yes)
        row.addWidget(self.no)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.words)
        column.addLayout(row)
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self.hide)
        self.hide()

    def ask(self, words: str, yes: str, run: Callable[[], object]) -> None:
        """Ask; run is called once, when the user agrees. The focus goes to the answer that does nothing."""
        self._run = run
        self.words.setText(words)
        self.yes.setText(yes)
        self.yes.setAccessibleName(yes)
        self.no.setAccessibleName(tr("Question", "No: {question}").format(question=words))
        for button in (self.yes, self.no):
            button.setToolTip(words)
        self.setAccessibleName(words)
        self.show()
        self.no.setFocus()

    def _agree(self) -> None:
        run, self._run = self._run, None
        self.hide()
        if run is not None:
            run()
