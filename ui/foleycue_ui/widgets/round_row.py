# SPDX-License-Identifier: GPL-3.0-or-later
"""Above the takes that one press asked for: which round it was, and all its stems onto the timeline at once."""

from collections.abc import Sequence

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.model.takes import TakeEntry, stems_of
from foleycue_ui.widgets.controls import Button, caption
from foleycue_ui.widgets.take_words import time_made


class RoundRow(QWidget):
    """A quiet heading; the button is there where the round has stems of several objects."""

    def __init__(self, number: int, entries: Sequence[TakeEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        made = time_made(entries[0])
        words = tr("Takes", "Round {number} · {time}") if made else tr("Takes", "Round {number}")
        self.label = caption(words.format(number=number, time=made))
        stems = stems_of(entries)
        self.insert_stems = Button(tr("Takes", "Insert all {count} stems").format(count=len(stems)), "link")
        tip = tr("Takes", "One take of each object, each on its own new track: {names}")
        self.insert_stems.setToolTip(tip.format(names=", ".join(stems)))
        self.insert_stems.setVisible(len(stems) > 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.insert_stems)

    def text(self) -> str:
        """The heading."""
        return self.label.text()
