# SPDX-License-Identifier: GPL-3.0-or-later
"""Middle of the column: what should be heard, how it is made, and Generate."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.generate_bar import GenerateBar
from foleycue_ui.widgets.options_row import OptionsRow
from foleycue_ui.widgets.prompt_box import PromptBox


class AskSection(QWidget):
    """Asks for takes."""

    def __init__(self, state: PanelState, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.prompt = PromptBox(state.request)
        self.options = OptionsRow(state.request)
        self.generate_bar = GenerateBar(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.prompt, self.options, self.generate_bar):
            column.addWidget(part)
        self.prompt.generate_asked.connect(controller.generate)
        self.generate_bar.generate_asked.connect(controller.generate)
        self.generate_bar.cancel_asked.connect(controller.cancel)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom."""
        options, bar = self.options, self.generate_bar
        return [
            *(self.prompt.prompt, self.prompt.negative),
            *(options.takes, options.seed, options.dice, options.engine),
            *(bar.generate, bar.cancel),
        ]

    def actions(self) -> list[Action]:
        """Generating."""
        group = tr("Actions", "Sound")
        return [
            Action("generate", tr("Actions", "Generate takes"), ("R", "Ctrl+Return"), self._controller.generate, group),
        ]
