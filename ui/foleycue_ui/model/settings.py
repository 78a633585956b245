# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel remembers from one start to the next, in one ini file of the user's."""

from pathlib import Path
from typing import TypeVar

from PyQt6.QtCore import QByteArray, QObject, QSettings, pyqtSignal

T = TypeVar("T", bool, int, float, str, QByteArray)

#: All keys, so that no two parts of the panel use one for different things.
LANGUAGE = "look/language"  # "" follows the system, else "en", "de"
THEME = "look/theme"  # "" follows the system, else "dark", "light", "contrast"
GEOMETRY = "window/geometry"
SPLITTER = "window/splitter"
COMMERCIAL_ONLY = "models/commercial_only"
IDLE_MINUTES = "engine/idle_minutes"  # after so long the engine's memory is given back
PACE = "engine/pace"  # how long takes need on this machine, as JSON
STORE_LIMIT_MB = "takes/limit_mb"  # above it the panel asks what may go
PERFORM_LATENCY = "perform/latency_ms"  # how late taps arrive, measured or set by hand
PERFORM_SPREAD = "perform/spread_ms"  # how evenly they came when it was measured; absent until then
PERFORM_COUNT_IN = "perform/count_in"
VOLUME = "sound/volume"  # 0 … 1, as the levels of take and guide track
MUTED = "sound/muted"
TAKE_LEVEL = "sound/take"
GUIDE_LEVEL = "sound/guide"


def shortcut_key(action_id: str) -> str:
    """Where the user's own keys of an action are kept, separated by two blanks; the key is absent until changed."""
    return f"keys/{action_id}"


class Settings(QObject):
    """Values by key. Qt writes the file by itself a moment after a change, and when the panel ends."""

    changed = pyqtSignal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(folder / "panel.ini"), QSettings.Format.IniFormat, self)

    def value(self, key: str, default: T) -> T:
        """The value of a key, as the type of the default; the default also where the file holds nonsense."""
        found = self._find(key, type(default))
        return default if found is None else found

    def _find(self, key: str, kind: type[T]) -> T | None:
        """The value of a key as that type; None where there is none, or nonsense."""
        if not self._store.contains(key):
            return None
        try:
            found = self._store.value(key, type=kind)
        except (TypeError, ValueError):
            return None
        return found if isinstance(found, kind) else None

    def has(self, key: str) -> bool:
        """Whether a value was set."""
        return self._store.contains(key)

    def set(self, key: str, value: T) -> None:
        """Keep a value and tell everybody."""
        if self._find(key, type(value)) != value:
            self._store.setValue(key, value)
            self.changed.emit(key)

    def forget(self, key: str) -> None:
        """Go back to the default."""
        if self.has(key):
            self._store.remove(key)
            self.changed.emit(key)

    def save(self) -> None:
        """Write now, at the end."""
        self._store.sync()
