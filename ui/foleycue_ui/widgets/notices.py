# SPDX-License-Identifier: GPL-3.0-or-later
"""Inline notices: what happened, what to do, and the details for a bug report. Never a dialog."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import Notice, NoticeModel
from foleycue_ui.widgets.controls import Button, Glyph, IconButton

#: How much of the panel's height notices may take: two of them on a small screen.
_SHARE = 0.22
_FIRST_LINE = 7


def _look(kind: str) -> tuple[str, str, str]:
    """Icon, colour and name of a kind of notice."""
    looks = {
        "error": ("alert", "bad", tr("Notices", "Error: {text}")),
        "warning": ("alert", "warn", tr("Notices", "Warning: {text}")),
    }
    return looks.get(kind, ("info", "focus", tr("Notices", "Note: {text}")))


class NoticeFrame(QFrame):
    """One notice."""

    def __init__(self, notice: Notice, model: NoticeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        symbol, token, words = _look(notice.kind)
        self.setObjectName("notice")
        self.setProperty("kind", notice.kind)
        self.setAccessibleName(words.format(text=notice.text))
        self.text = QLabel(notice.text)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.text.setSizePolicy(policy)
        # The first line stands beside the middle of icon and button, however many follow.
        self.text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.text.setContentsMargins(0, _FIRST_LINE, 0, 0)
        self.close_button = IconButton("close", tr("Notices", "Dismiss: {text}").format(text=notice.text))
        self.close_button.setToolTip(tr("Notices", "Dismiss"))
        self.close_button.clicked.connect(lambda: model.dismiss(notice))
        top = QHBoxLayout()
        top.setSpacing(theme.GAP)
        side = QVBoxLayout()
        side.addSpacing(_FIRST_LINE)
        side.addWidget(Glyph(symbol, token, 18))
        side.addStretch(1)
        top.addLayout(side)
        top.addWidget(self.text, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(top)
        self.action: Button | None = None
        self.copy: Button | None = None
        if notice.run is not None or notice.detail:
            column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(22, 0, 0, 0)
        if self.notice.run is not None:
            self.action = Button(self.notice.action)
            self.action.setToolTip(self.notice.action)
            self.action.clicked.connect(self.notice.run)
            row.addWidget(self.action)
        if self.notice.detail:
            self.copy = Button(tr("Notices", "Copy details"), "link")
            self.copy.setToolTip(tr("Notices", "Copy what happened, for a bug report"))
            self.copy.clicked.connect(self._copy)
            row.addWidget(self.copy)
        row.addStretch(1)
        return row

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.notice.detail)
        if self.copy is not None:
            self.copy.setText(tr("Notices", "Copied"))


class NoticeStack(QScrollArea):
    """All notices at the foot of the panel, newest on top: what comes up there moves nothing that is being pointed at.

    Of many the newest are in sight, and the others scroll.
    """

    height_changed = pyqtSignal(int)  # told before anybody is laid out anew

    def __init__(self, model: NoticeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._room = 0
        self.frames: list[NoticeFrame] = []
        inner = QWidget()
        inner.setObjectName("column")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.MARGIN, 8, theme.MARGIN, 8)
        self._column.setSpacing(6)
        self.setObjectName("scroll")
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        model.changed.connect(self._show)
        self._show()

    def fit(self, room: int) -> None:
        """Take no more than a share of the panel's height, but enough for one notice."""
        self._room = room
        inside = self.width() - self._column.contentsMargins().left() - self._column.contentsMargins().right()
        heights = [frame.heightForWidth(inside) for frame in self.frames]
        wanted = [sum(heights[:count]) + 6 * (count - 1) + 16 for count in range(1, len(heights) + 1)]
        within = [height for height in wanted if height <= _SHARE * room]
        height = (within or wanted or [0])[-1 if within else 0]
        if height != self.height() or not self.frames:
            self.height_changed.emit(height)
            self.setFixedHeight(height)
        self.setVisible(bool(self.frames))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Another width takes another height."""
        super().resizeEvent(a0)
        if a0 is not None and a0.size().width() != a0.oldSize().width():
            self.fit(self._room)

    def _show(self) -> None:
        kept = {id(frame.notice): frame for frame in self.frames}
        for notice in [frame.notice for frame in self.frames if frame.notice not in self._model.notices]:
            frame = kept.pop(id(notice))
            self._column.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self.frames = []
        for place, notice in enumerate(self._model.notices):
            frame = kept.get(id(notice)) or NoticeFrame(notice, self._model)
            self._column.insertWidget(place, frame)
            frame.show()
            self.frames.append(frame)
        self.fit(self._room)
        if (bar := self.verticalScrollBar()) is not None:
            bar.setValue(0)
