# SPDX-License-Identifier: GPL-3.0-or-later
"""How many takes, from which seed, by which engine."""

from PyQt6.QtCore import QRegularExpression, Qt
from PyQt6.QtGui import QKeyEvent, QPaintEvent, QRegularExpressionValidator, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QGridLayout, QLabel, QSpinBox, QWidget

from foleycue_shared.messages import MAX_TAKES
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.request import RequestModel
from foleycue_ui.widgets.compare_button import CompareButton
from foleycue_ui.widgets.controls import Choice, IconButton, Line, chevron

_MAX_SEED = 2**53 - 1


class TakesSpin(QSpinBox):
    """1 … 8; keeps Enter to itself."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The box, then its arrows."""
        super().paintEvent(event)
        chevron(self, "up", self.height() / 2 - 6)
        chevron(self, "down", self.height() / 2 + 6)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter ends the entry and nothing else."""
        super().keyPressEvent(event)
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class OptionsRow(QWidget):
    """Three fields in a row, and who else makes the same."""

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.takes = TakesSpin()
        self.takes.setRange(1, MAX_TAKES)
        self.takes.setAccessibleName(tr("Ask", "Number of takes"))
        self.seed = Line(tr("Ask", "Seed"))
        self.seed.setPlaceholderText(tr("Ask", "random"))
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,16}"), self.seed))
        self.seed.setToolTip(tr("Ask", "Seed of the first take; empty: a new one each time"))
        self.dice = IconButton("dice", tr("Ask", "Leave the seed to chance"))
        self.compare = CompareButton(model)
        self.engine = Choice()
        self.engine.setAccessibleName(tr("Ask", "Engine"))
        self.engine.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.engine.setMinimumContentsLength(8)
        self._lay_out()
        self.takes.valueChanged.connect(lambda value: model.set(takes=value))
        self.seed.textEdited.connect(self._seed_typed)
        self.dice.clicked.connect(lambda: model.set_seed(None))
        self.engine.activated.connect(lambda _: model.set(engine=self.engine.currentData()))
        model.changed.connect(self._show)
        model.engines_changed.connect(self._show_engines)
        self._show_engines()
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(3)
        for column, (text, widget) in enumerate(
            (
                (tr("Ask", "Takes"), self.takes),
                (tr("Ask", "Seed"), self.seed),
                ("", self.dice),
                (tr("Ask", "Engine"), self.engine),
                ("", self.compare),
            )
        ):
            label = QLabel(text)
            theme.role(label, "caption")
            label.setBuddy(widget)
            grid.addWidget(label, 0, column)
            grid.addWidget(widget, 1, column)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(3, 3)
        self.takes.setFixedWidth(58)
        for first, second in (
            (self.takes, self.seed),
            (self.seed, self.dice),
            (self.dice, self.engine),
            (self.engine, self.compare),
        ):
            QWidget.setTabOrder(first, second)

    def _seed_typed(self, text: str) -> None:
        self._model.set_seed(min(int(text), _MAX_SEED - MAX_TAKES) if text else None)

    def _show(self) -> None:
        model = self._model
        self.takes.setValue(model.takes)
        wanted = "" if model.seed is None else str(model.seed)
        if self.seed.text() != wanted:
            self.seed.setText(wanted)
        self.dice.setEnabled(model.seed is not None)
        self.engine.setCurrentIndex(max(0, self.engine.findData(model.engine)))

    def _show_engines(self) -> None:
        self.engine.clear()
        items = self.engine.model()
        for info in self._model.engines:
            self.engine.addItem(info.name, info.id)
            item = items.item(self.engine.count() - 1) if isinstance(items, QStandardItemModel) else None
            if isinstance(item, QStandardItem) and not info.available:
                item.setEnabled(False)
                item.setText(tr("Ask", "{engine} (not installed)").format(engine=info.name))
                item.setToolTip(info.reason)
        if not self._model.engines:
            self.engine.addItem(self._model.engine, self._model.engine)
        self.engine.setCurrentIndex(max(0, self.engine.findData(self._model.engine)))
