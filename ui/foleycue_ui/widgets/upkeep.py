# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of what the panel keeps: the engine in memory, and takes on disk."""

from PyQt6.QtWidgets import QGridLayout, QWidget

from foleycue_ui.control.keeping import DEFAULT_LIMIT_MB
from foleycue_ui.control.release import DEFAULT_IDLE_MINUTES
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import IDLE_MINUTES, STORE_LIMIT_MB, Settings
from foleycue_ui.widgets.controls import Choice, caption

#: The backend itself ends an idle engine after ten minutes, so that a longer time would promise too much.
_MINUTES = (1, 2, 5, 10)
_GIGABYTES = (1, 2, 4, 8, 16, 32)


class Upkeep(QWidget):
    """Two choices that take effect at once."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.idle, self.limit = Choice(), Choice()
        for minutes in _MINUTES:
            one, many = tr("Settings", "After 1 minute"), tr("Settings", "After {count} minutes")
            self.idle.addItem(one if minutes == 1 else many.format(count=minutes), minutes)
        for gigabytes in _GIGABYTES:
            self.limit.addItem(tr("Settings", "Above {count} GB").format(count=gigabytes), 1024 * gigabytes)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        idle_tip = tr("Settings", "An engine that nobody uses gives its memory back after so long")
        limit_tip = tr("Settings", "When takes fill more, the panel asks which may go; it never removes any unasked")
        for row, (box, name, tip) in enumerate(
            (
                (self.idle, tr("Settings", "Free the engine's memory"), idle_tip),
                (self.limit, tr("Settings", "Ask about old takes"), limit_tip),
            )
        ):
            box.setAccessibleName(name)
            box.setToolTip(tip)
            grid.addWidget(caption(name), row, 0)
            grid.addWidget(box, row, 1)
        self._show()
        self.idle.activated.connect(lambda _: settings.set(IDLE_MINUTES, self.idle.currentData()))
        self.limit.activated.connect(lambda _: settings.set(STORE_LIMIT_MB, self.limit.currentData()))

    def _show(self) -> None:
        for box, key, usual in (
            (self.idle, IDLE_MINUTES, DEFAULT_IDLE_MINUTES),
            (self.limit, STORE_LIMIT_MB, DEFAULT_LIMIT_MB),
        ):
            box.setCurrentIndex(max(0, box.findData(self._settings.value(key, usual))))
