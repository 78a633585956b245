# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sound that the marked range has already, off the GUI thread, for the ear and for the eye."""

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.control.desk import Desk
from foleycue_ui.model.takes import Sound, peaks_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from foleycue_plugin.usecases import Selection


class GuideTrack(QObject):
    """Follows the marked range: its sound goes into the state and under the player's playhead."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._range, self._guide = desk.state.range, desk.state.guide
        self._shown: Selection | None = None
        self._range.selection_changed.connect(self._on_selection)
        self._range.changed.connect(self._on_selection)
        self._guide.changed.connect(lambda: desk.player.set_guide(self._guide.sound))

    def close(self) -> None:
        """Let a reading that is under way end."""
        self._shown = None

    def _on_selection(self) -> None:
        selection = self._range.selection
        if selection is self._shown:
            return
        self._shown = selection
        self._guide.set("none" if selection is None or not selection.sound_pieces else "reading")
        if selection is None or not selection.sound_pieces:
            return

        def current() -> bool:
            return selection is self._shown

        def done(sound: Sound | None) -> None:
            if current():
                self._guide.set("none" if sound is None else "ready", sound)

        def failed(_: FoleyCueError) -> None:
            # A guide that cannot be read is no reason to stop: the mixer says so, and its cues would say why.
            if current():
                self._guide.set("failed")

        scratch = self._desk.places.cache
        self._desk.work.submit(lambda: read_guide(selection, scratch, lambda: not current()), done, failed)


def read_guide(selection: "Selection", scratch: Path, stopped: "Callable[[], bool]") -> Sound | None:
    """All sound of a range mixed to mono at CUE_RATE; None when there is none, or when stopped() turned true.

    Levels are kept. The samples lie in a nameless file in `scratch`, so that half an hour costs no memory.
    Raises MEDIA_OFFLINE or MEDIA_UNREADABLE.
    """
    from foleycue_shared.media.sound import piece_sound

    samples = _scratch(selection.range.samples(CUE_RATE), scratch)
    heard = False
    for piece in selection.sound_pieces:
        for position, block in piece_sound(piece, selection.range.rate, CUE_RATE):
            if stopped():
                return None
            samples[position : position + len(block)] += block
            heard = True
    return Sound(samples, CUE_RATE, peaks_of(samples)) if heard else None


def _scratch(count: int, folder: Path) -> NDArray[np.float32]:
    with TemporaryFile(dir=folder) as file:
        file.truncate(4 * count)
        return np.memmap(file, np.float32, "r+", shape=(count,))
