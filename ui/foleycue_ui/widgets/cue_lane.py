# SPDX-License-Identifier: GPL-3.0-or-later
"""The heart of the panel: cues as markers over the chosen take's waveform and the picture's strength curve."""

from PyQt6.QtCore import QPointF, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QSizePolicy, QWidget

from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.timing import CUE_RATE, samples_to_frames
from foleycue_ui.model.cues import snap
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets import cue_paint
from foleycue_ui.widgets.cue_paint import Geometry

_HIT = 7.0
_WHEEL_STEP = 0.05
_MIN_STRENGTH = 0.05
_SOURCE_WORDS = {
    CueSource.PICTURE: "from the picture",
    CueSource.GUIDE: "from the guide track",
    CueSource.USER: "yours",
    CueSource.PERFORMED: "performed",
}


class CueLane(QWidget):
    """Click adds, drag moves (Alt: between frames) or changes strength, wheel changes strength, Delete removes."""

    seek_asked = pyqtSignal(int)  # sample at CUE_RATE

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._playhead = 0
        self._ground = QPixmap()
        self._held: int | None = None  # index in the sheet at the time of the press
        self._cue: Cue | None = None
        self._new = self._scrubbing = False
        self._axis = ""
        self._press = QPointF()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Cue lane")
        for signal in (state.cues.picture_changed, state.takes.chosen_changed, state.range.changed):
            signal.connect(self._renew)
        state.range.project_changed.connect(self._renew)
        state.cues.changed.connect(self._on_cues)
        self._on_cues()

    # -- geometry -------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """A lane of good height."""
        return QSize(390, 148)

    @property
    def geometry_(self) -> Geometry:
        """Where samples and strengths lie now."""
        return Geometry(self.width(), self.height(), self._state.range.marked.samples(CUE_RATE))

    def cue_near(self, x: float) -> int | None:
        """The index of the cue whose marker is hit at x."""
        geometry, cues = self.geometry_, self._state.cues.cues
        near = min(range(len(cues)), key=lambda k: abs(geometry.x(cues[k].sample) - x), default=None)
        return near if near is not None and abs(geometry.x(cues[near].sample) - x) <= _HIT else None

    def set_playhead(self, sample: int) -> None:
        """Move the playhead; only the two strips that change are painted."""
        geometry = self.geometry_
        for at in (self._playhead, sample):
            self.update(QRect(int(geometry.x(at)) - 7, 0, 15, self.height()))
        self._playhead = sample

    # -- mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of a cue, make one, or scrub on the ruler."""
        if event is None or event.button() != Qt.MouseButton.LeftButton or not self._state.range.open:
            return
        position, cues = event.position(), self._state.cues
        if position.y() < self.geometry_.top:
            self._scrubbing = True
            self._scrub(position.x())
            return
        hit = self.cue_near(position.x())
        if hit is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            cues.select(cues.selected ^ {hit})
            return
        self._press, self._axis = position, ""
        cues.grab()
        if hit is None:
            self._held, self._new = None, True
            self._cue = Cue(self._sample(position.x(), event), self._strength(position.y()), CueSource.USER)
            cues.place(None, self._cue)
        else:
            self._held, self._new, self._cue = hit, False, cues.cues[hit]
            cues.select({hit})

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag; the first few pixels decide between moving and changing strength."""
        if event is None:
            return
        if self._scrubbing:
            self._scrub(event.position().x())
        elif self._cue is None:
            self._show_hover(event.position())
        else:
            self._drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go: one step of undo."""
        self._scrubbing = False
        if self._cue is not None:
            self._cue = None
            self._state.cues.release()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Over a marker: strength. Elsewhere the column scrolls."""
        if event is None:
            return
        hit = self.cue_near(event.position().x())
        if hit is None or event.position().y() < self.geometry_.top:
            event.ignore()
            return
        if hit not in self._state.cues.selected:
            self._state.cues.select({hit})
        self._state.cues.change_strength(_WHEEL_STEP * event.angleDelta().y() / 120)
        event.accept()

    def _drag(self, event: QMouseEvent) -> None:
        moved = event.position() - self._press
        if not self._axis and moved.manhattanLength() >= QApplication.startDragDistance() / 2:
            self._axis = "time" if abs(moved.x()) >= abs(moved.y()) else "strength"
        cue = self._cue
        if cue is None or not self._axis:
            return
        if self._axis == "time":
            old_x = self._press.x() if self._new else self.geometry_.x(cue.sample)
            cue = Cue(self._sample(old_x + moved.x(), event), cue.strength, CueSource.USER)
        else:
            start = self.geometry_.y(cue.strength)
            cue = Cue(cue.sample, self._strength(start + moved.y()), cue.source)
        self._state.cues.place(self._held, cue)

    def _scrub(self, x: float) -> None:
        self.seek_asked.emit(snap(self.geometry_.sample(x), self._state.range.marked))

    def _sample(self, x: float, event: QMouseEvent) -> int:
        sample = self.geometry_.sample(x)
        free = event.modifiers() & Qt.KeyboardModifier.AltModifier
        return sample if free else snap(sample, self._state.range.marked)

    def _strength(self, y: float) -> float:
        return round(min(max(self.geometry_.strength(y), _MIN_STRENGTH), 1.0), 3)

    def _show_hover(self, position: QPointF) -> None:
        hit = self.cue_near(position.x()) if position.y() >= self.geometry_.top else None
        self.setCursor(Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.SizeAllCursor)
        self.setToolTip("" if hit is None else self._describe(hit))

    # -- keyboard -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Delete, strength with Up and Down, Shift+arrows nudge, comma and point choose, C adds at the playhead."""
        if event is None:
            return
        cues, marked = self._state.cues, self._state.range.marked
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                cues.delete_selected()
            case Qt.Key.Key_Up | Qt.Key.Key_Down if cues.selected:
                cues.change_strength(_WHEEL_STEP if event.key() == Qt.Key.Key_Up else -_WHEEL_STEP)
            case Qt.Key.Key_Left | Qt.Key.Key_Right if shift:
                cues.nudge(-1 if event.key() == Qt.Key.Key_Left else 1, marked)
            case Qt.Key.Key_Comma | Qt.Key.Key_Period:
                cues.step_selection(-1 if event.key() == Qt.Key.Key_Comma else 1)
            case Qt.Key.Key_C if not event.modifiers() and self._state.range.open:
                cues.add(snap(self._playhead, marked))
            case _:
                event.ignore()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide it."""
        self.update()

    # -- painting -------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Draw the ground anew."""
        self._renew()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Ground from the cache, then cues and playhead."""
        ratio = self.devicePixelRatioF()
        if self._ground.isNull() or self._ground.devicePixelRatio() != ratio:
            self._ground = cue_paint.ground(self._state, self.geometry_, ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._state.range.open:
            chosen = self._state.takes.chosen
            answers = chosen.answers if chosen is not None else {}
            missed = frozenset(sample for sample, distance in answers.items() if distance is None)
            cue_paint.cues(painter, self._state.cues, self.geometry_, missed)
            cue_paint.playhead(painter, self.geometry_, self._playhead)
        if self.hasFocus():
            cue_paint.focus(painter, self.geometry_)

    def _renew(self) -> None:
        self._ground = QPixmap()
        self.update()

    def _on_cues(self) -> None:
        cues = self._state.cues
        words = "1 cue" if len(cues.cues) == 1 else f"{len(cues.cues)} cues"
        if len(cues.selected) == 1:
            words += f". {self._describe(next(iter(cues.selected)))}"
        self.setAccessibleDescription(words)
        self.update()

    def _describe(self, index: int) -> str:
        cue, range_ = self._state.cues.cues[index], self._state.range
        frame = range_.start + samples_to_frames(cue.sample, range_.rate, CUE_RATE)
        return (
            f"Cue {index + 1} at {range_.timecode(frame)}, strength {round(cue.strength * 100)} %, "
            f"{_SOURCE_WORDS[cue.source]}"
        )
