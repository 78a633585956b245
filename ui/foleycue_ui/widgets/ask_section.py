# SPDX-License-Identifier: GPL-3.0-or-later
"""Middle of the column: what should be heard, how it is made, Generate, and the queue."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.generate_bar import GenerateBar
from foleycue_ui.widgets.options_row import OptionsRow
from foleycue_ui.widgets.prompt_box import PromptBox
from foleycue_ui.widgets.queue_list import QueueList
from foleycue_ui.widgets.spread_row import SpreadRow
from foleycue_ui.widgets.word_shelf import WordShelf


class AskSection(QWidget):
    """Asks for takes."""

    def __init__(self, state: PanelState, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.prompt = PromptBox(state.request)
        self.shelf = WordShelf(state)
        self.options = OptionsRow(state.request)
        self.spread = SpreadRow(state)
        self.generate_bar = GenerateBar(state)
        self.queue = QueueList(state)
        self.queue.after = self.generate_bar.cancel
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.prompt, self.shelf, self.options, self.spread, self.generate_bar, self.queue):
            column.addWidget(part)
        self.generate_bar.generate_asked.connect(controller.generate)
        self.generate_bar.cancel_asked.connect(controller.cancel)
        self.queue.cancel_asked.connect(controller.queue.cancel)
        self.queue.move_asked.connect(controller.queue.move)
        self.queue.free_asked.connect(controller.release.free)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from top to bottom; what is folded away follows the buttons that fold it out."""
        prompt, shelf, options, bar = self.prompt, self.shelf, self.options, self.generate_bar
        return [
            *(prompt.prompt, prompt.negative, prompt.no_speech, prompt.no_music),
            *shelf.links(),
            *(shelf.presets.list, shelf.presets.name, shelf.presets.save, shelf.presets.rename, shelf.presets.delete),
            *(shelf.history.search, shelf.history.list),
            *shelf.strengths.sliders.values(),
            shelf.strengths.setting,
            *(options.takes, options.seed, options.dice, options.engine, options.compare),
            *(self.spread.stems, self.spread.stereo),
            *(bar.generate, bar.cancel),
            self.queue.free,
        ]

    def focus_prompt(self) -> None:
        """Let the user write, with all words selected."""
        self.prompt.prompt.setFocus()
        self.prompt.prompt.selectAll()

    def actions(self) -> list[Action]:
        """Generating."""
        group, shelf = tr("Actions", "Sound"), self.shelf
        return [
            Action("generate", tr("Actions", "Generate takes"), ("R", "Ctrl+Return"), self._controller.generate, group),
            Action("prompt", tr("Actions", "Write the prompt"), ("P",), self.focus_prompt, group),
            Action("presets", tr("Actions", "Presets"), (), shelf.presets_link.toggle, group),
            Action("history", tr("Actions", "History of prompts"), ("Ctrl+H",), shelf.history_link.toggle, group),
            Action("free", tr("Actions", "Free the engine's memory"), (), self._controller.release.free, group),
        ]
