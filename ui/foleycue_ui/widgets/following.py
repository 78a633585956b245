# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the takes of a round into sight as they come, where they would appear below the fold."""

from PyQt6.QtCore import QObject, QPoint, QTimer

from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.column import Column
from foleycue_ui.widgets.take_list import TakeList

#: What is seen above the first card of a round: its heading.
_HEADING = 26
_BELOW = 10
#: Milliseconds after a take came, or a row of the queue went, in which cards may still move to their places.
_SETTLING = 250


class Following(QObject):
    """From the click on Generate until the user scrolls or writes: then it is not for us to move anything."""

    def __init__(self, column: Column, takes: TakeList, state: PanelState) -> None:
        super().__init__(column)
        self._column, self._takes, self._state = column, takes, state
        self._wanted = self._come = False
        self._waiting = 0  # how many generations wait or run
        self._shown: set[str] = set()
        self._soon = QTimer(self)  # once the new cards have their places
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._scroll)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLING)
        state.queue.changed.connect(self._on_queue)
        state.takes.changed.connect(self._on_takes)
        state.request.changed.connect(self._leave)
        state.range.changed.connect(self._leave)
        if (bar := column.verticalScrollBar()) is not None:
            bar.actionTriggered.connect(self._leave)
            bar.rangeChanged.connect(self._on_room)

    def _on_queue(self) -> None:
        waiting = len(self._state.queue.items)
        if waiting > self._waiting:
            self._wanted, self._come = True, False
        elif waiting < self._waiting and self._come:
            self._settling.start()
        self._waiting = waiting

    def _leave(self) -> None:
        self._wanted = False

    def _on_takes(self) -> None:
        now = {entry.take.take_id for entry in self._state.takes.entries}
        if self._wanted and now - self._shown:
            self._come = True
            self._soon.start()
            self._settling.start()
        self._shown = now

    def _on_room(self) -> None:
        if self._settling.isActive():
            self._soon.start()

    def _scroll(self) -> None:
        """As far as is needed to see the newest round whole, or from its first card on."""
        rounds, bar = self._state.takes.rounds(), self._column.verticalScrollBar()
        cards = self._takes.cards[: len(rounds[0])] if rounds else []
        if not (self._wanted and cards and bar is not None):
            return
        top = cards[0].mapTo(self._column.inner, QPoint()).y() - _HEADING
        bottom = cards[-1].mapTo(self._column.inner, QPoint(0, cards[-1].height())).y() + _BELOW
        lowest = bottom - self._column.height()
        bar.setValue(min(top, max(lowest, bar.value())))
