# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of the panel and the keys that call them, which the user may change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence

from foleycue_ui.model.settings import Settings, shortcut_key

_SEPARATOR = "  "
_MODIFIER_KEYS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_unknown,
)


@dataclass(frozen=True)
class Action:
    """One command: a stable id, what it does in the user's words, its default keys ("Ctrl+O"), what to call.

    repeats: a key that is held down calls it again and again.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[], object]
    group: str
    repeats: bool = False


def key_name(event: QKeyEvent) -> str:
    """The portable name of the key in an event ("Ctrl+Shift+Z", "R", "?"), "" for a bare modifier.

    The key pad counts as the main keys. Shift is part of the name only with letters and named keys: which digits and
    signs need it depends on the keyboard's layout.
    """
    key = Qt.Key(event.key())
    if key in _MODIFIER_KEYS:
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key == Qt.Key.Key_Enter:
        key = Qt.Key.Key_Return
    elif key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    if Qt.Key.Key_Exclam <= key <= Qt.Key.Key_AsciiTilde and not Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(modifiers.value | key.value).toString(QKeySequence.SequenceFormat.PortableText)


def key_words(key: str) -> str:
    """A key's name as the user's system writes it ("Strg+O")."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def works_while_typing(key: str) -> bool:
    """Whether a key does not write text: with Ctrl, Alt or Meta, a function key, Escape."""
    combination = QKeySequence(key)[0]
    modifiers = combination.keyboardModifiers()
    if modifiers & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return True
    return combination.key() == Qt.Key.Key_Escape or Qt.Key.Key_F1 <= combination.key() <= Qt.Key.Key_F35


class KeyMap(QObject):
    """All actions, and which key calls which: the user's keys where there are some, else the defaults."""

    changed = pyqtSignal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._actions: dict[str, Action] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def add(self, actions: Iterable[Action]) -> None:
        """Take in actions; an id must be new."""
        for action in actions:
            assert action.id not in self._actions, f"two actions are called {action.id}"
            self._actions[action.id] = action
            self._keys[action.id] = self._stored(action)
        self.changed.emit()

    @property
    def actions(self) -> tuple[Action, ...]:
        """In the order in which they were added."""
        return tuple(self._actions.values())

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action now."""
        return self._keys[action_id]

    def owner(self, key: str) -> Action | None:
        """Whom a key calls."""
        return next(iter(self._claimants(key)), None)

    def conflicts(self) -> dict[str, tuple[Action, ...]]:
        """Keys that more than one action claims, as after an update with new defaults; the first of them gets it."""
        claims = {key: self._claimants(key) for keys in self._keys.values() for key in keys}
        return {key: claimants for key, claimants in claims.items() if len(claimants) > 1}

    def bind(self, action_id: str, keys: Iterable[str]) -> None:
        """Give an action other keys; whoever had one of them loses it."""
        wanted = tuple(dict.fromkeys(key for key in keys if key))
        for other in self.actions:
            kept = tuple(key for key in self._keys[other.id] if key not in wanted)
            if other.id != action_id and kept != self._keys[other.id]:
                self._keep(other, kept)
        self._keep(self._actions[action_id], wanted)
        self.changed.emit()

    def reset(self) -> None:
        """Give all actions their default keys back."""
        for action in self.actions:
            self._keep(action, action.keys)
        self.changed.emit()

    def changed_by_user(self) -> bool:
        """Whether any key differs from its default."""
        return any(self._keys[action.id] != action.keys for action in self.actions)

    def _claimants(self, key: str) -> tuple[Action, ...]:
        """Whose key it is: first those that the user gave it to, then those that have it by default."""
        claimants = (action for action in self.actions if key in self._keys[action.id])
        return tuple(sorted(claimants, key=lambda action: key in action.keys))

    def _stored(self, action: Action) -> tuple[str, ...]:
        key = shortcut_key(action.id)
        if not self._settings.has(key):
            return action.keys
        return tuple(name for name in self._settings.value(key, "").split(_SEPARATOR) if name)

    def _keep(self, action: Action, keys: tuple[str, ...]) -> None:
        self._keys[action.id] = keys
        if keys == action.keys:
            self._settings.forget(shortcut_key(action.id))
        else:
            self._settings.set(shortcut_key(action.id), _SEPARATOR.join(keys))
