# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt for each shot: where none is written, the one before it goes on."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from foleycue_shared.messages import MAX_PROMPT, Shot
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.controls import Elided, Line, caption, chain

_MOST_HEIGHT = 150
_NAME_WIDTH = 120


class ShotRows(QWidget):
    """One row a shot of the marked range; made only while it is on screen."""

    def __init__(self, state: PanelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._shown: tuple[tuple[int, str], ...] = ()
        self.fields: list[Line] = []
        self.after: QWidget | None = None  # what Tab leaves for the fields
        self.hint = caption(tr("Ask", "The range shows one shot only: its prompt is the one above."))
        self.hint.setWordWrap(True)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.hint)
        column.addWidget(self._scroll)
        state.cues.picture_changed.connect(self._show)
        state.request.changed.connect(self._show_texts)
        self._show()

    def showEvent(self, a0: object) -> None:
        """Catch up with what happened while nobody looked."""
        self._show()

    def _show(self) -> None:
        if self.isHidden():
            return
        start = self._state.range.start
        shots = tuple((start + shot.start, _name(shot)) for shot in self._state.cues.shots)
        self.hint.setVisible(len(shots) < 2)
        self._scroll.setVisible(len(shots) >= 2)
        if shots != self._shown:
            self._shown = shots
            self._make_rows(shots if len(shots) >= 2 else ())
        self._show_texts()

    def _make_rows(self, shots: tuple[tuple[int, str], ...]) -> None:
        inner = QWidget()
        inner.setObjectName("column")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 2, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(4)
        self.fields = []
        for row, (frame, name) in enumerate(shots):
            timecode = self._state.range.timecode(frame)
            label = Elided(f"{row + 1} · {name}", "caption")
            label.setFixedWidth(_NAME_WIDTH)
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            field = Line(
                tr("Ask", "Prompt of shot {number}, from {timecode}").format(number=row + 1, timecode=timecode)
            )
            field.setToolTip(field.accessibleName())
            field.setMaxLength(MAX_PROMPT)
            field.setPlaceholderText(tr("Ask", "same as above"))
            field.textEdited.connect(lambda text, frame=frame: self._state.request.set_shot_prompt(frame, text))
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            self.fields.append(field)
        grid.setColumnStretch(1, 1)
        self._scroll.setWidget(inner)
        chain(self.after, *self.fields)
        self._scroll.setFixedHeight(min(_MOST_HEIGHT, inner.sizeHint().height() + 2))

    def _show_texts(self) -> None:
        prompts = self._state.request.shot_prompts
        for (frame, _), field in zip(self._shown, self.fields, strict=False):
            if field.text() != prompts.get(frame, ""):
                field.setText(prompts.get(frame, ""))


def _name(shot: Shot) -> str:
    return shot.name or tr("Ask", "gap")
