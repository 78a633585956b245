# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that the user may want again: presets with names, and the history of prompts."""

from dataclasses import dataclass

import msgspec
from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_ui.model.request import Wish

#: So many prompts are remembered; the oldest give way.
HISTORY_LIMIT = 300
_MAX_NAME = 60


@dataclass(frozen=True)
class Preset:
    """Words under a name."""

    name: str
    wish: Wish


#: What a new user finds. Names and prompts are English as the engines' language is; they can be renamed and deleted.
STARTERS = tuple(
    Preset(name, Wish(prompt, "", no_speech=True, no_music=True))
    for name, prompt in (
        ("Steps on gravel", "footsteps on gravel, slow walk"),
        ("Steps on wood", "footsteps on a wooden floor, hard shoes"),
        ("Knock on a door", "knuckles knock on a wooden door"),
        ("Cloth and movement", "cloth rustles, a sleeve moves"),
        ("Glass breaks", "glass breaks on a stone floor"),
        ("Typing", "keyboard typing, close"),
        ("Rain outside", "rain on a window, steady"),
    )
)


class PresetModel(QObject):
    """Presets in the user's order; names differ."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.presets: tuple[Preset, ...] = STARTERS

    def save(self, name: str, wish: Wish) -> None:
        """Keep words under a name; the preset that has it already is replaced."""
        name = name.strip()[:_MAX_NAME]
        if not name:
            return
        made = Preset(name, wish)
        if any(old.name == name for old in self.presets):
            self._put(tuple(made if old.name == name else old for old in self.presets))
        else:
            self._put((*self.presets, made))

    def rename(self, preset: Preset, name: str) -> bool:
        """Give a preset another name; False when it is empty or taken."""
        name = name.strip()[:_MAX_NAME]
        if not name or any(old.name == name for old in self.presets if old is not preset):
            return False
        self._put(tuple(Preset(name, old.wish) if old is preset else old for old in self.presets))
        return True

    def remove(self, preset: Preset) -> int:
        """Take a preset out; returns where it was, -1 when it is not there."""
        place = next((k for k, old in enumerate(self.presets) if old is preset), -1)
        self._put(tuple(old for old in self.presets if old is not preset))
        return place

    def restore(self, preset: Preset, place: int) -> None:
        """Put a preset back."""
        self._put((*self.presets[:place], preset, *self.presets[place:]))

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self.presets)

    def decode(self, content: bytes) -> None:
        """From JSON. Raises msgspec.MsgspecError."""
        self._put(msgspec.json.decode(content, type=tuple[Preset, ...]))

    def _put(self, presets: tuple[Preset, ...]) -> None:
        if presets != self.presets:
            self.presets = presets
            self.changed.emit()


class HistoryModel(QObject):
    """What was asked for, newest first, each wish once."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wishes: tuple[Wish, ...] = ()

    def note(self, wish: Wish) -> None:
        """Something was asked for."""
        if wish.prompt.strip():
            self._put((wish, *(old for old in self.wishes if old != wish)))

    def find(self, text: str) -> tuple[Wish, ...]:
        """Wishes whose words hold each of the text's words, in any case and order."""
        wanted = text.casefold().split()
        return tuple(
            wish for wish in self.wishes if all(word in f"{wish.prompt} {wish.negative}".casefold() for word in wanted)
        )

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self.wishes)

    def decode(self, content: bytes) -> None:
        """From JSON. Raises msgspec.MsgspecError. What was noted before the file was read stays on top."""
        read = msgspec.json.decode(content, type=tuple[Wish, ...])
        self._put((*self.wishes, *(wish for wish in read if wish not in self.wishes)))

    def _put(self, wishes: tuple[Wish, ...]) -> None:
        kept = wishes[:HISTORY_LIMIT]
        if kept != self.wishes:
            self.wishes = kept
            self.changed.emit()
