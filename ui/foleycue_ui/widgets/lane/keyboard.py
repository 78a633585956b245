# SPDX-License-Identifier: GPL-3.0-or-later
"""The lane's own keys while cues are selected; commands that work anywhere are the section's actions."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

from foleycue_shared.timing import CUE_RATE, FrameRange
from foleycue_ui.model.cues import CueModel
from foleycue_ui.widgets.lane.gestures import STRENGTH_STEP

_MILLISECOND = CUE_RATE // 1000
_KEY = Qt.Key
_WAYS = {_KEY.Key_Left: -1, _KEY.Key_Right: 1, _KEY.Key_Up: 1, _KEY.Key_Down: -1}


def handle_key(event: QKeyEvent, cues: CueModel, range_: FrameRange) -> bool:
    """Whether the key was one of these.

    Left and right walk the cues; with Shift they move the selected ones by a frame, with Ctrl or Alt by 1 ms. Up and
    down change strength, Delete removes, Escape lets go.
    """
    if not cues.selected:
        return False
    key, modifiers = _KEY(event.key()), event.modifiers()
    if key in (_KEY.Key_Delete, _KEY.Key_Backspace):
        cues.delete_selected()
    elif key == _KEY.Key_Escape:
        cues.select(())
    elif key in (_KEY.Key_Up, _KEY.Key_Down):
        cues.change_strength(STRENGTH_STEP * _WAYS[key])
    elif key in (_KEY.Key_Left, _KEY.Key_Right):
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            cues.nudge(_WAYS[key], range_)
        elif modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            cues.shift(_WAYS[key] * _MILLISECOND, range_)
        else:
            cues.step_selection(_WAYS[key])
    else:
        return False
    return True
