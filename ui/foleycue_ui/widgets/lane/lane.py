# SPDX-License-Identifier: GPL-3.0-or-later
"""The heart of the panel: cues as markers over the picture's strength curve and the sounds of take and timeline."""

from pathlib import Path

from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.model.answers import Answers
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.lane import hits, overlay, words
from foleycue_ui.widgets.lane.files import dropped_sheet
from foleycue_ui.widgets.lane.gestures import Gestures
from foleycue_ui.widgets.lane.keyboard import handle_key
from foleycue_ui.widgets.lane.layers import Layers
from foleycue_ui.widgets.lane.view import RULER, LaneView

_PLAYHEAD_REACH = 7


class CueLane(QWidget):
    """See words.help_words() for what hands can do here, and keyboard.handle_key() for the keys."""

    seek_asked = pyqtSignal(int)  # sample at CUE_RATE
    view_changed = pyqtSignal()
    sheet_dropped = pyqtSignal(Path)

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.view = LaneView.whole(390, 184, state.range.marked)
        self.answers: Answers = {}
        self._playhead = 0
        self._layers = Layers(state)
        self._file_over = False
        self._gestures = Gestures(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(168)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName(tr("Lane", "Cue lane"))
        range_ = state.range
        for signal in (state.cues.picture_changed, state.guide.changed, range_.changed, range_.project_changed):
            signal.connect(self._renew)
        state.takes.chosen_changed.connect(self._on_chosen)
        state.cues.changed.connect(self._on_cues)
        self._on_cues()

    def sizeHint(self) -> QSize:
        """A lane of good height."""
        return QSize(390, 184)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_view(self, view: LaneView) -> None:
        """Show another part of the range."""
        if view != self.view:
            self.view = view
            self._layers.drop_ground()
            self.update()
            self.view_changed.emit()

    def zoom(self, factor: float) -> None:
        """Show factor times as much, around the playhead where it is in sight, else around the middle."""
        x = self.view.x(self._playhead)
        self.show_view(self.view.zoomed(factor, x if 0 <= x <= self.width() else self.width() / 2))

    def show_all(self) -> None:
        """Show the whole range."""
        self.show_view(LaneView.whole(self.width(), self.height(), self.state.range.marked, self.view.waves))

    def show_selection(self) -> None:
        """Show the selected cues, as large as they go; without any, the whole range."""
        cues = self.state.cues
        if cues.selected:
            self.show_view(
                self.view.showing(cues.cues[min(cues.selected)].sample, cues.cues[max(cues.selected)].sample)
            )
        else:
            self.show_all()

    def set_playhead(self, sample: int) -> None:
        """Move the playhead; the view follows one that it showed. Only the strips that change are painted."""
        old, self._playhead = self._playhead, sample
        view = self.view
        if view.start <= old < view.end and not view.start <= sample < view.end and not self._gestures.mode:
            self.show_view(view.scrolled_to(sample - view.span // 10, view.span))
        for at in (old, sample):
            self.update(QRect(int(self.view.x(at)) - _PLAYHEAD_REACH, 0, 2 * _PLAYHEAD_REACH + 1, self.height()))

    @property
    def playhead(self) -> int:
        """Where it stands."""
        return self._playhead

    def cue_at(self, position: QPointF) -> int | None:
        """The index of the cue whose head or stem is hit."""
        return hits.cue_at(self.view, self.state.cues.cues, position)

    def cues_in(self, box: QRectF) -> frozenset[int]:
        """The cues whose heads lie in a box."""
        return hits.cues_in(self.view, self.state.cues.cues, box)

    # -- hands ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin a gesture."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.state.range.open:
            self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Go on with it, or say what is under the pointer."""
        if event is not None and self._gestures.mode:
            self._gestures.move(event)
        elif event is not None and self.state.range.open:
            hit = self.cue_at(event.position()) if event.position().y() >= RULER else None
            self.setCursor(Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.SizeAllCursor)
            self.setToolTip(words.help_words() if hit is None else words.describe(self.state, hit, self.answers))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End it."""
        if event is not None and self._gestures.mode:
            self._gestures.release(event)
            self._on_cues()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom, scroll, change strength, or let the column scroll."""
        if event is not None:
            event.setAccepted(self.state.range.open and self._gestures.wheel(event))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """The lane's own keys; all others are the panel's."""
        if event is None:
            return
        if handle_key(event, self.state.cues, self.state.range.marked):
            self.show_selected()
        else:
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab walks on from a selected cue, and leaves the lane after the last one."""
        cues = self.state.cues
        before = cues.selected
        if len(before) == 1:
            cues.step_selection(1 if next else -1)
            if cues.selected != before:
                self.show_selected()
                return True
        return super().focusNextPrevChild(next)

    def show_selected(self) -> None:
        """Bring the selected cue into sight."""
        cues, view = self.state.cues, self.view
        if len(cues.selected) == 1:
            sample = cues.cues[min(cues.selected)].sample
            if not view.start <= sample < view.end:
                self.show_view(view.scrolled_to(sample - view.span // 2, view.span))

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take cue sheets where a range is open; anything else is the panel's."""
        if event is not None:
            self._file_over = self.state.range.open and dropped_sheet(event.mimeData()) is not None
            event.setAccepted(self._file_over)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Never mind."""
        self._file_over = False
        self.update()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Ask for what was dropped."""
        path = None if event is None else dropped_sheet(event.mimeData())
        self._file_over = False
        self.update()
        if event is not None and path is not None:
            event.acceptProposedAction()
            self.sheet_dropped.emit(path)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Ground and markers from their pictures, then what moves."""
        painter, held = QPainter(self), self._gestures.held
        self._layers.paint(painter, self.view, self.devicePixelRatioF(), self.answers, held is not None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.state.range.open:
            overlay.paint_playhead(painter, self.view, self._playhead)
        if self._gestures.mode == "band":
            overlay.paint_rubber_band(painter, self._gestures.band)
        if held is not None:
            rows = (words.place_words(self.state, held.sample), f"{held.seconds:.3f}s  {held.strength:.2f}")
            overlay.paint_tag(painter, self.view, held, rows)
        if self.hasFocus() or self._file_over:
            overlay.paint_frame(painter, self.view, "accent" if self._file_over else "focus")

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fit."""
        self._renew()

    def changeEvent(self, event: QEvent | None) -> None:
        """Another palette: draw anew."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange:
            self._renew()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide it."""
        self.update()

    # -- what happens ---------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        state = self.state
        waves = (state.takes.chosen is not None) + (state.guide.sound is not None)
        if state.range.marked != self.view.range:
            self.view = LaneView.whole(self.width(), self.height(), state.range.marked, waves)
        self.view = self.view.resized(self.width(), self.height(), waves)
        self._layers.drop_ground()
        self._layers.drop_markers()
        self.update()
        self.view_changed.emit()

    def _on_chosen(self) -> None:
        chosen = self.state.takes.chosen
        self.answers = {} if chosen is None else chosen.answers
        self._renew()
        self._on_cues()

    def _on_cues(self) -> None:
        self._layers.drop_markers()
        if not self._gestures.mode:  # nobody listens to every step of a drag
            self.setAccessibleDescription(words.summary(self.state, self.answers))
        self.update()
