# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for the audio device in a thread of its own: the first look can take seconds (a sound server that is away).

QtMultimedia itself is imported in the GUI thread: a PyQt module that registers its types in another thread, while the
GUI thread uses PyQt, crashes the process. The thread lives on until close(): what QtMultimedia made there listens for
devices that come and go.
"""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from foleycue_ui.playback.clock import Clock, SilentClock
from foleycue_ui.playback.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable

    from foleycue_ui.playback.audio_clock import Output


class Devices(QObject):
    """Makes clocks: silent ones until the device is known, and for good where there is none."""

    found = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look: Callable[[], Output | None] | None = None
        self._thread = _Looking(self)
        self._thread.setObjectName("foleycue-audio")
        self._thread.found.connect(self._on_found)

    def start(self) -> None:
        """Begin to look, once; `found` tells when there is a device."""
        if self._thread.isRunning():
            return
        try:
            from foleycue_ui.playback.audio_clock import default_output
        except ImportError:
            return  # QtMultimedia or a system library that it needs is missing
        self._thread.look = default_output
        self._thread.start()

    def clock(self, tape: Tape) -> Clock:
        """A clock on the device that is the system's default now."""
        output = self._look() if self._look is not None else None
        if output is None:
            return SilentClock(tape)
        from foleycue_ui.playback.audio_clock import AudioClock

        return AudioClock(tape, output)

    def close(self) -> None:
        """End the thread, after its look."""
        self._thread.quit()
        self._thread.wait()

    def _on_found(self, look: "Callable[[], Output | None]") -> None:
        self._look = look
        self.found.emit()


class _Looking(QThread):
    found = pyqtSignal(object)  # the function that finds the device

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look: Callable[[], Output | None] | None = None

    def run(self) -> None:
        if self.look is not None and self.look() is not None:
            self.found.emit(self.look)
        self.exec()
