# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of words to take up again: presets with names, and the history with its search."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.request import Wish
from foleycue_ui.model.shelf import Preset
from foleycue_ui.model.state import Notice, PanelState
from foleycue_ui.widgets.controls import Button, IconButton, Line, caption

_HEIGHT = 124


class WordList(QListWidget):
    """A low list; a click or Enter takes the entry."""

    taken = pyqtSignal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedHeight(_HEIGHT)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.itemClicked.connect(lambda item: self.taken.emit(self.row(item)))

    def show_lines(self, lines: list[tuple[str, str]]) -> None:
        """Show texts with their tool tips; the current line stays where it was."""
        row = self.currentRow()
        self.clear()
        for text, tip in lines:
            item = QListWidgetItem(text.replace("\n", " "))
            item.setToolTip(tip)
            self.addItem(item)
        self.setCurrentRow(min(row, len(lines) - 1))

    def keyPressEvent(self, e: QKeyEvent | None) -> None:
        """Enter takes, and goes no further; letters and arrows find."""
        if e is None or e.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(e)
        elif self.currentRow() >= 0:
            self.taken.emit(self.currentRow())


class PresetList(QWidget):
    """Presets: take one up, keep the words of now under a name, rename, delete."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._presets = state, state.presets
        self.list = WordList(tr("Ask", "Presets"))
        self.name = Line(tr("Ask", "Name of the preset"))
        self.name.setPlaceholderText(tr("Ask", "Name"))
        self.save = Button(tr("Ask", "Save"), "", tr("Ask", "Save the words as a preset"))
        self.save.setToolTip(tr("Ask", "Keep prompt, “not this” and switches under this name"))
        self.rename = Button(tr("Ask", "Rename"), "", tr("Ask", "Give the chosen preset this name"))
        self.rename.setToolTip(tr("Ask", "Give the chosen preset this name"))
        self.delete = IconButton("discard", tr("Ask", "Delete the chosen preset"))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self.name, 1)
        for button in (self.save, self.rename, self.delete):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addLayout(row)
        self.list.taken.connect(self._take)
        self.list.currentRowChanged.connect(self._show_buttons)
        self.name.textChanged.connect(self._show_buttons)
        self.name.returnPressed.connect(self._save)
        self.save.clicked.connect(self._save)
        self.rename.clicked.connect(self._rename)
        self.delete.clicked.connect(self._delete)
        self._presets.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.list.show_lines([(preset.name, describe(preset.wish)) for preset in self._presets.presets])
        self._show_buttons()

    def _show_buttons(self) -> None:
        chosen, name = self._chosen(), self.name.text().strip()
        taken = any(preset.name == name for preset in self._presets.presets)
        self.save.setEnabled(bool(name))
        self.rename.setEnabled(chosen is not None and bool(name) and not taken)
        self.delete.setEnabled(chosen is not None)

    def _chosen(self) -> Preset | None:
        row = self.list.currentRow()
        return self._presets.presets[row] if 0 <= row < len(self._presets.presets) else None

    def _take(self, row: int) -> None:
        preset = self._presets.presets[row]
        self._state.request.use(preset.wish)
        self.name.setText(preset.name)

    def _save(self) -> None:
        self._presets.save(self.name.text(), self._state.request.wish)

    def _rename(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._presets.rename(chosen, self.name.text())

    def _delete(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        place = self._presets.remove(chosen)

        def undo() -> None:
            self._state.notices.clear("preset")
            self._presets.restore(chosen, place)

        text = tr("Ask", "The preset “{name}” was deleted.").format(name=chosen.name)
        self._state.notices.post(Notice("info", text, key="preset", action=tr("Ask", "Undo"), run=undo))


class HistoryList(QWidget):
    """All that was asked for, newest first, with a search."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._found: tuple[Wish, ...] = ()
        self.search = Line(tr("Ask", "Search the history"))
        self.search.setPlaceholderText(tr("Ask", "Search"))
        self.search.setToolTip(tr("Ask", "Words that the prompt holds, in any order"))
        self.list = WordList(tr("Ask", "Prompts that were used, newest first"))
        self.hint = caption()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.search, self.list, self.hint):
            column.addWidget(widget)
        self.search.textChanged.connect(self._show)
        self.list.taken.connect(lambda row: state.request.use(self._found[row]))
        state.history.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self._found = self._state.history.find(self.search.text())
        self.list.show_lines([(wish.prompt, describe(wish)) for wish in self._found])
        self.list.setVisible(bool(self._found))
        self.hint.setVisible(not self._found)
        if self._state.history.wishes:
            self.hint.setText(tr("Ask", "No prompt holds these words."))
        else:
            self.hint.setText(tr("Ask", "What you generate is remembered here."))


def describe(wish: Wish) -> str:
    """A wish as a tool tip."""
    lines = [wish.prompt]
    if wish.negative:
        lines.append(tr("Ask", "Not: {words}").format(words=wish.negative))
    if wish.no_speech:
        lines.append(tr("Ask", "No speech"))
    if wish.no_music:
        lines.append(tr("Ask", "No music"))
    return "\n".join(lines)
