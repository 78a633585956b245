# SPDX-License-Identifier: GPL-3.0-or-later
"""How strongly the engine follows words, cues and picture, and which of its own settings it runs in."""

from msgspec.structs import replace
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.request import STRENGTHS, RequestModel
from foleycue_ui.widgets.controls import Choice, caption

#: Steps between nothing and the engine's default; the slider goes on to three times as much.
_STEPS = 20
_MOST = 3 * _STEPS


class StrengthSlider(QSlider):
    """0 … three times the default; a double click or Backspace goes back to the default."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, _MOST)
        self.setPageStep(_STEPS // 4)
        self.setValue(_STEPS)
        self.setAccessibleName(name)
        self.setToolTip(f"{tip}\n{tr('Ask', 'A double click, or Backspace, goes back to the usual.')}")

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:
        """The usual."""
        self.setValue(_STEPS)

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:
        """Backspace: the usual."""
        if ev is not None and ev.key() == Qt.Key.Key_Backspace:
            self.setValue(_STEPS)
        else:
            super().keyPressEvent(ev)


class Strengths(QWidget):
    """A slider for each kind of conditioning that the engine lets one steer, and its settings if there are several."""

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.sliders: dict[str, StrengthSlider] = {}
        self._values: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self.setting = Choice()
        self.setting.setAccessibleName(tr("Ask", "Way of working"))
        self.setting.setToolTip(tr("Ask", "As FoleyCue finds best, or as the engine's authors published it"))
        self._setting_label = caption(tr("Ask", "Way of working"))
        self.hint = caption(tr("Ask", "This engine has nothing to fine-tune."))
        self._lay_out()
        self.setting.activated.connect(lambda _: model.set_setting(self.setting.currentData()))
        model.changed.connect(self._show)
        model.engines_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 0, 2, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(4)
        for row, name in enumerate(STRENGTHS):
            text, tip = _words(name)
            slider, value, label = StrengthSlider(text, tip), caption(), caption(text)
            value.setMinimumWidth(48)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            slider.valueChanged.connect(lambda _, name=name: self._moved(name))
            self.sliders[name], self._values[name], self._labels[name] = slider, value, label
            for column, widget in enumerate((label, slider, value)):
                grid.addWidget(widget, row, column)
        grid.addWidget(self._setting_label, len(STRENGTHS), 0)
        grid.addWidget(self.setting, len(STRENGTHS), 1, 1, 2)
        grid.addWidget(self.hint, len(STRENGTHS) + 1, 0, 1, 3)
        grid.setColumnStretch(1, 1)

    def _usual(self, name: str) -> float | None:
        info = self._model.info()
        return None if info is None else getattr(info.guidance, name)

    def _moved(self, name: str) -> None:
        usual, place = self._usual(name), self.sliders[name].value()
        if usual is not None:
            value = None if place == _STEPS else round(usual * place / _STEPS, 4)
            self._model.set_guidance(replace(self._model.guidance, **{name: value}))

    def _show(self) -> None:
        info = self._model.info()
        settings = info.settings if info is not None else ()
        for name, slider in self.sliders.items():
            usual, wanted = self._usual(name), getattr(self._model.guidance, name)
            for widget in (slider, self._values[name], self._labels[name]):
                widget.setVisible(usual is not None)
            if usual is not None:
                slider.blockSignals(True)
                slider.setValue(_STEPS if wanted is None or not usual else round(wanted / usual * _STEPS))
                slider.blockSignals(False)
                self._values[name].setText(tr("Ask", "usual") if wanted is None else f"{wanted:.2f}")
        if [self.setting.itemData(k) for k in range(self.setting.count())] != list(settings):
            self.setting.clear()
            for setting in settings:
                self.setting.addItem(_setting_words(setting), setting)
        self.setting.setCurrentIndex(max(0, self.setting.findData(self._model.setting)))
        several = len(settings) > 1
        self.setting.setVisible(several)
        self._setting_label.setVisible(several)
        self.hint.setVisible(not several and all(self._usual(name) is None for name in STRENGTHS))


def _words(name: str) -> tuple[str, str]:
    return {
        "text": (tr("Ask", "Follow the words"), tr("Ask", "How closely the sound keeps to the prompt")),
        "cues": (tr("Ask", "Follow the cues"), tr("Ask", "How sharply sounds stand on the cues")),
        "picture": (tr("Ask", "Follow the picture"), tr("Ask", "How much the picture itself shapes the sound")),
        "alignment": (
            tr("Ask", "Match the picture"),
            tr("Ask", "How firmly its own classifier holds sounds to what is seen"),
        ),
    }[name]


def _setting_words(setting: str) -> str:
    known = {
        "default": tr("Ask", "Usual"),
        "faithful": tr("Ask", "As published"),
        "as-trained": tr("Ask", "As its authors trained it"),
        "faithful-dropout": tr("Ask", "As published, with its chance in training"),
    }
    return known.get(setting, setting)
