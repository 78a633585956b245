# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with the region of the shot: its keyframe here, and the whole picture again."""

from collections.abc import Callable

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.region import RegionModel
from foleycue_ui.model.state import Notice, NoticeModel
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import Button, Elided
from foleycue_ui.widgets.toggles import Toggle


class RegionBar(QWidget):
    """Opens below the transport while the region is edited."""

    def __init__(
        self, regions: RegionModel, player: Player, notices: NoticeModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._regions, self._player, self._notices = regions, player, notices
        self.words = Elided("", "caption")
        self.keyframe = Toggle(tr("Region", "Keyframe"), tr("Region", "Keyframe at this frame"))
        self.whole = Button(tr("Region", "Whole picture"), "", tr("Region", "Use the whole picture in this shot"))
        self.whole.setToolTip(self.whole.accessibleName())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.keyframe)
        row.addWidget(self.whole)
        self.keyframe.clicked.connect(self._toggle_key)
        self.whole.clicked.connect(self.clear)
        regions.changed.connect(self._show)
        player.position_changed.connect(self._show)
        self._show()

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.keyframe, self.whole]

    def remove(self, frame: int) -> None:
        """Take a keyframe away; a notice brings it back."""
        self._change(tr("Region", "A keyframe of the region was removed."), lambda: self._regions.remove(frame))

    def clear(self) -> None:
        """Use the whole picture in the shot; a notice brings the region back."""
        frame = self._player.frame
        text = tr("Region", "The whole picture counts again in this shot.")
        self._change(text, lambda: self._regions.clear_shot(frame))

    def _change(self, text: str, change: Callable[[], None]) -> None:
        before, selected = self._regions.objects, self._regions.selected

        def undo() -> None:
            self._notices.clear("region")
            self._regions.load(before, None if selected is None else selected.number)

        change()
        if before != self._regions.objects:
            self._notices.post(Notice("info", text, key="region", action=tr("Region", "Undo"), run=undo))

    def _toggle_key(self) -> None:
        frame = self._player.frame
        box = self._regions.at(frame)
        if frame in self._regions.key_frames:
            self.remove(frame)
        elif box is not None:
            self._regions.put(frame, box)

    def _show(self) -> None:
        frame = self._player.frame
        here, keys = frame in self._regions.key_frames, self._regions.shot_keys(frame)
        self.keyframe.setChecked(here)
        tip = tr("Region", "Remove the keyframe here") if here else tr("Region", "Fix the region at this frame")
        self.keyframe.setToolTip(tip)
        self.keyframe.setEnabled(bool(keys))
        self.whole.setEnabled(bool(keys))
        if not keys:
            words = tr("Region", "Drag on the picture around what sounds")
        elif len(keys) == 1:
            words = tr("Region", "Move it at another frame to follow")
        else:
            words = tr("Region", "{count} keyframes in this shot").format(count=len(keys))
        if words != self.words.whole():
            self.words.set_text(words)
