# SPDX-License-Identifier: GPL-3.0-or-later
"""All commands with their keys: the cheat sheet, and at the same time where keys are changed."""

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from foleycue_ui.control.actions import Action, KeyMap, key_name, key_words
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.widgets.controls import Button, Elided, IconButton, Line, caption
from foleycue_ui.widgets.page import Page


class KeyButton(Button):
    """Shows the keys of an action; pressed, it waits for another one. Escape or leaving it changes nothing."""

    key_chosen = pyqtSignal(str)
    waiting = False  # of the class, since events come while the button is still being made

    def __init__(self) -> None:
        super().__init__("", "keys")
        self._words = ""
        self.clicked.connect(self._wait)

    def show_keys(self, action: Action, keys: tuple[str, ...]) -> None:
        """Show what is bound now."""
        self.waiting = False
        self._words = "   ".join(map(key_words, keys)) or tr("Shortcuts", "none")
        self.setText(self._words)
        self.setAccessibleName(tr("Shortcuts", "{action}: {keys}").format(action=action.text, keys=self._words))
        self.setToolTip(tr("Shortcuts", "Choose another key for “{action}”").format(action=action.text))

    def event(self, e: QEvent | None) -> bool:
        """While waiting, every key is taken, also those that Qt would use itself."""
        if (
            self.waiting
            and isinstance(e, QKeyEvent)
            and e.type()
            in (
                QEvent.Type.KeyPress,
                QEvent.Type.ShortcutOverride,
            )
        ):
            e.accept()
            if e.type() == QEvent.Type.KeyPress:
                self._take(e)
            return True
        return super().event(e)

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """Never mind."""
        super().focusOutEvent(a0)
        self._stop()

    def _wait(self) -> None:
        self.waiting = True
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setText(tr("Shortcuts", "press a key…"))

    def _take(self, event: QKeyEvent) -> None:
        key = key_name(event)
        if key:
            self._stop()
        if key and key != "Esc":
            self.key_chosen.emit(key)

    def _stop(self) -> None:
        if self.waiting:
            self.waiting = False
            self.setText(self._words)


class _Row(QWidget):
    """An action: words, keys, and below them a question where the chosen key is taken."""

    def __init__(self, action: Action, keys: KeyMap) -> None:
        super().__init__()
        self.action, self._keys, self._wanted = action, keys, ""
        self.words = Elided(action.text)
        self.key = KeyButton()
        self.none = IconButton("close", tr("Shortcuts", "No key for “{action}”").format(action=action.text))
        self.question = QLabel()
        self.question.setWordWrap(True)
        self.yes = Button(tr("Shortcuts", "Take it"))
        self.no = Button(tr("Shortcuts", "Leave it"), "link")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.words, 0, 0)
        grid.addWidget(self.key, 0, 1)
        grid.addWidget(self.none, 0, 2)
        grid.addWidget(self.question, 1, 0, 1, 3)
        answers = QHBoxLayout()
        answers.addWidget(self.yes)
        answers.addWidget(self.no)
        answers.addStretch(1)
        grid.addLayout(answers, 2, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        self.key.key_chosen.connect(self._chosen)
        self.none.clicked.connect(lambda: keys.bind(action.id, ()))
        self.yes.clicked.connect(lambda: keys.bind(action.id, (self._wanted,)))
        self.no.clicked.connect(self.show_keys)
        self.show_keys()

    def show_keys(self) -> None:
        """Show what is bound now, and no question."""
        keys = self._keys.keys(self.action.id)
        self.key.show_keys(self.action, keys)
        self.none.setEnabled(bool(keys))
        for widget in (self.question, self.yes, self.no):
            widget.hide()

    def show_loss(self, key: str, winner: Action) -> None:
        """Say that one of its keys calls another action, as after an update that brought new default keys."""
        lost = tr("Shortcuts", "{key} calls “{action}”: choose another key here.")
        self.question.setText(lost.format(key=key_words(key), action=winner.text))
        self.question.show()

    def matches(self, text: str) -> bool:
        """Whether the row answers a search, by words or key."""
        sought = text.casefold().strip()
        return sought in self.action.text.casefold() or sought in self.key.text().casefold()

    def _chosen(self, key: str) -> None:
        owner = self._keys.owner(key)
        if owner is None or owner.id == self.action.id:
            self._keys.bind(self.action.id, (key,))
            return
        self._wanted = key
        taken = tr("Shortcuts", "{key} is the key for “{action}” already.")
        self.question.setText(taken.format(key=key_words(key), action=owner.text))
        self.yes.setAccessibleName(
            tr("Shortcuts", "Take {key} for “{action}”").format(key=key, action=self.action.text)
        )
        self.yes.setToolTip(tr("Shortcuts", "“{action}” loses it").format(action=owner.text))
        self.no.setAccessibleName(tr("Shortcuts", "Leave {key} where it is").format(key=key))
        for widget in (self.question, self.yes, self.no):
            widget.show()


class ShortcutsPage(Page):
    """Commands in groups, with a search."""

    def __init__(self, keys: KeyMap) -> None:
        self._keys = keys
        self.search = Line(tr("Shortcuts", "Search commands"))
        self.search.setPlaceholderText(tr("Shortcuts", "Search: a word or a key"))
        self.reset = Button(tr("Shortcuts", "All keys as they came"), "link")
        self.reset.setToolTip(tr("Shortcuts", "Give every command its first keys back"))
        self.rows: list[_Row] = []
        self._groups: list[tuple[QLabel, list[_Row]]] = []
        self._table = QWidget()
        self._table_column = QVBoxLayout(self._table)
        self._table_column.setContentsMargins(0, 0, 0, 0)
        self._table_column.setSpacing(3)
        super().__init__(tr("Shortcuts", "Keyboard shortcuts"), self.search, self._table, self.reset)
        self.search.textChanged.connect(self._filter)
        self.reset.clicked.connect(keys.reset)
        keys.changed.connect(self._show)

    def entered(self) -> None:
        """Make the table at the first visit, when all commands are known; start at the search."""
        if not self.rows:
            self._fill()
        self._show()
        self.search.setFocus()

    def _fill(self) -> None:
        groups: dict[str, list[Action]] = {}
        for action in self._keys.actions:
            groups.setdefault(action.group, []).append(action)
        for name, actions in groups.items():
            heading = caption(name, "section")
            heading.setContentsMargins(0, theme.GAP, 0, 2)
            rows = [_Row(action, self._keys) for action in actions]
            for widget in (heading, *rows):
                self._table_column.addWidget(widget)
            self._groups.append((heading, rows))
            self.rows += rows

    def _show(self) -> None:
        for row in self.rows:
            row.show_keys()
        for key, (winner, *losers) in self._keys.conflicts().items():
            for row in self.rows:
                if row.action in losers:
                    row.show_loss(key, winner)
        self.reset.setEnabled(self._keys.changed_by_user())

    def _filter(self, text: str) -> None:
        for heading, rows in self._groups:
            for row in rows:
                row.setVisible(row.matches(text))
            heading.setVisible(any(row.matches(text) for row in rows))
