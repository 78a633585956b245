# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines and models: what is installed and where, what it may be used for, getting and keeping it."""

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from foleycue_ui.control.models import ModelKeeper
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.models import ModelEntry, ModelsModel
from foleycue_ui.model.settings import COMMERCIAL_ONLY, Settings
from foleycue_ui.widgets.controls import Button, Check, Elided, caption, rule
from foleycue_ui.widgets.model_card import ModelCard
from foleycue_ui.widgets.page import Page
from foleycue_ui.widgets.task_row import TaskRow


class EnginesPage(Page):
    """The models folder, the filter, and a card for each model."""

    def __init__(self, model: ModelsModel, keeper: ModelKeeper, settings: Settings) -> None:
        self._model, self._keeper, self._settings = model, keeper, settings
        self.cards: list[ModelCard] = []
        self._shown: tuple[ModelEntry, ...] = ()
        self.folder = Elided("", "", Qt.TextElideMode.ElideMiddle)
        self.move_button = Button(tr("Models", "Move…"), "", tr("Models", "Move the models folder"))
        self.move_button.setToolTip(tr("Models", "Keep all models in another folder"))
        self.moving = TaskRow(tr("Models", "models folder"))
        self.commercial = Check(
            tr("Models", "Only what may be used commercially"),
            tr("Models", "Hide engines whose weights are not for commercial work, here and above Generate"),
        )
        self.commercial.setChecked(settings.value(COMMERCIAL_ONLY, False))
        self.empty = caption(tr("Models", "Looking up what is installed…"))
        cards = QWidget()
        self._column = QVBoxLayout(cards)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP)
        parts = (self._folder_row(), self.moving, self.commercial, rule(), self.empty, cards)
        super().__init__(tr("Models", "Engines and models"), *parts)
        self.move_button.clicked.connect(self._ask_move)
        self.moving.cancel.clicked.connect(keeper.cancel)
        self.commercial.toggled.connect(lambda on: settings.set(COMMERCIAL_ONLY, on))
        settings.changed.connect(self._on_setting)
        model.changed.connect(self._show)
        model.task_changed.connect(self._show_task)

    def entered(self) -> None:
        """See what is there now."""
        self._keeper.refresh()

    def _folder_row(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(caption(tr("Models", "Models lie in")))
        row.addWidget(self.folder, 1)
        row.addWidget(self.move_button)
        return whole

    def _show(self) -> None:
        self.folder.set_text(self._model.folder)
        only = self._settings.value(COMMERCIAL_ONLY, False)
        wanted = tuple(entry for entry in self._model.entries if entry.commercial or not only)
        self.empty.setVisible(not self._model.entries)
        if wanted == self._shown:
            return
        self._shown = wanted
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._card(entry) for entry in wanted]
        for card in self.cards:
            self._column.addWidget(card)

    def _card(self, entry: ModelEntry) -> ModelCard:
        card, keeper = ModelCard(entry, self._model), self._keeper
        card.plan_asked.connect(keeper.plan)
        card.pull_asked.connect(keeper.pull)
        card.import_asked.connect(self._ask_import)
        card.verify_asked.connect(keeper.verify)
        card.remove_asked.connect(keeper.remove)
        card.cancel_asked.connect(keeper.cancel)
        return card

    def _show_task(self) -> None:
        task = self._model.task
        moving = task is not None and task.action == "move"
        self.moving.setVisible(moving)
        if moving and task is not None:
            self.moving.show_task(task)
        self.move_button.setEnabled(task is None)

    def _ask_move(self) -> None:
        folder = self.ask_folder(tr("Models", "Keep the models in"))
        if folder is not None:
            self._keeper.move(folder)

    def _ask_import(self, name: str) -> None:
        folder = self.ask_folder(tr("Models", "Folder with the files of {model}").format(model=name))
        if folder is not None:
            self._keeper.bring(name, folder)

    def ask_folder(self, title: str) -> Path | None:
        """Let the user choose a folder."""
        chosen = QFileDialog.getExistingDirectory(self, title)
        return Path(chosen) if chosen else None

    def _on_setting(self, key: str) -> None:
        if key == COMMERCIAL_ONLY:
            self.commercial.setChecked(self._settings.value(COMMERCIAL_ONLY, False))
            self._show()
