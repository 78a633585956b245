# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects on the picture: drawn, chosen, moved and resized there, by mouse or by keys."""

from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_shared.messages import PicturePoint
from foleycue_ui.look.object_marks import draw_tag, on_picture
from foleycue_ui.look.palettes import DARK
from foleycue_ui.look.words import tr
from foleycue_ui.model.region import RegionModel
from foleycue_ui.model.seen_object import Box, SeenObject
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.picture_view import PictureView
from foleycue_ui.widgets.region_box import grip_at, grips, moved

_STEP, _BIG_STEP = 0.01, 0.05
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CURSORS = {
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "all": Qt.CursorShape.SizeAllCursor,
    "": Qt.CursorShape.CrossCursor,
}


class RegionOverlay(QWidget):
    """Lies on the picture. While it is not edited the mouse goes through it, and only the outlines are seen.

    A press on another object selects it; a rectangle drawn where none is held is a new object.
    Arrows move the region, with Shift they size it, with Ctrl in large steps; Delete removes the keyframe here.
    """

    pointed = pyqtSignal(PicturePoint)

    def __init__(self, picture: PictureView, regions: RegionModel, player: Player) -> None:
        super().__init__(picture)
        self._picture, self._regions, self._player = picture, regions, player
        self._held: str | None = None  # a grip, "all", or "" for a new one
        self._press = QPointF()
        self._start = Box(0, 0, 0, 0)
        self._fresh = False  # what is being drawn is to be an object of its own
        self._shown: tuple[object, ...] = ()
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Region", "Region of the picture"))
        self.set_editing(False)
        picture.moved.connect(self._fit)
        regions.changed.connect(self._show_box)
        player.position_changed.connect(self._show_box)
        self._fit()
        self._show_box()

    @property
    def editing(self) -> bool:
        """Whether mouse and keys change it."""
        return self._editing

    def set_editing(self, editing: bool) -> None:
        """Let mouse and keys in, or through."""
        self._editing = editing
        self._held = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not editing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editing else Qt.FocusPolicy.NoFocus)
        window = self.window()
        if self.hasFocus() and not editing and window is not None:
            window.setFocus()
        self.update()

    def box_rect(self, box: Box) -> QRectF:
        """Where a box lies on the widget."""
        area = self._picture.picture_rect()
        return QRectF(
            area.x() + box.x * area.width(),
            area.y() + box.y * area.height(),
            box.width * area.width(),
            box.height * area.height(),
        )

    # -- mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of a grip or of the whole; anywhere else a new rectangle begins."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._player.pause()
        self._press = event.position()
        held = self._grip(self._press)
        if not held and (other := self._other_at(self._press)) is not None:
            self._regions.select(other.number)
            held = self._grip(self._press)
        box = self._box()
        self._held, self._fresh = held, box is not None
        self._start = box or Box(0, 0, 0, 0)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag what is held, or show what would be."""
        if event is None:
            return
        if self._held is None:
            other = self._other_at(event.position())
            self.setCursor(_CURSORS[self._grip(event.position()) or ("all" if other is not None else "")])
            return
        area, by = self._picture.picture_rect(), event.position() - self._press
        if self._held == "":
            if by.manhattanLength() >= QApplication.startDragDistance():
                self._draw(self._drawn(event.position()))
        else:
            self._put(moved(self._start, self._held, by.x() / area.width(), by.y() / area.height()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go; a click where nothing is held points at something."""
        held, self._held = self._held, None
        area, near = self._picture.picture_rect(), QApplication.startDragDistance()
        if event is None or held != "" or (event.position() - self._press).manhattanLength() >= near:
            return
        if area.contains(self._press) and self._player.frames:
            x = (self._press.x() - area.x()) / area.width()
            y = (self._press.y() - area.y()) / area.height()
            self.pointed.emit(PicturePoint(frame=self._player.frame, x=min(x, 1.0), y=min(y, 1.0)))

    def _grip(self, at: QPointF) -> str:
        box = self._box()
        return "" if box is None else grip_at(self.box_rect(box), at)

    def _other_at(self, at: QPointF) -> SeenObject | None:
        """The smallest object at a place that is not the selected one."""
        there = [(box, seen) for seen, box in self._others() if self.box_rect(box).contains(at)]
        return min(there, key=lambda found: found[0].width * found[0].height)[1] if there else None

    def _draw(self, box: Box) -> None:
        if self._fresh:
            self._regions.add(self._player.frame, box)
            self._fresh = False
        else:
            self._put(box)

    def _drawn(self, at: QPointF) -> Box:
        area = self._picture.picture_rect()
        rect = QRectF(self._press, at).normalized().intersected(area)
        return Box(
            (rect.x() - area.x()) / area.width(),
            (rect.y() - area.y()) / area.height(),
            rect.width() / area.width(),
            rect.height() / area.height(),
        )

    # -- keyboard -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move, size, remove; begin in the middle where there is none."""
        if event is None:
            return
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._push(*_ARROWS[key], event.modifiers())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._regions.remove(self._player.frame)
        else:
            event.ignore()

    def _push(self, right: int, down: int, modifiers: Qt.KeyboardModifier) -> None:
        box = self._box()
        if box is None:
            self._put(Box(0.3, 0.3, 0.4, 0.4))
            return
        step = _BIG_STEP if modifiers & Qt.KeyboardModifier.ControlModifier else _STEP
        held = "se" if modifiers & Qt.KeyboardModifier.ShiftModifier else "all"
        self._put(moved(box, held, right * step, down * step))

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide it."""
        self.update()

    # -- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Outlines; while it is edited also grips, and a veil over what does not count."""
        box, seen = self._box(), self._regions.selected
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._editing and box is not None:
            veil = QPainterPath()
            veil.addRect(self._picture.picture_rect())
            inner = QPainterPath()
            inner.addRect(self.box_rect(box))
            painter.fillPath(veil - inner, QColor(0, 0, 0, 110))
        for other, place in self._others():
            self._outline(painter, other, self.box_rect(place), on_picture(other.number), 1.0)
        if seen is None or box is None:
            return
        rect = self.box_rect(box)
        colour = QColor(DARK.focus) if self.hasFocus() else on_picture(seen.number)
        self._outline(painter, seen, rect, colour, 1.5)
        if self._editing:
            painter.setPen(QPen(QColor(0, 0, 0, 180), 1))
            painter.setBrush(on_picture(seen.number))
            for grip in grips(rect).values():
                painter.drawRect(QRectF(grip.x() - 3, grip.y() - 3, 6, 6))

    def _outline(self, painter: QPainter, seen: SeenObject, rect: QRectF, colour: QColor, width: float) -> None:
        """A solid line where a key lies at this frame; the letter and name where they are of use."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 150), width + 1.5))
        painter.drawRect(rect)
        keyed = any(key.frame == self._player.frame for key in seen.keys)
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine if keyed else Qt.PenStyle.DashLine))
        painter.drawRect(rect)
        if seen.label or len(self._regions.objects) > 1:
            draw_tag(painter, rect, seen.number, seen.letter, seen.label)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _box(self) -> Box | None:
        return self._regions.at(self._player.frame) if self._player.frames else None

    def _others(self) -> list[tuple[SeenObject, Box]]:
        """The objects that are not edited, where they are seen at this frame."""
        if not self._player.frames:
            return []
        others = (seen for seen in self._regions.objects if seen is not self._regions.selected)
        boxes = ((seen, self._regions.box_of(seen, self._player.frame)) for seen in others)
        return [(seen, box) for seen, box in boxes if box is not None]

    def _put(self, box: Box) -> None:
        self._player.pause()
        self._regions.put(self._player.frame, box)

    def _fit(self) -> None:
        self.setGeometry(self._picture.rect())
        self.update()

    def _show_box(self) -> None:
        box = self._box()
        now = box, self._player.frame in self._regions.key_frames, self._regions.objects, self._others()
        if now == self._shown and self.accessibleDescription():
            return
        self._shown = now
        if box is None:
            words = tr("Region", "The whole picture counts in this shot")
        else:
            shares = [round(100 * value) for value in (box.x, box.y, box.width, box.height)]
            text = tr("Region", "{x} % from the left, {y} % from the top, {width} % wide, {height} % high")
            words = text.format(x=shares[0], y=shares[1], width=shares[2], height=shares[3])
        self.setAccessibleDescription(words)
        self.update()
