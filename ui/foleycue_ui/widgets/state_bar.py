# SPDX-License-Identifier: GPL-3.0-or-later
"""Top of the panel: which timeline is open, and how the backend is."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from foleycue_shared.timecode import nominal
from foleycue_ui.look import theme
from foleycue_ui.model.state import LinkModel, RangeModel
from foleycue_ui.widgets.controls import Elided, Glyph, IconButton, caption

#: Connection state to (icon, colour, words): shape and words carry the meaning, colour only helps.
_LINKS = {
    "connecting": ("dots", "dim", "Looking for the backend"),
    "starting": ("dots", "warn", "Starting the backend"),
    "connected": ("check", "good", "Ready"),
    "reconnecting": ("dots", "warn", "Reconnecting"),
    "failed": ("alert", "bad", "Backend unreachable"),
    "closed": ("ring", "dim", "Not connected"),
}
_WORKERS = {"starting": "Loading the engine", "busy": "Working", "stalled": "Stalled", "lost": "Engine restarting"}


class StateBar(QWidget):
    """Name and format of the timeline on the left, the backend on the right."""

    open_asked = pyqtSignal()

    def __init__(self, range_: RangeModel, link: LinkModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range, self._link = range_, link
        self.name = Elided("", "heading", Qt.TextElideMode.ElideMiddle)
        self.name.setFont(theme.font(14, strong=True))
        self.format = Elided("", "caption")
        self.glyph = Glyph("ring", "dim")
        self.status = caption()
        self.open_button = IconButton("open", "Open a timeline or clip")
        self.open_button.setToolTip("Open a timeline or clip (Ctrl+O)")
        self.open_button.clicked.connect(self.open_asked)
        self._lay_out()
        range_.project_changed.connect(self._show_project)
        link.changed.connect(self._show_link)
        self._show_project()
        self._show_link()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        words.addWidget(self.format)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 10, theme.MARGIN - 4, 10)
        row.setSpacing(theme.GAP)
        row.addLayout(words, 1)
        row.addWidget(self.glyph)
        row.addWidget(self.status)
        row.addWidget(self.open_button)

    def _show_project(self) -> None:
        model = self._range
        if model.opening:
            self.name.set_text(model.opening)
            self.format.set_text("Opening…")
        elif model.path is not None:
            self.name.set_text(model.path.name)
            rate = model.rate
            fps = str(nominal(rate)) if rate.denominator == 1 else f"{float(rate):.3f}".rstrip("0")
            drop = " drop frame" if model.drop_frame else ""
            self.format.set_text(f"{fps} fps{drop} · starts {model.timecode(0)}")
        else:
            self.name.set_text("FoleyCue")
            self.format.set_text("No timeline open")

    def _show_link(self) -> None:
        symbol, token, words = _LINKS.get(self._link.state, _LINKS["closed"])
        if self._link.state == "connected" and self._link.worker in _WORKERS:
            words = _WORKERS[self._link.worker]
            symbol, token = ("alert", "warn") if self._link.worker in ("stalled", "lost") else ("dots", "accent")
        self.glyph.show_as(symbol, token)
        self.status.setText(words)
        self.status.setAccessibleName(f"Backend: {words}")
        self.status.setToolTip(self._link.detail)
