# SPDX-License-Identifier: GPL-3.0-or-later
"""Bottom of the column: the takes of the range, and all that can be done with them."""

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QMenu, QVBoxLayout, QWidget

from foleycue_shared.messages import MAX_TAKES
from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.control.editors import Way
from foleycue_ui.control.reveal import reveal
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.model.takes import TakeEntry
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.take_list import TakeList
from foleycue_ui.widgets.take_menu import take_menu


class TakesSection(QWidget):
    """Hears, chooses, compares, varies, inserts and discards takes."""

    prompt_asked = pyqtSignal()  # the user wants to write other words

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._controller, self._player = state, controller, player
        self.takes = TakeList(state, player)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.takes)
        self.takes.asked.connect(self._do)
        self.takes.renamed.connect(controller.keeping.rename)
        self.takes.stems_asked.connect(controller.insertion.insert_stems)

    def tab_order(self) -> list[QWidget]:
        """Cards come and go; each stands where it was added, after all else."""
        return []

    def actions(self) -> list[Action]:
        """Choosing, comparing and inserting."""
        takes, group = self._state.takes, tr("Actions", "Takes")
        choose = tr("Actions", "Choose take {number}")
        return [
            Action("insert", tr("Actions", "Insert the chosen take"), ("Return",), self._controller.insert, group),
            Action(
                "insert-stems", tr("Actions", "Insert all stems of the round"), ("Shift+Return",), self._stems, group
            ),
            Action("compare", tr("Actions", "Change over between two takes"), ("X",), takes.compare, group),
            Action("star", tr("Actions", "Star the chosen take"), ("S",), self._on_chosen("star"), group),
            Action("vary", tr("Actions", "Same prompt, new seed"), ("Shift+R",), self._on_chosen("again"), group),
            Action("rename-take", tr("Actions", "Rename the chosen take"), ("F2",), self._on_chosen("rename"), group),
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

    def menu(self, take_id: str) -> QMenu:
        """The menu of a take."""
        return take_menu(
            self,
            lambda what: self._do(what, take_id),
            can_replace=self._controller.insertion.can_replace(),
            compared=take_id == self._state.takes.other_id,
        )

    def _on_chosen(self, what: str) -> Callable[[], None]:
        return lambda: self._do(what, self._state.takes.chosen_id)

    def _do(self, what: str, take_id: str) -> None:
        entry = self._state.takes.get(take_id)
        if entry is not None:
            self._deeds(entry)[what]()

    def _deeds(self, entry: TakeEntry) -> dict[str, Callable[[], object]]:
        take_id, takes, controller = entry.take.take_id, self._state.takes, self._controller
        keeping, generation = controller.keeping, controller.generation
        return {
            "choose": lambda: takes.choose(take_id),
            "play": lambda: self._hear(take_id),
            "star": lambda: keeping.star(take_id, not entry.stored.starred),
            "insert": lambda: controller.insert(take_id),
            "insert-new": lambda: controller.insert(take_id, Way.NEW_TRACK),
            "replace": lambda: controller.insert(take_id, Way.REPLACE),
            "discard": lambda: controller.discard(take_id),
            "menu": lambda: self._offer(take_id),
            "rename": lambda: self._rename(take_id),
            "compare": lambda: takes.compare_with(take_id),
            "again": lambda: generation.again(entry),
            "rewrite": lambda: self._rewrite(entry),
            "prompt": lambda: generation.use_prompt(entry),
            "cues": lambda: generation.use_cues(entry),
            "seed": lambda: generation.use_seed(entry),
            "reveal": lambda: reveal(entry.path),
            "used": lambda: keeping.mark_used(take_id),
        }

    def _stems(self) -> None:
        self._controller.insertion.insert_stems(self._state.takes.chosen_id)

    def _hear(self, take_id: str) -> None:
        self._state.takes.choose(take_id)
        self._player.play()

    def _offer(self, take_id: str) -> None:
        card = self.takes.card(take_id)
        if card is not None:
            menu = self.menu(take_id)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(card.more.mapToGlobal(card.more.rect().bottomLeft()))

    def _rename(self, take_id: str) -> None:
        card = self.takes.card(take_id)
        if card is not None:
            card.edit_name()

    def _rewrite(self, entry: TakeEntry) -> None:
        self._controller.generation.rewrite(entry)
        self.prompt_asked.emit()
