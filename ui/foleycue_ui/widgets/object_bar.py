# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects there are, and what the selected one is called and sounds like."""

from PyQt6.QtCore import QEvent, QSize, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from foleycue_ui.control.locating import Locating
from foleycue_ui.look import theme
from foleycue_ui.look.object_marks import badge
from foleycue_ui.look.words import tr
from foleycue_ui.model.seen_object import SeenObject
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button, IconButton, Line, chain
from foleycue_ui.widgets.find_row import FindRow
from foleycue_ui.widgets.flow import Flow


class ObjectBar(QWidget):
    """A chip each object; below them the name and the words of the selected one, and what finds others."""

    remove_asked = pyqtSignal(int)

    def __init__(self, state: PanelState, locating: Locating, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regions = state.regions
        self._shown: tuple[object, ...] | None = None
        self.chips: list[Button] = []
        self.before: QWidget | None = None  # what Tab leaves for the chips
        self.flow = Flow()
        self.name = Line(tr("Region", "Name of the object, which its takes and tracks get"))
        self.name.setPlaceholderText(tr("Region", "Name"))
        self.prompt = Line(tr("Region", "What the object sounds like; empty: its name says it"))
        self.remove = IconButton("discard", tr("Region", "Remove the object"))
        self.words = QWidget()
        row = QHBoxLayout(self.words)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.name, 2)
        row.addWidget(self.prompt, 3)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.flow)
        column.addWidget(self.words)
        self.search = FindRow(locating, state.range)
        column.addWidget(self.search)
        self.name.textEdited.connect(lambda text: self._describe(label=text))
        self.prompt.textEdited.connect(lambda text: self._describe(prompt=text))
        self.remove.clicked.connect(self._remove)
        self._regions.changed.connect(self._show)
        self._show()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, besides the chips, which come and go."""
        return [self.name, self.prompt, self.remove, self.search.words, self.search.button]

    def changeEvent(self, a0: QEvent | None) -> None:
        """Another palette: the chips' colours are pictures."""
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.StyleChange and self.chips:
            self._make_chips()

    def _describe(self, *, label: str | None = None, prompt: str | None = None) -> None:
        selected = self._regions.selected
        if selected is not None:
            self._regions.describe(selected.number, label=label, prompt=prompt)

    def _remove(self) -> None:
        selected = self._regions.selected
        if selected is not None:
            self.remove_asked.emit(selected.number)

    def _show(self) -> None:
        selected, objects = self._regions.selected, self._regions.objects
        self.flow.setVisible(bool(objects))
        self.words.setVisible(selected is not None)
        now = tuple((seen.number, seen.label) for seen in objects)
        if now != self._shown:
            self._shown = now
            self._make_chips()
        number = None if selected is None else selected.number
        for chip, wanted in zip(self.chips, (None, *(seen.number for seen in objects)), strict=True):
            chip.setChecked(wanted == number)
        if selected is not None:
            self._show_words(selected)

    def _show_words(self, selected: SeenObject) -> None:
        for line, text in ((self.name, selected.label), (self.prompt, selected.prompt)):
            # A blank at the end is not kept, but may still be followed by a word.
            if line.text().strip() != text:
                line.setText(text)
        example = tr("Region", "What it sounds like")
        self.prompt.setPlaceholderText(selected.label or example)

    def _make_chips(self) -> None:
        self.flow.clear()
        whole = tr("Region", "Everything")
        self.chips = [self._chip(None, whole, tr("Region", "Let the whole picture count"))]
        for seen in self._regions.objects:
            chip = self._chip(seen.number, seen.label or seen.letter, tr("Region", "Edit this object, show its cues"))
            chip.setAccessibleName(tr("Region", "Object {letter} {name}").format(letter=seen.letter, name=seen.label))
            chip.setIcon(badge(seen.number, seen.letter))
            chip.setIconSize(QSize(14, 14))
            self.chips.append(chip)
        for chip in self.chips:
            self.flow.add(chip)
        chain(self.before, *self.chips)

    def _chip(self, number: int | None, text: str, tip: str) -> Button:
        chip = Button(text, "chip")
        chip.setCheckable(True)
        selected = self._regions.selected
        chip.setChecked(number == (None if selected is None else selected.number))
        chip.setToolTip(tip)
        chip.clicked.connect(lambda: self._choose(number))
        return chip

    def _choose(self, number: int | None) -> None:
        self._regions.select(number)
        self._show()  # a chip that is pressed again stays pressed
