# SPDX-License-Identifier: GPL-3.0-or-later
"""A page that takes the place of the panel's columns until one goes back."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.widgets.column import Column
from foleycue_ui.widgets.controls import IconButton, caption, rule


class Page(QWidget):
    """A heading with the way back, and parts below each other that scroll."""

    back_asked = pyqtSignal()

    def __init__(self, title: str, *parts: QWidget) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAccessibleName(title)
        self.back = IconButton("previous", tr("Page", "Back to the picture"))
        self.back.setToolTip(tr("Page", "Back to the picture (Esc)"))
        self.back.clicked.connect(self.back_asked)
        self.column = Column(*parts)
        head = QHBoxLayout()
        head.setContentsMargins(theme.MARGIN - 6, 6, theme.MARGIN, 6)
        head.addWidget(self.back)
        head.addWidget(caption(title, "heading"), 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(rule())
        whole.addWidget(self.column, 1)

    def entered(self) -> None:
        """The page came into view; pages that must look something up do it here."""
