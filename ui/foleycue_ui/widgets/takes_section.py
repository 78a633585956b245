# SPDX-License-Identifier: GPL-3.0-or-later
"""Bottom of the column: the takes of the range."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_shared.messages import MAX_TAKES
from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.take_list import TakeList


class TakesSection(QWidget):
    """Hears, chooses, inserts and discards takes."""

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._controller, self._player = state, controller, player
        self.takes = TakeList(state, player)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.takes)
        self.takes.play_asked.connect(self._hear)
        self.takes.insert_asked.connect(controller.insert)
        self.takes.discard_asked.connect(controller.discard)

    def tab_order(self) -> list[QWidget]:
        """Cards come and go; each stands where it was added, after all else."""
        return []

    def actions(self) -> list[Action]:
        """Choosing and inserting."""
        takes, group = self._state.takes, tr("Actions", "Takes")
        choose = tr("Actions", "Choose take {number}")
        return [
            Action("insert", tr("Actions", "Insert the chosen take"), ("Return",), self._controller.insert, group),
            *(
                Action(
                    f"take-{number}",
                    choose.format(number=number),
                    (str(number),),
                    lambda number=number: takes.choose_number(number),
                    group,
                )
                for number in range(1, MAX_TAKES + 1)
            ),
        ]

    def _hear(self, take_id: str) -> None:
        self._state.takes.choose(take_id)
        self._player.play()
