# SPDX-License-Identifier: GPL-3.0-or-later
"""Marking the range: In and Out as timecode, and two handles on a strip of the whole timeline."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from foleycue_shared.errors import FoleyCueError
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import RangeModel
from foleycue_ui.widgets.controls import Elided, Line

_PAD = 7.0
_GRIP = 9.0
_BAR_TOP = 9.0


class Strip(QWidget):
    """The whole timeline as a bar, the marked range bright, its ends as handles; the bright part moves as a whole.

    Above the bar lies the playhead: pressed or dragged there, it goes to a frame inside the range.
    """

    seek_asked = pyqtSignal(int)  # frame of the timeline

    def __init__(self, model: RangeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._held = ""
        self._held_offset = 0
        self._playhead = 0
        self._focused = "in"
        self.setMinimumHeight(26)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Range", "Marked range"))
        self.setToolTip(tr("Range", "Drag the ends to mark a range, the middle to move it"))
        model.changed.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        """A slim bar."""
        return QSize(200, 26)

    def x_of(self, frame: int) -> float:
        """Where a frame lies."""
        return _PAD + (self.width() - 2 * _PAD) * frame / max(1, self._model.whole)

    def frame_at(self, x: float) -> int:
        """The frame border nearest to a place."""
        return round((x - _PAD) * max(1, self._model.whole) / max(1.0, self.width() - 2 * _PAD))

    def set_playhead(self, frame: int) -> None:
        """Show the frame of the timeline on which the player stands."""
        if frame != self._playhead:
            self._playhead = frame
            self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of the nearer end, or of the range."""
        if event is None or event.button() != Qt.MouseButton.LeftButton or not self._model.open:
            return
        x = event.position().x()
        self._held = "playhead" if event.position().y() < _BAR_TOP else self._grip(x)
        self._held_offset = self.frame_at(x) - self._model.start
        if self._held in ("in", "out"):
            self._focused = self._held
        self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag what is held."""
        if event is None:
            return
        if self._held:
            self._drag(event.position().x())
        elif event.position().y() < _BAR_TOP:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif self._model.open:
            ends = self._grip(event.position().x()) in ("in", "out")
            self.setCursor(Qt.CursorShape.SizeHorCursor if ends else Qt.CursorShape.OpenHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """I and O choose an end, Shift with the arrows moves it (with Ctrl by a second)."""
        if event is None:
            return
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        model = self._model
        if event.key() in (Qt.Key.Key_I, Qt.Key.Key_O):
            self._focused = "in" if event.key() == Qt.Key.Key_I else "out"
            self.update()
        elif event.key() in keys and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            big = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            step = keys[Qt.Key(event.key())] * (max(1, round(model.rate)) if big else 1)
            if self._focused == "in":
                model.mark(min(model.start + step, model.end - 1), model.end)
            else:
                model.mark(model.start, max(model.end + step, model.start + 1))
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide it."""
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw bar, range and handles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(_PAD, _BAR_TOP, self.width() - 2 * _PAD, self.height() - 2 * _BAR_TOP)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(bar, 4, 4)
        if not self._model.open:
            return
        left, right = self.x_of(self._model.start), self.x_of(self._model.end)
        painter.setBrush(theme.colour("accent", 0.45))
        painter.drawRect(QRectF(left, bar.top(), max(1.0, right - left), bar.height()))
        for which, x in (("in", left), ("out", right)):
            self._paint_handle(painter, which, x)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("playhead"))
        head = self.x_of(self._playhead)
        painter.drawPolygon(QPolygonF([QPointF(head - 4, 2), QPointF(head + 4, 2), QPointF(head, _BAR_TOP)]))
        painter.drawRect(QRectF(head - 0.5, _BAR_TOP, 1, bar.height()))

    def _paint_handle(self, painter: QPainter, which: str, x: float) -> None:
        box = QRectF(x - (_PAD - 1 if which == "in" else 0), 4, _PAD - 1, self.height() - 8)
        focused = self.hasFocus() and which == self._focused
        painter.setPen(QPen(theme.colour("focus"), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(box, 2.5, 2.5)
        painter.setPen(QPen(theme.colour("on_accent"), 1))
        painter.drawLine(
            QPointF(box.center().x(), box.center().y() - 3), QPointF(box.center().x(), box.center().y() + 3)
        )

    def _grip(self, x: float) -> str:
        left, right = self.x_of(self._model.start), self.x_of(self._model.end)
        if min(abs(x - left), abs(x - right)) <= _GRIP or not left < x < right:
            return "in" if abs(x - left) <= abs(x - right) else "out"
        return "all"

    def _drag(self, x: float) -> None:
        model, frame = self._model, self.frame_at(x)
        if self._held == "playhead":
            self.seek_asked.emit(min(max(frame, model.start), model.end - 1))
        elif self._held == "in":
            model.mark(min(frame, model.end - 1), model.end)
        elif self._held == "out":
            model.mark(model.start, max(frame, model.start + 1))
        elif self._held == "all":
            length = model.end - model.start
            start = min(max(frame - self._held_offset, 0), model.whole - length)
            model.mark(start, start + length)

    def _on_changed(self) -> None:
        model = self._model
        text = tr("Range", "From {start} to {end}")
        self.setAccessibleDescription(text.format(start=model.timecode(model.start), end=model.timecode(model.end)))
        self.update()


class RangeStrip(QWidget):
    """Strip and the two fields."""

    refused = pyqtSignal(str)

    def __init__(self, model: RangeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.strip = Strip(model)
        self.in_field = self._field(tr("Range", "In"), tr("Range", "First frame of the range: a timecode, 48f or 2.5s"))
        self.out_field = self._field(
            tr("Range", "Out"), tr("Range", "First frame after the range: a timecode, 48f or 2.5s")
        )
        self.length = Elided("", "caption")
        self.length.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        model.project_changed.connect(self._show)
        model.changed.connect(self._show)
        self._show()

    def _field(self, name: str, tip: str) -> Line:
        field = Line(name)
        field.setFont(theme.font(12, fixed=True))
        field.setFixedWidth(field.fontMetrics().horizontalAdvance("00:00:00:00") + 26)
        field.setToolTip(tip)
        field.editingFinished.connect(lambda: self._entered(field))
        return field

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for field in (self.in_field, self.out_field):
            label = QLabel(field.accessibleName())
            theme.role(label, "caption")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addWidget(self.length, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.strip)
        column.addLayout(row)
        QWidget.setTabOrder(self.strip, self.in_field)
        QWidget.setTabOrder(self.in_field, self.out_field)

    def _show(self) -> None:
        model = self._model
        for field, frame in ((self.in_field, model.start), (self.out_field, model.end)):
            field.setEnabled(model.open)
            field.setText(model.timecode(frame) if model.open else "")
            theme.role(field, "")
        self.strip.setEnabled(model.open)
        words = tr("Range", "{seconds:.2f} s · {frames} frames")
        marked = model.marked
        self.length.set_text(words.format(seconds=float(marked.seconds), frames=marked.frames) if model.open else "")

    def _entered(self, field: Line) -> None:
        model = self._model
        is_in = field is self.in_field
        if not model.open or field.text() == model.timecode(model.start if is_in else model.end):
            theme.role(field, "")
            return
        try:
            frame = model.frame_of(field.text())
        except FoleyCueError as error:
            self._refuse(field, error.message)
            return
        first, last = (0, model.end - 1) if is_in else (model.start + 1, model.whole)
        if not first <= frame <= last:
            text = tr("Range", "{name} must lie between {first} and {last}.")
            name = field.accessibleName()
            self._refuse(field, text.format(name=name, first=model.timecode(first), last=model.timecode(last)))
            return
        model.mark(*((frame, model.end) if is_in else (model.start, frame)))
        self._show()

    def _refuse(self, field: Line, sentence: str) -> None:
        theme.role(field, "wrong")
        self.refused.emit(sentence)
