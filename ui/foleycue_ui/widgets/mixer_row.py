# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard: mute and volume, the take, the guide track; each with its own level."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QSlider, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.guide import GuideModel
from foleycue_ui.model.settings import GUIDE_LEVEL, MUTED, TAKE_LEVEL, VOLUME, Settings
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import IconButton
from foleycue_ui.widgets.toggles import Toggle

_STEPS = 100


class MixerRow(QWidget):
    """Follows the mixer, and keeps its levels in the settings."""

    def __init__(self, player: Player, guide: GuideModel, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._mixer, self._guide, self._settings = player, player.mixer, guide, settings
        self._mixer.set(
            volume=settings.value(VOLUME, 1.0),
            take_level=settings.value(TAKE_LEVEL, 1.0),
            guide_level=settings.value(GUIDE_LEVEL, 1.0),
            muted=settings.value(MUTED, False),
        )
        self.mute = IconButton("sound", tr("Mixer", "Mute"), checkable=True)
        self.volume = _slider(tr("Mixer", "Volume"))
        self.take = Toggle(tr("Mixer", "Take"), tr("Mixer", "Hear the take"))
        self.take_level = _slider(tr("Mixer", "Level of the take"))
        self.guide = Toggle(tr("Mixer", "Guide"), "")
        self.guide_level = _slider(tr("Mixer", "Level of the guide track"))
        self._lay_out()
        self._connect()
        self._show_mixer()
        self._show_guide()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.mute, self.volume, self.take, self.take_level, self.guide, self.guide_level]

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button, slider in ((self.mute, self.volume), (self.take, self.take_level), (self.guide, self.guide_level)):
            row.addWidget(button)
            row.addWidget(slider, 1)
            row.addSpacing(theme.GAP if slider is not self.guide_level else 0)

    def _connect(self) -> None:
        mixer = self._mixer
        self.mute.toggled.connect(lambda on: mixer.set(muted=on))
        self.take.toggled.connect(lambda on: mixer.set(take_on=on))
        self.guide.toggled.connect(lambda on: mixer.set(guide_on=on))
        self.volume.valueChanged.connect(lambda value: mixer.set(volume=value / _STEPS))
        self.take_level.valueChanged.connect(lambda value: mixer.set(take_level=value / _STEPS))
        self.guide_level.valueChanged.connect(lambda value: mixer.set(guide_level=value / _STEPS))
        mixer.changed.connect(self._show_mixer)
        mixer.changed.connect(self._keep)
        self._guide.changed.connect(self._show_guide)
        self._player.playing_changed.connect(self._show_mute)

    def _show_mixer(self) -> None:
        mixer = self._mixer
        for button, on in ((self.mute, mixer.muted), (self.take, mixer.take_on), (self.guide, mixer.guide_on)):
            button.setChecked(on)
        levels = ((self.volume, mixer.volume), (self.take_level, mixer.take_level))
        for slider, level in (*levels, (self.guide_level, mixer.guide_level)):
            slider.setValue(round(level * _STEPS))
        self._show_mute()

    def _show_mute(self) -> None:
        if self._player.playing and self._player.silent:
            self.mute.show_as("muted", tr("Mixer", "Mute"), tr("Mixer", "No audio device: nothing can be heard"))
        elif self._mixer.muted:
            self.mute.show_as("muted", tr("Mixer", "Mute"), tr("Mixer", "Muted: press to hear again"))
        else:
            self.mute.show_as("sound", tr("Mixer", "Mute"))

    def _show_guide(self) -> None:
        words = {
            "none": tr("Mixer", "There is no sound in the range"),
            "reading": tr("Mixer", "The sound of the range is being read"),
            "failed": tr("Mixer", "The sound of the range cannot be read"),
            "ready": tr("Mixer", "Hear the sound that the range has already"),
        }
        text = words[self._guide.state]
        self.guide.setAccessibleName(text)
        self.guide.setToolTip(text)
        for widget in (self.guide, self.guide_level):
            widget.setEnabled(self._guide.state == "ready")

    def _keep(self) -> None:
        mixer, settings = self._mixer, self._settings
        settings.set(VOLUME, mixer.volume)
        settings.set(TAKE_LEVEL, mixer.take_level)
        settings.set(GUIDE_LEVEL, mixer.guide_level)
        settings.set(MUTED, mixer.muted)


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, _STEPS)
    slider.setPageStep(10)
    slider.setMinimumWidth(36)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    return slider
