# SPDX-License-Identifier: GPL-3.0-or-later
"""How late taps arrive: the value that is used, how it was found, and the button that measures it."""

from PyQt6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import PERFORM_LATENCY, PERFORM_SPREAD, Settings
from foleycue_ui.widgets.controls import Button, Elided, caption

_EARLIEST, _LATEST = -200, 600


class LatencyRow(QWidget):
    """A field for the milliseconds, the spread of the last measurement, Measure."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.value = QSpinBox()
        self.value.setRange(_EARLIEST, _LATEST)
        self.value.setSuffix(tr("Perform", " ms"))
        self.value.setKeyboardTracking(False)
        self.value.setAccessibleName(tr("Perform", "Latency of taps in milliseconds"))
        self.value.setToolTip(
            tr("Perform", "How late a tap arrives after what it answers; it is moved back by so much")
        )
        self.spread = Elided("", "caption")
        self.value.setFixedWidth(86)
        self.measure = Button(tr("Perform", "Measure"), "", tr("Perform", "Measure the latency"))
        self.measure.setToolTip(tr("Perform", "Tap along with eight clicks and flashes"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(caption(tr("Perform", "Latency")))
        row.addWidget(self.value)
        row.addWidget(self.spread, 1)
        row.addWidget(self.measure)
        self.value.valueChanged.connect(self._on_value)
        settings.changed.connect(self._show)
        self._show()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.value, self.measure]

    def show_measuring(self, measuring: bool) -> None:
        """The button ends a measurement that runs."""
        self.measure.setText(tr("Perform", "End") if measuring else tr("Perform", "Measure"))
        self.value.setEnabled(not measuring)

    def _on_value(self, value: int) -> None:
        if value != round(self._settings.value(PERFORM_LATENCY, 0.0)):
            self._settings.forget(PERFORM_SPREAD)
            self._settings.set(PERFORM_LATENCY, float(value))

    def _show(self, key: str = PERFORM_LATENCY) -> None:
        if key not in (PERFORM_LATENCY, PERFORM_SPREAD):
            return
        latency = self._settings.value(PERFORM_LATENCY, 0.0)
        self.value.setValue(round(latency))
        if self._settings.has(PERFORM_SPREAD):
            spread = self._settings.value(PERFORM_SPREAD, 0.0)
            text = tr("Perform", "measured, ± {spread} ms").format(spread=round(spread))
        elif self._settings.has(PERFORM_LATENCY):
            text = tr("Perform", "set by hand")
        else:
            text = tr("Perform", "not measured yet")
        self.spread.set_text(text)
