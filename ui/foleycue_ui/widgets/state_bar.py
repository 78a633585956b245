# SPDX-License-Identifier: GPL-3.0-or-later
"""Top of the panel: which timeline is open, how the backend is, and the way to the panel's other pages."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from foleycue_shared.timecode import nominal
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import LinkModel, RangeModel
from foleycue_ui.widgets.controls import Button, Elided, Glyph, IconButton, caption


def _link(state: str) -> tuple[str, str, str]:
    """Icon, colour and words of a connection: shape and words carry the meaning, colour only helps."""
    looks = {
        "connecting": ("dots", "dim", tr("StateBar", "Looking for the backend")),
        "starting": ("dots", "warn", tr("StateBar", "Starting the backend")),
        "connected": ("check", "good", tr("StateBar", "Ready")),
        "reconnecting": ("dots", "warn", tr("StateBar", "Reconnecting")),
        "failed": ("alert", "bad", tr("StateBar", "Backend unreachable")),
    }
    return looks.get(state, ("ring", "dim", tr("StateBar", "Not connected")))


def _worker(state: str) -> tuple[str, str, str] | None:
    """The same of a worker that is not simply at rest."""
    looks = {
        "starting": ("dots", "accent", tr("StateBar", "Loading the engine")),
        "busy": ("dots", "accent", tr("StateBar", "Working")),
        "stalled": ("alert", "warn", tr("StateBar", "Stalled")),
        "lost": ("alert", "warn", tr("StateBar", "Engine restarting")),
    }
    return looks.get(state)


class StateBar(QWidget):
    """Name and format of the timeline, the backend's state, and buttons for file and pages."""

    open_asked = pyqtSignal()
    engines_asked = pyqtSignal()
    settings_asked = pyqtSignal()
    reconnect_asked = pyqtSignal()

    def __init__(self, range_: RangeModel, link: LinkModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range, self._link = range_, link
        self.name = Elided("", "heading", Qt.TextElideMode.ElideMiddle)
        self.name.setFont(theme.font(14, strong=True))
        self.format = Elided("", "caption")
        self.glyph = Glyph("ring", "dim")
        self.status = caption()
        self.reconnect = Button(tr("StateBar", "Reconnect"), "link")
        self.reconnect.setToolTip(tr("StateBar", "Look for the backend again"))
        self.open_button = IconButton("open", tr("StateBar", "Open a timeline or clip"))
        self.engines_button = IconButton("engine", tr("StateBar", "Engines and models"))
        self.settings_button = IconButton("settings", tr("StateBar", "Settings and shortcuts"))
        self._lay_out()
        for button, signal in (
            (self.reconnect, self.reconnect_asked),
            (self.open_button, self.open_asked),
            (self.engines_button, self.engines_asked),
            (self.settings_button, self.settings_asked),
        ):
            button.clicked.connect(signal)
        range_.project_changed.connect(self._show_project)
        link.changed.connect(self._show_link)
        self._show_project()
        self._show_link()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.open_button, self.engines_button, self.settings_button, self.reconnect]

    def _lay_out(self) -> None:
        buttons, state = QHBoxLayout(), QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.open_button, self.engines_button, self.settings_button):
            buttons.addWidget(button)
        state.setSpacing(5)
        for widget in (self.glyph, self.status, self.reconnect):
            state.addWidget(widget)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.MARGIN, 6, theme.MARGIN - 4, 8)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.name, 0, 0)
        grid.addLayout(buttons, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.format, 1, 0)
        grid.addLayout(state, 1, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)

    def _show_project(self) -> None:
        model = self._range
        if model.opening:
            self.name.set_text(model.opening)
            self.format.set_text(tr("StateBar", "Opening…"))
        elif model.path is not None:
            self.name.set_text(model.path.name)
            rate = model.rate
            fps = str(nominal(rate)) if rate.denominator == 1 else f"{float(rate):.3f}".rstrip("0")
            words = (
                tr("StateBar", "{rate} fps drop frame · starts {timecode}")
                if model.drop_frame
                else tr("StateBar", "{rate} fps · starts {timecode}")
            )
            self.format.set_text(words.format(rate=fps, timecode=model.timecode(0)))
        else:
            self.name.set_text("FoleyCue")
            self.format.set_text(tr("StateBar", "No timeline open"))

    def _show_link(self) -> None:
        at_work = _worker(self._link.worker) if self._link.state == "connected" else None
        symbol, token, words = at_work or _link(self._link.state)
        self.glyph.show_as(symbol, token)
        self.status.setText(words)
        self.status.setAccessibleName(tr("StateBar", "Backend: {state}").format(state=words))
        self.status.setToolTip(self._link.detail)
        self.reconnect.setVisible(self._link.state == "failed")
