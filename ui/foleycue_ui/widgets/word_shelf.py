# SPDX-License-Identifier: GPL-3.0-or-later
"""What helps to find words: presets, history, the engine's menu of sounds, prompts for shots, and strengths.

Everything is folded away until it is asked for, one at a time.
"""

from itertools import groupby

from PyQt6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button
from foleycue_ui.widgets.flow import Flow, toggle_link
from foleycue_ui.widgets.shot_rows import ShotRows
from foleycue_ui.widgets.strengths import Strengths
from foleycue_ui.widgets.word_lists import HistoryList, PresetList


class WordShelf(QWidget):
    """A row of quiet buttons, and below it what the pressed one folds out."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request = state.request
        self.presets, self.history = PresetList(state), HistoryList(state)
        self.shots, self.strengths = ShotRows(state), Strengths(state.request)
        self.presets_link = toggle_link(tr("Ask", "Presets"), tr("Ask", "Words under a name, to use again"))
        self.history_link = toggle_link(tr("Ask", "History"), tr("Ask", "What you asked for before"))
        self.shots_link = toggle_link(tr("Ask", "Shots"), tr("Ask", "Another prompt for each shot"))
        self.strengths_link = toggle_link(tr("Ask", "Tune"), tr("Ask", "How strongly the engine follows what"))
        self.sounds_link = Button(tr("Ask", "Sounds …"), "link", tr("Ask", "Sounds"))
        self.sounds_link.setToolTip(tr("Ask", "All sounds that this engine knows; one that is picked joins the prompt"))
        self._folds: tuple[tuple[QPushButton, QWidget], ...] = (
            (self.presets_link, self.presets),
            (self.history_link, self.history),
            (self.shots_link, self.shots),
            (self.strengths_link, self.strengths),
        )
        self.shots.after = self.strengths_link
        links = Flow(0)
        for link in self.links():
            links.add(link)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(links)
        for link, fold in self._folds:
            fold.hide()
            column.addWidget(fold)
            link.toggled.connect(lambda on, link=link: self._fold(link, on))
        self.sounds_link.clicked.connect(self._offer_sounds)
        state.request.engines_changed.connect(self._show)
        state.request.changed.connect(self._show)
        self._show()

    def links(self) -> list[QPushButton]:
        """The buttons from left to right."""
        return [self.presets_link, self.history_link, self.sounds_link, self.shots_link, self.strengths_link]

    def menu(self) -> QMenu | None:
        """The engine's sounds by their groups; None for an engine that takes any words."""
        info = self._request.info()
        if info is None or not info.sounds:
            return None
        menu = QMenu(self)
        menu.setAccessibleName(tr("Ask", "Sounds"))
        by_group = sorted(info.sounds, key=lambda sound: sound.group)
        for group, sounds in groupby(by_group, key=lambda sound: sound.group):
            inside = menu.addMenu(group) if group else menu
            for sound in sounds:
                action = inside.addAction(sound.label) if inside is not None else None
                if action is not None:
                    action.triggered.connect(lambda _, label=sound.label: self._request.append(label))
        return menu

    def _offer_sounds(self) -> None:
        menu = self.menu()
        if menu is not None:
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.sounds_link.mapToGlobal(self.sounds_link.rect().bottomLeft()))

    def _fold(self, link: QPushButton, on: bool) -> None:
        for other, fold in self._folds:
            if other is link:
                fold.setVisible(on)
            elif on:
                other.setChecked(False)

    def _show(self) -> None:
        info = self._request.info()
        self.sounds_link.setVisible(info is not None and bool(info.sounds))
