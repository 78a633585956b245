# SPDX-License-Identifier: GPL-3.0-or-later
"""A take as a card: what it sounds like at a glance, how it was made, how well it met the cues."""

from PyQt6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDrag, QFocusEvent, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QWidget

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.answers import missed
from foleycue_ui.model.request import RequestModel
from foleycue_ui.model.takes import TakeEntry
from foleycue_ui.widgets.controls import Elided, Glyph, IconButton, Line, caption
from foleycue_ui.widgets.take_words import facts, licence, warnings
from foleycue_ui.widgets.waveform import Waveform

_BADGE_WIDTH = 150


class NameLine(Line):
    """Writes a take's name: Enter keeps it, Escape does not, and going elsewhere keeps it too."""

    ended = pyqtSignal(bool)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter and Escape."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.ended.emit(event.key() != Qt.Key.Key_Escape)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """Somewhere else."""
        super().focusOutEvent(a0)
        self.ended.emit(True)


class TakeCard(QFrame):
    """One take. A click anywhere chooses it; dragged away, it is a file that any editor takes."""

    asked = pyqtSignal(str, str)  # what (see TakesSection), the take's id
    renamed = pyqtSignal(str, str)

    def __init__(self, entry: TakeEntry, number: int, request: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.take_id = entry.take.take_id
        self._pressed: QPoint | None = None
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.key = QLabel()
        self.key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.key.setFixedSize(22, 20)
        self.check = Glyph("check", "accent", 18)
        self.other = QLabel(tr("Takes", "B"))
        self.other.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.role(self.other, "key")
        self.waveform = Waveform(entry.sound.peaks, _missed_places(entry))
        self.prompt = Elided(entry.title())
        self.name = NameLine(tr("Takes", "Name of the take"))
        self.name.setToolTip(tr("Takes", "Enter keeps the name, Escape does not"))
        self.name.hide()
        self.facts = Elided(facts(entry), "caption")
        self.warning = Elided(warnings(entry), "caption")
        self.badge = _badge(licence(entry, request))
        self.play, self.star = IconButton("play", ""), IconButton("star", "")
        self.insert, self.discard = IconButton("insert", ""), IconButton("discard", "")
        self.more = IconButton("more", "")
        self._lay_out()
        self.name.ended.connect(self._end_name)
        for button, what in (
            *((self.play, "play"), (self.star, "star"), (self.insert, "insert")),
            *((self.discard, "discard"), (self.more, "menu")),
        ):
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(lambda _, what=what: self.asked.emit(what, self.take_id))
        self.show_as(number, False, False)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 8, 8)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.key, 0, 0)
        grid.addWidget(self.check, 1, 0, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self.waveform, 0, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.play, self.star, self.insert, self.discard, self.more):
            buttons.addWidget(button)
        grid.addLayout(buttons, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.prompt, 1, 1, 1, 2)
        grid.addWidget(self.name, 1, 1, 1, 2)
        grid.addWidget(self.facts, 2, 1, 1, 2)
        grid.addWidget(self.other, 2, 0)
        grid.addWidget(self.badge, 3, 1, 1, 2, Qt.AlignmentFlag.AlignLeft)
        beware = Glyph("alert", "warn", 14)
        grid.addWidget(beware, 4, 0, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self.warning, 4, 1, 1, 2)
        for widget in (beware, self.warning):
            widget.setVisible(bool(self.warning.whole()))
        grid.setColumnStretch(1, 1)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches, from left to right."""
        return [self.play, self.star, self.insert, self.discard, self.more, self.name]

    def show_as(self, number: int, chosen: bool, other: bool) -> None:
        """The number that picks it, whether it is the chosen one, or the one that is kept to compare with."""
        starred = self.entry.stored.starred
        self.key.setText(str(number))
        self.other.setVisible(other)
        theme.role(self.key, "key-chosen" if chosen else "key")
        self.check.setVisible(chosen)
        self.setProperty("chosen", "true" if chosen else "false")
        if (style := self.style()) is not None:
            style.unpolish(self)
            style.polish(self)
        self.setAccessibleName(self._spoken(number, chosen, other))
        names = (
            (self.play, "play", tr("Takes", "Hear take {number}")),
            (self.star, "starred", tr("Takes", "Take the star from take {number}"))
            if starred
            else (self.star, "star", tr("Takes", "Star take {number}")),
            (self.insert, "insert", tr("Takes", "Insert take {number}")),
            (self.discard, "discard", tr("Takes", "Discard take {number}")),
            (self.more, "more", tr("Takes", "More with take {number}")),
        )
        for button, symbol, name in names:
            button.show_as(symbol, name.format(number=number))
        self.waveform.setAccessibleName(tr("Takes", "Waveform of take {number}").format(number=number))

    def _spoken(self, number: int, chosen: bool, other: bool) -> str:
        parts = [tr("Takes", "Take {number}").format(number=number)]
        parts += [tr("Takes", "chosen")] if chosen else []
        parts += [tr("Takes", "to compare with")] if other else []
        parts += [tr("Takes", "starred")] if self.entry.stored.starred else []
        return ", ".join([*parts, self.prompt.whole(), self.facts.whole(), self.warning.whole()]).rstrip(", ")

    # -- its name -------------------------------------------------------------------------------------------------

    def edit_name(self) -> None:
        """Let the user write a name in the card."""
        self.name.setText(self.entry.stored.name)
        self.name.setPlaceholderText(self.entry.title())
        self.prompt.hide()
        self.name.show()
        self.name.setFocus()
        self.name.selectAll()

    def _end_name(self, keep: bool) -> None:
        if self.name.isHidden():
            return
        self.name.hide()
        self.prompt.show()
        if keep and self.name.text().strip() != self.entry.stored.name:
            self.renamed.emit(self.take_id, self.name.text())

    # -- the mouse ------------------------------------------------------------------------------------------------

    def drag_data(self) -> QMimeData:
        """The take as a file."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self.entry.path))])
        return data

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()
            self.asked.emit("choose", self.take_id)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag the file away."""
        if event is None or self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        way = event.position().toPoint() - self._pressed
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            drag = QDrag(self)
            drag.setMimeData(self.drag_data())
            drag.setPixmap(self.waveform.grab())
            if drag.exec(Qt.DropAction.CopyAction) != Qt.DropAction.IgnoreAction:
                self.asked.emit("used", self.take_id)


def _missed_places(entry: TakeEntry) -> tuple[float, ...]:
    take = entry.take
    if not take.missed or not take.samples:
        return ()
    length = take.samples * CUE_RATE / take.sample_rate
    return tuple(sorted(sample / length for sample, distance in entry.answers.items() if missed(distance)))


def _badge(words: str) -> QLabel:
    """Engine and licence in a small frame, cut where a licence has a long name; the tool tip says all of it."""
    label = caption("", "badge")
    label.setText(label.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _BADGE_WIDTH))
    label.setAccessibleName(tr("Takes", "Engine and licence: {words}").format(words=words))
    tip = tr("Takes", "Licence of the engine's weights: what the sound may be used for follows from it.")
    label.setToolTip(f"{words}\n{tip}")
    return label
