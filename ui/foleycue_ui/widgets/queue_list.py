# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue below Generate: what runs with its progress, what waits with its place, and the engine's memory."""

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QMouseEvent, QShowEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.model.job import about_text
from foleycue_ui.model.queue import QueueItem, sound_of
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Button, Elided, IconButton, caption, chain

_FINE = 1000
#: Between two reports the bar goes on by itself.
_PACE_MS = 100
_SPACING = 4
#: A row that is dragged changes places when it has gone so much of the way to its neighbour's place.
_FAR_ENOUGH = 0.6


class QueueRow(QWidget):
    """One generation that waits. It is moved by its two arrows, or by dragging it, which presses them."""

    def __init__(self, item: QueueItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = item.key
        self.words = Elided(item_text(item), "caption")
        self.up = IconButton("up", tr("Queue", "Earlier: {job}").format(job=item_text(item)))
        self.down = IconButton("down", tr("Queue", "Later: {job}").format(job=item_text(item)))
        self.cancel = IconButton("close", tr("Queue", "Take out of the queue: {job}").format(job=item_text(item)))
        self._from: float | None = None  # where the hand took it, on the screen
        self.setObjectName("queued")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setToolTip(tr("Queue", "Drag it to another place in the queue"))
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.words, 1)
        for button in (self.up, self.down, self.cancel):
            row.addWidget(button)

    def show_ways(self, earlier: bool, later: bool) -> None:
        """Which ways it can go."""
        self.up.setEnabled(earlier)
        self.down.setEnabled(later)
        if self._from is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor if earlier or later else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Take hold."""
        if a0 is not None and a0.button() == Qt.MouseButton.LeftButton:
            self._hold(a0.globalPosition().y())

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:
        """Go up or down a place."""
        if a0 is None or self._from is None:
            return
        step, way = self.height() + _SPACING, a0.globalPosition().y() - self._from
        arrow = self.down if way > 0 else self.up
        if abs(way) > _FAR_ENOUGH * step and arrow.isEnabled():
            self._from += step if way > 0 else -step
            arrow.click()

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:
        """Let go."""
        self._hold(None)

    def _hold(self, place: float | None) -> None:
        self._from = place
        held = place is not None
        self.setCursor(Qt.CursorShape.ClosedHandCursor if held else Qt.CursorShape.OpenHandCursor)
        self.setProperty("held", "true" if held else "false")
        if (style := self.style()) is not None:
            style.unpolish(self)
            style.polish(self)


class QueueList(QWidget):
    """Progress of the first, rows for the others; empty and gone when nothing is asked for."""

    cancel_asked = pyqtSignal(str)
    move_asked = pyqtSignal(str, int)
    free_asked = pyqtSignal()

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.rows: list[QueueRow] = []
        self.after: QWidget | None = None  # what Tab leaves for the rows
        self.head = Elided("", "caption")
        self.progress = QProgressBar()
        self.progress.setRange(0, _FINE)
        self.progress.setAccessibleName(tr("Queue", "Progress"))
        self.memory = caption()
        self.free = Button("", "link")
        self._pace = QTimer(self)
        self._pace.setInterval(_PACE_MS)
        self._pace.timeout.connect(self._show_progress)
        self._lay_out()
        self.free.clicked.connect(self.free_asked)
        state.queue.changed.connect(self._show)
        state.pace.changed.connect(self._show)
        state.job.changed.connect(self._show_progress)
        state.link.changed.connect(self._show_progress)
        self._show()

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._column.addWidget(self.head)
        self._column.addWidget(self.progress)
        self._memory_row = QWidget()
        row = QGridLayout(self._memory_row)
        row.setContentsMargins(4, 0, 0, 0)
        row.addWidget(self.memory, 0, 0)
        row.addWidget(self.free, 0, 1)
        row.setColumnStretch(0, 1)
        self._column.addWidget(self._memory_row)

    def _show(self) -> None:
        items = self._state.queue.items
        old = {row.key: row for row in self.rows}
        self.rows = []
        for place, item in enumerate(items[1:]):
            row = old.pop(item.key, None) or self._row(item)
            self._column.removeWidget(row)
            self._column.insertWidget(2 + place, row)
            self.rows.append(row)
            row.words.set_text(self._words(item))
            row.show_ways(self._state.queue.can_move(item.key, -1), self._state.queue.can_move(item.key, 1))
        for row in old.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        chain(self.after, *(button for row in self.rows for button in (row.up, row.down, row.cancel)))
        self.head.set_text(item_text(items[0]) if items else "")
        self._show_progress()

    def _words(self, item: QueueItem) -> str:
        """What it is, and how long it will take once it is its turn."""
        if item.plan is None:
            return item_text(item)
        request = item.plan.request
        expected = self._state.pace.expected(request.engine, request.setting, sound_of(item.plan))
        return item_text(item) if expected is None else f"{item_text(item)} · {about_text(expected)}"

    def _row(self, item: QueueItem) -> QueueRow:
        row = QueueRow(item)
        row.up.clicked.connect(lambda: self.move_asked.emit(item.key, -1))
        row.down.clicked.connect(lambda: self.move_asked.emit(item.key, 1))
        row.cancel.clicked.connect(lambda: self.cancel_asked.emit(item.key))
        return row

    def _show_progress(self) -> None:
        job, link = self._state.job, self._state.link
        self.head.setVisible(job.active)
        self.progress.setVisible(job.active)
        if job.active:
            away = link.state not in ("connected", "closed")
            words = tr("Queue", "Waiting for the backend to come back") if away else job.text()
            self.progress.setFormat(words.replace("%", "%%"))
            self.progress.setAccessibleDescription(words)
            self.progress.setValue(round(job.fraction_now() * _FINE))
        self._keep_pace()
        self._show_memory()

    def _show_memory(self) -> None:
        link, job = self._state.link, self._state.job
        idle = link.state == "connected" and link.worker == "idle" and bool(link.engine)
        self._memory_row.setVisible(idle and not job.active)
        if idle:
            info = self._state.request.info(link.engine)
            self.memory.setText(tr("Queue", "{engine} is in memory").format(engine=info.name if info else link.engine))
            gpu = not link.device.startswith("cpu")
            text = tr("Queue", "Free the GPU") if gpu else tr("Queue", "Free the memory")
            self.free.setText(text)
            self.free.setAccessibleName(text)
            self.free.setToolTip(tr("Queue", "End the engine until it is needed again; nothing is lost"))

    def _keep_pace(self) -> None:
        wanted = self._state.job.state == "running" and self.isVisible()
        if wanted and not self._pace.isActive():
            self._pace.start()
        elif not wanted:
            self._pace.stop()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Go on."""
        super().showEvent(a0)
        self._keep_pace()

    def hideEvent(self, a0: QHideEvent | None) -> None:
        """Rest."""
        super().hideEvent(a0)
        self._pace.stop()


def item_text(item: QueueItem) -> str:
    """What a generation is, in one line."""
    many = tr("Queue", "1 take") if item.takes == 1 else tr("Queue", "{count} takes").format(count=item.takes)
    return " · ".join((item.prompt.replace("\n", " ") or tr("Queue", "No prompt"), item.where, many))
