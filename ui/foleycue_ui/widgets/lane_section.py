# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the picture: the cue lane and what can be done with all of its cues."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.cue_lane import CueLane
from foleycue_ui.widgets.cue_tools import CueTools


class LaneSection(QWidget):
    """Shows and edits cues."""

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self.cue_lane = CueLane(state)
        self.cue_tools = CueTools(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.cue_lane, 1)
        column.addWidget(self.cue_tools)
        player.position_changed.connect(self.cue_lane.set_playhead)
        self.cue_lane.seek_asked.connect(player.seek)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom."""
        return [self.cue_lane, self.cue_tools.undo, self.cue_tools.from_picture, self.cue_tools.clear]

    def actions(self) -> list[Action]:
        """Editing cues."""
        cues, group = self._state.cues, tr("Actions", "Cues")
        return [
            Action("undo", tr("Actions", "Undo the last change of cues"), ("Ctrl+Z",), cues.undo, group),
            Action("redo", tr("Actions", "Redo the last change of cues"), ("Ctrl+Shift+Z", "Ctrl+Y"), cues.redo, group),
            Action("delete-cues", tr("Actions", "Delete the selected cues"), ("Del",), cues.delete_selected, group),
        ]
