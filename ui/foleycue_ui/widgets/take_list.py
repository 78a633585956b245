# SPDX-License-Identifier: GPL-3.0-or-later
"""The cards of all takes of the range."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.model.state import PanelState
from foleycue_ui.model.takes import TakeEntry
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import caption
from foleycue_ui.widgets.take_card import TakeCard


class TakeList(QWidget):
    """Cards in order of arrival; the chosen one shows where the player stands."""

    play_asked = pyqtSignal(str)
    insert_asked = pyqtSignal(str)
    discard_asked = pyqtSignal(str)

    def __init__(self, state: PanelState, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._player = state, player
        self.cards: list[TakeCard] = []
        self.heading = caption("Takes", "section")
        self.hint = caption("Takes appear here as they are made.")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        state.takes.changed.connect(self._show)
        state.takes.chosen_changed.connect(self._show_chosen)
        player.position_changed.connect(self._show_position)
        self._show()

    def _show(self) -> None:
        old = {card.take_id: card for card in self.cards}
        self.cards = []
        for place, entry in enumerate(self._state.takes.entries):
            card = old.pop(entry.take.take_id, None)
            if card is not None and card.entry is not entry:
                old[entry.take.take_id], card = card, None
            if card is None:
                card = self._card(entry, place)
            self._column.removeWidget(card)
            self._column.insertWidget(2 + place, card)
            self.cards.append(card)
        for card in old.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.hint.setVisible(not self.cards)
        self._show_chosen()

    def _card(self, entry: TakeEntry, place: int) -> TakeCard:
        card = TakeCard(entry, place + 1, self._state.request)
        card.chosen.connect(self._state.takes.choose)
        card.play_asked.connect(self.play_asked)
        card.insert_asked.connect(self.insert_asked)
        card.discard_asked.connect(self.discard_asked)
        return card

    def _show_chosen(self) -> None:
        for number, card in enumerate(self.cards, 1):
            card.show_as(number, card.take_id == self._state.takes.chosen_id)
        self._show_position()

    def _show_position(self) -> None:
        at = self._player.position / max(1, self._player.samples)
        for card in self.cards:
            chosen = card.take_id == self._state.takes.chosen_id
            card.waveform.show_at(at if chosen else -1.0, chosen)
