# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mouse does in the lane: add, select, drag, gather, scrub, zoom. One gesture is one step of undo."""

from fractions import Fraction
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from foleycue_shared.cues import Cue
from foleycue_ui.model.cue_edits import WEAKEST, snap
from foleycue_ui.widgets.lane.view import RULER

if TYPE_CHECKING:
    from foleycue_ui.widgets.lane.lane import CueLane

STRENGTH_STEP = 0.05
_ZOOM_NOTCH = 1.25
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_FREE = _CTRL | Qt.KeyboardModifier.AltModifier


class Gestures:
    """From press to release: pressed, then time, strength, band or scrub."""

    def __init__(self, lane: "CueLane") -> None:
        self._lane = lane
        self._cues, self._range = lane.state.cues, lane.state.range
        self.mode = ""
        self._press = QPointF()
        self._place = Fraction(0)
        self._hit: int | None = None
        self._anchor: int | None = None  # where a Shift+click starts to count
        self._held: Cue | None = None  # as it was when the drag began
        self._rank = 0  # its place among all that are dragged
        self._before: frozenset[int] = frozenset()
        self.band = QRectF()

    @property
    def held(self) -> Cue | None:
        """The cue under the hand while it is dragged, as it is now."""
        if self._held is None or self.mode not in ("time", "strength"):
            return None
        # A drag keeps the order of what it moves.
        now = sorted(self._cues.selected)
        return self._cues.cues[now[min(self._rank, len(now) - 1)]] if now else None

    def press(self, event: QMouseEvent) -> None:
        """Take hold of a cue, of an empty place, or of the ruler."""
        position = event.position()
        if position.y() < RULER:
            self.mode = "scrub"
            self._scrub(position.x())
            return
        self.mode, self._press, self._place = "pressed", position, self._lane.view.place(position.x())
        self._hit = self._lane.cue_at(position)
        if self._hit is not None and not event.modifiers() & (_CTRL | _SHIFT) and self._hit not in self._cues.selected:
            self._cues.select({self._hit})

    def move(self, event: QMouseEvent) -> None:
        """Drag; the first few pixels decide what becomes of it."""
        if self.mode == "scrub":
            self._scrub(event.position().x())
            return
        moved = event.position() - self._press
        if self.mode == "pressed" and moved.manhattanLength() >= QApplication.startDragDistance() / 2:
            self._begin(moved, event.modifiers())
        if self.mode == "time":
            self._drag_time(event)
        elif self.mode == "strength":
            view = self._lane.view
            self._cues.lift(view.strength(event.position().y()) - view.strength(self._press.y()))
        elif self.mode == "band":
            self._gather(event.position())

    def release(self, event: QMouseEvent) -> None:
        """Let go: a click, or the end of a drag."""
        mode, self.mode = self.mode, ""
        if mode == "pressed":
            self._click(event.modifiers())
        elif mode in ("time", "strength"):
            self._cues.release()
        self._held = None

    def wheel(self, event: QWheelEvent) -> bool:
        """Ctrl: zoom. Over a marker: strength. Shift, sideways, or zoomed in: scroll. False: not ours."""
        x, turned = event.position().x(), event.angleDelta()
        lane, modifiers = self._lane, event.modifiers()
        hit = lane.cue_at(event.position()) if event.position().y() >= RULER else None
        sideways = turned.x() if abs(turned.x()) > abs(turned.y()) else 0
        if modifiers & _CTRL:
            lane.show_view(lane.view.zoomed(_ZOOM_NOTCH ** (-turned.y() / 120), x))
        elif sideways or modifiers & _SHIFT:
            lane.show_view(lane.view.scrolled(-(sideways or turned.y()) / 120 * lane.view.inner / 8))
        elif hit is not None:
            if hit not in self._cues.selected:
                self._cues.select({hit})
            self._cues.change_strength(STRENGTH_STEP * turned.y() / 120)
        elif not lane.view.fits:
            lane.show_view(lane.view.scrolled(-turned.y() / 120 * lane.view.inner / 8))
        else:
            return False
        return True

    # -- inner ----------------------------------------------------------------------------------------------------

    def _begin(self, moved: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._hit is None or modifiers & _SHIFT:
            self.mode = "band"
            self._before = self._cues.selected if modifiers & (_CTRL | _SHIFT) else frozenset()
            return
        if self._hit not in self._cues.selected:
            self._cues.select({self._hit})
        self.mode = "time" if abs(moved.x()) >= abs(moved.y()) else "strength"
        self._held = self._cues.cues[self._hit]
        self._rank = sorted(self._cues.selected).index(self._hit)
        self._cues.grab()

    def _drag_time(self, event: QMouseEvent) -> None:
        lane, x = self._lane, event.position().x()
        over = min(x, 0.0) + max(x - lane.width(), 0.0)
        if over and not lane.view.fits:
            lane.show_view(lane.view.scrolled(over / 4))
        if self._held is None:
            return
        wanted = self._held.sample + round(lane.view.place(x) - self._place)
        free = bool(event.modifiers() & _FREE)
        target = wanted if free else snap(wanted, self._range.marked)
        self._cues.drag(target - self._held.sample, self._range.marked, not free)

    def _gather(self, corner: QPointF) -> None:
        self.band = QRectF(self._press, corner).normalized()
        self._cues.select(self._before | self._lane.cues_in(self.band))
        self._lane.update()

    def _click(self, modifiers: Qt.KeyboardModifier) -> None:
        if self._hit is None:
            if not modifiers & _SHIFT:
                view, x = self._lane.view, self._press.x()
                strength = round(min(max(view.strength(self._press.y()), WEAKEST), 1.0), 3)
                sample = view.sample(x) if modifiers & _FREE else view.frame_sample(x)
                self._anchor = self._cues.add(sample, strength)
            return
        if modifiers & _SHIFT and self._anchor is not None:
            low, high = sorted((self._anchor, self._hit))
            self._cues.select(self._cues.selected | set(range(low, high + 1)))
            return
        self._anchor = self._hit
        self._cues.select(self._cues.selected ^ {self._hit} if modifiers & (_CTRL | _SHIFT) else {self._hit})

    def _scrub(self, x: float) -> None:
        self._lane.seek_asked.emit(self._lane.view.frame_sample(x))
