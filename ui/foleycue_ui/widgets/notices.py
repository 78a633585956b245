# SPDX-License-Identifier: GPL-3.0-or-later
"""Inline notices: what happened, what to do, and the details for a bug report. Never a dialog."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import Notice, NoticeModel
from foleycue_ui.widgets.controls import Button, Glyph, IconButton


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
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self.close_button = IconButton("close", tr("Notices", "Dismiss: {text}").format(text=notice.text))
        self.close_button.setToolTip(tr("Notices", "Dismiss"))
        self.close_button.clicked.connect(lambda: model.dismiss(notice))
        top = QHBoxLayout()
        top.setSpacing(theme.GAP)
        top.addWidget(Glyph(symbol, token, 18), 0, Qt.AlignmentFlag.AlignTop)
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


class NoticeStack(QWidget):
    """All notices, newest on top."""

    def __init__(self, model: NoticeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.frames: list[NoticeFrame] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 0)
        self._column.setSpacing(6)
        model.changed.connect(self._show)
        self._show()

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
            self.frames.append(frame)
        self.setVisible(bool(self.frames))
