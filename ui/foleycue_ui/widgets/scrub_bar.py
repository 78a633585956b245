# SPDX-License-Identifier: GPL-3.0-or-later
"""The marked range as a slim bar under the picture: playhead to scrub, borders of shots, keyframes of the region."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.object_marks import in_panel
from foleycue_ui.look.words import tr
from foleycue_ui.model.region import RegionModel
from foleycue_ui.playback.player import Player

_PAD = 5.0
_DIAMOND = 4.2
_HIT = 6.0


class ScrubBar(QWidget):
    """Press or drag to see a frame; a click on a diamond goes exactly there, the right button removes it."""

    key_removed = pyqtSignal(int)

    def __init__(self, player: Player, regions: RegionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._regions = player, regions
        self._scrubbing = False
        self._head = -1.0  # where the playhead was painted
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Picture", "Playhead in the range"))
        self.setToolTip(
            tr("Picture", "Drag to scrub; diamonds are keyframes of the region, the right button removes one")
        )
        player.position_changed.connect(self._on_position)
        regions.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A slim bar."""
        return QSize(200, 18)

    def x_of(self, frame: int) -> float:
        """The middle of a frame."""
        return _PAD + (self.width() - 2 * _PAD) * (frame + 0.5) / max(1, self._player.frames)

    def frame_at(self, x: float) -> int:
        """The frame at a place."""
        frame = int((x - _PAD) * self._player.frames / max(1.0, self.width() - 2 * _PAD))
        return min(max(frame, 0), max(0, self._player.frames - 1))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go there, or take a keyframe away."""
        if event is None or not self._player.frames:
            return
        key = self._key_near(event.position())
        if event.button() == Qt.MouseButton.RightButton and key is not None:
            self.key_removed.emit(key)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = True
            self._player.seek_frame(self.frame_at(event.position().x()) if key is None else key)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Scrub."""
        if event is not None and self._scrubbing:
            frame = self.frame_at(event.position().x())
            if frame != self._player.frame or self._player.playing:
                self._player.seek_frame(frame)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._scrubbing = False

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide it."""
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Groove, shots, what was played, keyframes, playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        groove = QRectF(_PAD, middle - 2.5, self.width() - 2 * _PAD, 5)
        painter.setPen(QPen(theme.colour("focus"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(groove, 2.5, 2.5)
        if not self._player.frames:
            return
        head = self._head = self.x_of(self._player.frame)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("outline"))
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), head - groove.left(), groove.height()), 2.5, 2.5)
        painter.setPen(QPen(theme.colour("dim"), 1))
        for start in self._regions.shot_starts[1:]:
            x = (self.x_of(start - 1) + self.x_of(start)) / 2
            painter.drawLine(QPointF(x, middle - 6), QPointF(x, middle + 6))
        painter.setPen(QPen(theme.colour("sunken"), 1))
        painter.setBrush(theme.colour("playhead"))
        painter.drawRoundedRect(QRectF(head - 2.5, 1.5, 5, self.height() - 3), 2, 2)
        for frame in self._regions.key_frames:
            self._paint_key(painter, QPointF(self.x_of(frame), middle), frame == self._player.frame)

    def _paint_key(self, painter: QPainter, at: QPointF, here: bool) -> None:
        size = _DIAMOND * (1.35 if here else 1.0)
        painter.setPen(QPen(theme.colour("sunken"), 1))
        selected = self._regions.selected
        painter.setBrush(in_panel(0 if selected is None else selected.number))
        steps = ((0, -size), (size, 0), (0, size), (-size, 0))
        painter.drawPolygon(QPolygonF([QPointF(at.x() + x, at.y() + y) for x, y in steps]))

    def _key_near(self, at: QPointF) -> int | None:
        near = min(self._regions.key_frames, key=lambda frame: abs(self.x_of(frame) - at.x()), default=None)
        return near if near is not None and abs(self.x_of(near) - at.x()) <= _HIT else None

    def _on_position(self) -> None:
        keys = len(self._regions.key_frames)
        frame = tr("Picture", "Frame {frame} of {frames}").format(frame=self._player.frame, frames=self._player.frames)
        marks = tr("Picture", "keyframes of the region: {count}").format(count=keys)
        self.setAccessibleDescription(f"{frame}, {marks}" if keys else frame)
        if self.x_of(self._player.frame) != self._head:
            self.update()
