# SPDX-License-Identifier: GPL-3.0-or-later
"""Below the picture: the cue lane and what can be done with all of its cues."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_shared.cues import CueSource
from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.cue_edits import snap
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.lane.lane import CueLane
from foleycue_ui.widgets.lane.scroll import LaneScrollBar
from foleycue_ui.widgets.lane.tools import CLOSER, WIDER, CueTools


class LaneSection(QWidget):
    """Shows and edits cues."""

    def __init__(
        self, state: PanelState, controller: Controller, player: Player, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._controller = state, controller
        self.cue_lane = CueLane(state)
        self.scroll_bar = LaneScrollBar(self.cue_lane)
        self.cue_tools = CueTools(state, controller, self.cue_lane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.cue_lane, 1)
        column.addWidget(self.scroll_bar)
        column.addWidget(self.cue_tools)
        player.position_changed.connect(self.cue_lane.set_playhead)
        self.cue_lane.seek_asked.connect(player.seek)
        self.cue_lane.sheet_dropped.connect(controller.cue_sheets.read)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom."""
        tools = self.cue_tools
        return [
            *(self.cue_lane, tools.wider, tools.closer, tools.fit),
            *(tools.from_picture, tools.from_guide, tools.clear, tools.undo, tools.files, tools.sensitivity),
        ]

    def actions(self) -> list[Action]:
        """Editing cues, and looking at them."""
        return [*self._edits(), *self._looks(), *self._sources()]

    def _edits(self) -> list[Action]:
        cues, undo, group = self._state.cues, self._controller.undo, tr("Actions", "Cues")
        return [
            Action("undo", tr("Actions", "Undo the last change of cues or insertion"), ("Ctrl+Z",), undo, group),
            Action("redo", tr("Actions", "Redo the last change of cues"), ("Ctrl+Shift+Z", "Ctrl+Y"), cues.redo, group),
            Action("delete-cues", tr("Actions", "Delete the selected cues"), ("Del",), cues.delete_selected, group),
            Action("add-cue", tr("Actions", "Add a cue at the playhead"), ("C",), self._add, group),
            Action("previous-cue", tr("Actions", "Select the previous cue"), (",",), lambda: self._step(-1), group),
            Action("next-cue", tr("Actions", "Select the next cue"), (".",), lambda: self._step(1), group),
            Action("all-cues", tr("Actions", "Select all cues"), ("Ctrl+A",), cues.select_all, group),
        ]

    def _looks(self) -> list[Action]:
        lane, group = self.cue_lane, tr("Actions", "Cues")
        return [
            Action("zoom-in", tr("Actions", "Cue lane: zoom in"), ("+", "="), lambda: lane.zoom(CLOSER), group),
            Action("zoom-out", tr("Actions", "Cue lane: zoom out"), ("-",), lambda: lane.zoom(WIDER), group),
            Action("fit", tr("Actions", "Cue lane: show the whole range"), ("Z",), lane.show_all, group),
            Action(
                "fit-cues", tr("Actions", "Cue lane: show the selected cues"), ("Shift+Z",), lane.show_selection, group
            ),
        ]

    def _sources(self) -> list[Action]:
        tools, group = self.cue_tools, tr("Actions", "Cues")
        ask = self._controller.marking.cues_from
        picture, guide = tr("Actions", "Cues from the picture"), tr("Actions", "Cues from the guide track")
        return [
            Action("cues-picture", picture, (), lambda: ask(CueSource.PICTURE), group),
            Action("cues-guide", guide, (), lambda: ask(CueSource.GUIDE), group),
            Action("clear-cues", tr("Actions", "Remove all cues"), (), self._state.cues.clear, group),
            Action("import-cues", tr("Actions", "Import cues"), (), tools.ask_import, group),
            Action("export-cues", tr("Actions", "Export cues"), (), tools.ask_export, group),
        ]

    def _add(self) -> None:
        if self._state.range.open:
            self._state.cues.add(snap(self.cue_lane.playhead, self._state.range.marked))

    def _step(self, step: int) -> None:
        self._state.cues.step_selection(step)
        self.cue_lane.show_selected()
