# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an object by its name."""

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.control.locating import Locating
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import RangeModel
from foleycue_ui.widgets.controls import Button, Line


class FindRow(QWidget):
    """Greyed, with what to install, where the backend cannot find objects; not there where it does not know how."""

    def __init__(self, locating: Locating, range_: RangeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._locating, self._range = locating, range_
        self.words = Line(tr("Region", "Name of what should be found in the picture"))
        self.words.setPlaceholderText(tr("Region", "Find by name: red car, dog …"))
        self.button = Button(tr("Region", "Find"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.words.returnPressed.connect(self._find)
        self.words.textChanged.connect(self._show)
        self.button.clicked.connect(self._press)
        locating.changed.connect(self._show)
        range_.selection_changed.connect(self._show)
        self._show()

    def _press(self) -> None:
        if self._locating.searching:
            self._locating.cancel()
        else:
            self._find()

    def _find(self) -> None:
        self._locating.find(self.words.text())

    def _show(self) -> None:
        finder, searching = self._locating.finder, self._locating.searching
        self.setVisible(finder is not None)
        if finder is None:
            return
        self.words.setEnabled(finder.available)
        ready = finder.available and self._range.selection is not None
        self.button.setText(tr("Region", "Cancel") if searching else tr("Region", "Find"))
        self.button.setAccessibleName(self.button.text())
        self.button.setEnabled(searching or (ready and bool(self.words.text().strip())))
        can = tr("Region", "Looks for it in the range; a click on the picture finds what lies there")
        self.button.setToolTip(can if finder.available else finder.reason)
        self.words.setToolTip(self.button.toolTip())
