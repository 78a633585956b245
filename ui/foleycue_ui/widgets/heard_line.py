# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the prompt: how the engine reads it, what would be nearest when it does not, and what it suggests."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_shared.messages import KnownSound
from foleycue_ui.look.words import tr
from foleycue_ui.model.request import RequestModel
from foleycue_ui.widgets.controls import Elided, caption, chain
from foleycue_ui.widgets.flow import Chip, Flow


class HeardLine(QWidget):
    """One line of words, and chips to click."""

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.words = Elided("", "caption")
        self.chips = Flow()
        self.near: list[Chip] = []
        self.suggested: list[Chip] = []
        self.after: QWidget | None = None  # what Tab leaves for the chips
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 0, 2, 0)
        column.setSpacing(3)
        column.addWidget(self.words)
        column.addWidget(self.chips)
        model.understood_changed.connect(self._show)
        model.suggestions_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.chips.clear()
        self.near, self.suggested = [], []
        understood = self._model.understood
        self.words.set_text("")
        if understood is not None and understood.sounds:
            if understood.known:
                heard = " + ".join(_sound(sound) for sound in understood.sounds)
                self.words.set_text(tr("Ask", "Heard as: {sounds}").format(sounds=heard))
            else:
                self.words.set_text(tr("Ask", "The engine does not know this. Nearest:"))
                self.near = [self._near_chip(sound) for sound in understood.sounds]
        unused = [words for words in self._model.suggestions if words.casefold() not in self._model.prompt.casefold()]
        if unused and not self.near:
            self.chips.add(caption(tr("Ask", "Suggested:")))
            self.suggested = [self._suggestion(words) for words in unused]
        chain(self.after, *self.near, *self.suggested)
        self.words.setVisible(bool(self.words.whole()))
        self.chips.setVisible(bool(self.near or self.suggested))
        self.setVisible(bool(self.words.whole() or self.suggested))

    def _near_chip(self, sound: KnownSound) -> Chip:
        chip = Chip(sound.label, tr("Ask", "Ask for this instead"))
        chip.clicked.connect(lambda: self._model.set(prompt=sound.label))
        self.chips.add(chip)
        return chip

    def _suggestion(self, words: str) -> Chip:
        chip = Chip(words, tr("Ask", "Add this to the prompt"))
        chip.clicked.connect(lambda: self._add(words))
        self.chips.add(chip)
        return chip

    def _add(self, words: str) -> None:
        self._model.append(words)
        self._show()


def _sound(sound: KnownSound) -> str:
    return f"{sound.label} ({sound.note})" if sound.note else sound.label
