# SPDX-License-Identifier: GPL-3.0-or-later
"""The cards of all takes of the range, the newest round first."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.model.takes import TakeEntry, stems_of
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import Button, caption, chain
from foleycue_ui.widgets.round_row import RoundRow
from foleycue_ui.widgets.take_card import TakeCard

#: So many cards are made at first; the others when they are asked for.
FIRST_CARDS = 24


class TakeList(QWidget):
    """Cards under a heading for each round; the chosen one shows where the player stands."""

    asked = pyqtSignal(str, str)
    renamed = pyqtSignal(str, str)
    stems_asked = pyqtSignal(str)  # the id of a take of the round whose stems are wanted

    def __init__(self, state: PanelState, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._player = state, player
        self._most = FIRST_CARDS
        self.cards: list[TakeCard] = []
        self.rounds: list[RoundRow] = []
        self.heading = caption(tr("Takes", "Takes"), "section")
        self.hint = caption(tr("Takes", "Takes appear here as they are made."))
        self.earlier = Button("", "link")
        self.earlier.setToolTip(tr("Takes", "Show the takes of earlier rounds too"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP)
        for widget in (self.heading, self.hint, self.earlier):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.earlier.clicked.connect(self._show_all)
        state.takes.changed.connect(self._show)
        state.takes.chosen_changed.connect(self._show_chosen)
        player.position_changed.connect(self._show_position)
        self._show()

    def card(self, take_id: str) -> TakeCard | None:
        """The card of a take, if there is one on screen."""
        return next((card for card in self.cards if card.take_id == take_id), None)

    def _show(self) -> None:
        takes = self._state.takes
        if not takes.entries:
            self._most = FIRST_CARDS
        old = {card.take_id: card for card in self.cards}
        for label in self.rounds:
            self._drop(label)
        self.cards, self.rounds = [], []
        place, rounds = 1, takes.rounds()
        for number, entries in zip(range(len(rounds), 0, -1), rounds, strict=True):
            if len(self.cards) >= self._most:
                break
            if len(rounds) > 1 or len(stems_of(entries)) > 1:
                self._column.insertWidget(place, self._round(number, entries))
                place += 1
            for entry in entries:
                card = old.pop(entry.take.take_id, None)
                if card is not None and card.entry is not entry:
                    self._drop(card)
                    card = None
                card = card or self._card(entry)
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
                self.cards.append(card)
                place += 1
        for card in old.values():
            self._drop(card)
        headings = (row.insert_stems for row in self.rounds)
        chain(*headings, *(widget for card in self.cards for widget in card.tab_order()), self.earlier)
        self.hint.setVisible(not self.cards)
        left = len(takes.entries) - len(self.cards)
        self.earlier.setVisible(left > 0)
        self.earlier.setText(tr("Takes", "Show {count} earlier takes").format(count=left))
        self.earlier.setAccessibleName(self.earlier.text())
        self._show_chosen()

    def _drop(self, widget: QWidget) -> None:
        self._column.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def _round(self, number: int, entries: Sequence[TakeEntry]) -> RoundRow:
        row = RoundRow(number, entries)
        row.insert_stems.clicked.connect(lambda: self.stems_asked.emit(entries[0].take.take_id))
        self.rounds.append(row)
        return row

    def _card(self, entry: TakeEntry) -> TakeCard:
        card = TakeCard(entry, 1, self._state.request)
        card.asked.connect(self.asked)
        card.renamed.connect(self.renamed)
        return card

    def _show_all(self) -> None:
        self._most = len(self._state.takes.entries)
        self._show()

    def _show_chosen(self) -> None:
        takes = self._state.takes
        for number, card in enumerate(self.cards, 1):
            card.show_as(number, card.take_id == takes.chosen_id, card.take_id == takes.other_id)
        self._show_position()

    def _show_position(self) -> None:
        at = self._player.position / max(1, self._player.samples)
        for card in self.cards:
            chosen = card.take_id == self._state.takes.chosen_id
            card.waveform.show_at(at if chosen else -1.0, chosen)
