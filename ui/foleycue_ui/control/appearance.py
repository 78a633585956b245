# SPDX-License-Identifier: GPL-3.0-or-later
"""Theme and language of the panel: what the user chose, else what the system says."""

from pathlib import Path

from PyQt6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PyQt6.QtGui import QStyleHints
from PyQt6.QtWidgets import QApplication

from foleycue_ui.look import theme
from foleycue_ui.look.palettes import CONTRAST, DARK, LIGHT, PALETTES, Tokens
from foleycue_ui.model.settings import LANGUAGE, THEME, Settings

#: Languages that there are translations for; the sources themselves are in the first one.
LANGUAGES = ("en", "de")
_TRANSLATIONS = Path(__file__).parents[1] / "translations"


def palette_for(scheme: Qt.ColorScheme, high_contrast: bool) -> Tokens:
    """The palette for what a system says about itself; dark where it says nothing."""
    if high_contrast:
        return CONTRAST
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def language_for(wanted: str, system: list[str]) -> str:
    """The language to speak: the wanted one, else the first of the system's that there is, else English."""
    if wanted in LANGUAGES:
        return wanted
    return next((name for entry in system if (name := entry.split("-")[0]) in LANGUAGES), LANGUAGES[0])


class Appearance(QObject):
    """Dresses the application now and whenever user or system change their mind.

    The language is settled once, since widgets take their words when they are made.
    """

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._translators: list[QTranslator] = []
        self._scheme, self._high = Qt.ColorScheme.Unknown, False
        self.language = language_for(settings.value(LANGUAGE, ""), QLocale.system().uiLanguages())
        hints = QApplication.styleHints()
        if hints is not None:
            self._follow(hints)
        settings.changed.connect(self._on_setting)
        self._speak()
        self._dress()

    def close(self) -> None:
        """Take the translations back."""
        for translator in self._translators:
            QApplication.removeTranslator(translator)
        self._translators.clear()

    def _follow(self, hints: QStyleHints) -> None:
        self._look_up(hints)
        hints.colorSchemeChanged.connect(self._on_scheme)
        # A wish for contrast has no signal that PyQt offers: it is read again whenever one comes back to the panel.
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.applicationStateChanged.connect(self._on_return)

    def _look_up(self, hints: QStyleHints) -> None:
        self._scheme = hints.colorScheme()
        access = hints.accessibility() if hasattr(hints, "accessibility") else None  # since Qt 6.10
        self._high = access is not None and access.contrastPreference() == Qt.ContrastPreference.HighContrast

    def _on_scheme(self, scheme: Qt.ColorScheme) -> None:
        self._scheme = scheme
        self._dress()

    def _on_return(self, state: Qt.ApplicationState) -> None:
        hints = QApplication.styleHints()
        if state == Qt.ApplicationState.ApplicationActive and hints is not None:
            self._look_up(hints)
            self._dress()

    def _on_setting(self, key: str) -> None:
        if key == THEME:
            self._dress()

    def _dress(self) -> None:
        chosen = PALETTES.get(self._settings.value(THEME, ""))
        wanted = chosen or palette_for(self._scheme, self._high)
        app = QApplication.instance()
        if isinstance(app, QApplication) and wanted is not theme.current():
            theme.apply(app, wanted)

    def _speak(self) -> None:
        """Our words, and Qt's own in its dialogs and names of keys."""
        own = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for folder, name in ((str(_TRANSLATIONS), "foleycue"), (own, "qtbase")):
            translator = QTranslator(self)
            if self.language != LANGUAGES[0] and translator.load(f"{name}_{self.language}", folder):
                QApplication.installTranslator(translator)
                self._translators.append(translator)
