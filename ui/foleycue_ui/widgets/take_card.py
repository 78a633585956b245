# SPDX-License-Identifier: GPL-3.0-or-later
"""A take as a card: what it sounds like at a glance, how it was made, how well it met the cues."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.model.state import RequestModel
from foleycue_ui.model.takes import TakeEntry
from foleycue_ui.widgets import cue_paint
from foleycue_ui.widgets.controls import Elided, Glyph, IconButton, caption

_BADGE_WIDTH = 150


class Waveform(QWidget):
    """The take's waveform and where the player stands in it."""

    def __init__(self, peaks: NDArray[np.float32], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks = peaks
        self._at = -1.0
        self._chosen = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Waveform")

    def sizeHint(self) -> QSize:
        """A low strip."""
        return QSize(200, 36)

    def show_at(self, at: float, chosen: bool) -> None:
        """The position 0 … 1 (below 0: none), and whether the take is the chosen one."""
        if (at, chosen) != (self._at, self._chosen):
            self._at, self._chosen = at, chosen
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        cue_paint.wave(painter, self._peaks, box, "wave" if self._chosen else "wave_dim")
        if self._at >= 0:
            painter.setPen(QPen(theme.colour("playhead"), 1.2))
            x = box.width() * self._at
            painter.drawLine(QLineF(x, 0, x, box.height()))


class TakeCard(QFrame):
    """One take. A click anywhere chooses it."""

    chosen = pyqtSignal(str)
    play_asked = pyqtSignal(str)
    insert_asked = pyqtSignal(str)
    discard_asked = pyqtSignal(str)

    def __init__(self, entry: TakeEntry, number: int, request: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.take_id = entry.take.take_id
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.key = QLabel()
        self.key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.key.setFixedSize(22, 20)
        self.check = Glyph("check", "accent", 18)
        self.waveform = Waveform(entry.sound.peaks)
        self.prompt = Elided(entry.take.prompt or "No prompt")
        self.facts = Elided(facts(entry), "caption")
        self.badge = _badge(licence(entry, request))
        self.play = IconButton("play", "Hear this take")
        self.insert = IconButton("insert", "Insert this take")
        self.discard = IconButton("discard", "Discard this take")
        self._lay_out()
        self.play.clicked.connect(lambda: self.play_asked.emit(self.take_id))
        self.insert.clicked.connect(lambda: self.insert_asked.emit(self.take_id))
        self.discard.clicked.connect(lambda: self.discard_asked.emit(self.take_id))
        self.show_as(number, False)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 8, 8)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.key, 0, 0)
        grid.addWidget(self.check, 1, 0, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self.waveform, 0, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addStretch(1)
        for button in (self.play, self.insert, self.discard):
            buttons.addWidget(button)
        grid.addLayout(buttons, 0, 2)
        grid.addWidget(self.prompt, 1, 1)
        grid.addWidget(self.badge, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.facts, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def show_as(self, number: int, chosen: bool) -> None:
        """The number under which 1-8 picks it, and whether it is the chosen one."""
        self.key.setText(str(number))
        theme.role(self.key, "key-chosen" if chosen else "key")
        self.check.setVisible(chosen)
        self.setProperty("chosen", "true" if chosen else "false")
        if (style := self.style()) is not None:
            style.unpolish(self)
            style.polish(self)
        state = ", chosen" if chosen else ""
        self.setAccessibleName(f"Take {number}{state}: {self.prompt.whole()}, {self.facts.whole()}")
        for button, does in ((self.play, "Hear"), (self.insert, "Insert"), (self.discard, "Discard")):
            button.setAccessibleName(f"{does} take {number}")
            button.setToolTip(f"{does} take {number}")
        self.waveform.setAccessibleName(f"Waveform of take {number}")

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.take_id)


def _badge(words: str) -> QLabel:
    """Engine and licence in a small frame, cut where a licence has a long name; the tool tip says all of it."""
    label = caption("", "badge")
    label.setText(label.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _BADGE_WIDTH))
    label.setAccessibleName(f"Engine and licence: {words}")
    label.setToolTip(f"{words}\nLicence of the engine's weights: what the sound may be used for follows from it.")
    return label


def facts(entry: TakeEntry) -> str:
    """Seed, cue error, missed cues, loudness, in words."""
    take = entry.take
    parts = [f"seed {take.seed}"]
    if take.cue_error_ms is not None:
        parts.append(f"cues ±{take.cue_error_ms:.0f} ms")
    elif not take.cues:
        parts.append("no cues")
    if take.missed:
        parts.append(f"{take.missed} of {len(take.cues)} cues missed")
    if entry.inserted:
        parts.append("on the timeline")
    return " · ".join(parts)


def licence(entry: TakeEntry, request: RequestModel) -> str:
    """Engine and licence of its weights."""
    take = entry.take
    info = request.info(take.engine)
    terms = take.licence or (info.weights_licence if info else "")
    return f"{take.engine} · {terms}" if terms else take.engine
