# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: theme, language, and the way to the shortcuts."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import LANGUAGE, THEME, Settings
from foleycue_ui.widgets.controls import Button, Choice, caption, rule
from foleycue_ui.widgets.page import Page
from foleycue_ui.widgets.upkeep import Upkeep


class SettingsPage(Page):
    """Each choice is kept and takes effect at once, but for the language, which waits for the next start."""

    shortcuts_asked = pyqtSignal()
    reopen_asked = pyqtSignal()

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.theme = _choice(tr("Settings", "Theme"), _themes())
        self.language = _choice(tr("Settings", "Language"), _languages())
        self.later = caption(tr("Settings", "The language changes when the panel is opened again."))
        self.later.setWordWrap(True)
        self.reopen = Button(tr("Settings", "Open the panel again"))
        self.reopen.setToolTip(tr("Settings", "Close it and open it in the other language, with what is open now"))
        self.shortcuts = Button(tr("Settings", "Keyboard shortcuts"))
        self.shortcuts.setToolTip(tr("Settings", "See every command with its keys, and change them (?)"))
        self.upkeep = Upkeep(settings)
        form = QWidget()
        rows = QGridLayout(form)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.GAP)
        rows.setColumnStretch(1, 1)
        for row, box in enumerate((self.theme, self.language)):
            rows.addWidget(caption(box.accessibleName()), row, 0)
            rows.addWidget(box, row, 1)
        super().__init__(
            tr("Settings", "Settings"), form, self.later, self.reopen, rule(), self.upkeep, rule(), self.shortcuts
        )
        self._show()
        self._spoken = self.language.currentData()
        self._show_later()
        self.theme.activated.connect(lambda _: settings.set(THEME, self.theme.currentData()))
        self.language.activated.connect(lambda _: settings.set(LANGUAGE, self.language.currentData()))
        self.reopen.clicked.connect(self.reopen_asked)
        self.shortcuts.clicked.connect(self.shortcuts_asked)
        settings.changed.connect(self._on_setting)

    def _on_setting(self, key: str) -> None:
        if key in (THEME, LANGUAGE):
            self._show()
            self._show_later()

    def _show(self) -> None:
        for box, key in ((self.theme, THEME), (self.language, LANGUAGE)):
            box.setCurrentIndex(max(0, box.findData(self._settings.value(key, ""))))

    def _show_later(self) -> None:
        for widget in (self.later, self.reopen):
            widget.setVisible(self.language.currentData() != self._spoken)


def _choice(name: str, entries: list[tuple[str, str]]) -> Choice:
    box = Choice()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for text, value in entries:
        box.addItem(text, value)
    return box


def _themes() -> list[tuple[str, str]]:
    return [
        (tr("Settings", "As the system"), ""),
        (tr("Settings", "Dark"), "dark"),
        (tr("Settings", "Light"), "light"),
        (tr("Settings", "High contrast"), "contrast"),
    ]


def _languages() -> list[tuple[str, str]]:
    """Each language in its own words, so that whoever strayed into the wrong one finds back."""
    return [(tr("Settings", "As the system"), ""), ("English", "en"), ("Deutsch", "de")]
