# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the regions with the marked range, and asks for cues anew when the user has changed them."""

from PyQt6.QtCore import QObject, QTimer

from foleycue_ui.control.desk import Desk
from foleycue_ui.control.marking import Marking

_PAUSE_MS = 500


class Regions(QObject):
    """Keys move with the picture when the range is marked anew; another timeline forgets them."""

    def __init__(self, desk: Desk, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._range, self._regions = desk.state.range, desk.state.regions
        self._project = self._range.project
        self._origin = 0
        self._moving = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(marking.refine)
        self._range.changed.connect(self._on_range)
        self._range.selection_changed.connect(self._on_selection)
        self._regions.changed.connect(self._on_keys)

    def close(self) -> None:
        """Ask for nothing any more."""
        self._pause.stop()

    def _on_range(self) -> None:
        self._moving = True
        same = self._range.project is self._project
        self._regions.move_range(self._origin - self._range.start if same else None)
        self._project, self._origin = self._range.project, self._range.start
        self._moving = False

    def _on_selection(self) -> None:
        selection = self._range.selection
        if selection is not None:
            self._moving = True
            self._regions.set_shots(selection.picture_pieces, selection.range.frames)
            self._moving = False

    def _on_keys(self) -> None:
        if not self._moving and self._range.selection is not None:
            self._pause.start()
