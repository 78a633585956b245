# SPDX-License-Identifier: GPL-3.0-or-later
"""A tape through QtMultimedia, and the device's processed samples as the clock. Imported off the GUI thread."""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

import numpy as np
from PyQt6.QtCore import QIODevice
from PyQt6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.follower import Follower
from foleycue_ui.playback.tape import Tape

#: Sound that waits in the device: longer than the GUI thread is ever busy, shorter than a switch may take to be heard.
_BUFFER_SECONDS = 0.08
_LARGEST_PULL = 1 << 20
#: Stand-ins that sound servers offer where there is no card; they take sound in gulps of seconds, so no clock.
_DUMMIES = ("dummy output", "null output")


class TapeStream(QIODevice):
    """A tape as interleaved 16-bit frames; the device pulls."""

    def __init__(self, tape: Tape, channels: int) -> None:
        super().__init__()
        self._tape, self._channels = tape, channels

    def isSequential(self) -> bool:
        """A stream: it has no size."""
        return True

    def bytesAvailable(self) -> int:
        """There is always something to hear, if only silence."""
        return _LARGEST_PULL

    def readData(self, maxlen: int) -> bytes:
        """The next frames."""
        count = min(max(0, maxlen), _LARGEST_PULL) // (2 * self._channels)
        block = self._tape.pull(count)
        if block.ndim > 1 and self._channels == 1:
            block = block.mean(1)
        pcm = np.rint(np.clip(block, -1.0, 1.0) * 32767).astype(np.int16)
        return (pcm if pcm.ndim > 1 else np.repeat(pcm, self._channels)).tobytes()

    def writeData(self, data: object) -> int:
        """Nothing can be written."""
        return -1


class Output(Protocol):
    """A device that pulls frames from a stream."""

    channels: int

    def start(self, stream: QIODevice) -> None:
        """Begin to pull."""
        ...

    def stop(self) -> None:
        """Pull no more."""
        ...

    def heard(self) -> tuple[int, int]:
        """Frames that it reports as played, and frames that still wait in its buffer."""
        ...


class AudioClock:
    """An output as a clock."""

    silent = False

    def __init__(self, tape: Tape, output: Output, now: Callable[[], float] = monotonic) -> None:
        self._tape, self._output = tape, output
        self._now = now
        self._stream: TapeStream | None = None
        self._follower = Follower(0.0)
        self._stood = 0

    def now(self) -> float:
        """The present moment."""
        return self._now()

    def start(self) -> None:
        """Play the tape."""
        self.stop()
        self._stream = TapeStream(self._tape, self._output.channels)
        self._stream.open(QIODevice.OpenModeFlag.ReadOnly)
        self._stood, self._follower = 0, Follower(self._now())
        self._output.start(self._stream)

    def stop(self) -> None:
        """Stand still."""
        if self._stream is None:
            return
        self._stood = self.heard()
        self._output.stop()
        self._stream.close()
        self._stream.deleteLater()
        self._stream = None

    def heard(self) -> int:
        """What has left the device, carried on smoothly between its reports."""
        if self._stream is None:
            return self._stood
        # Versions of Qt differ in whether "processed" includes what still waits in the buffer: the smaller is right.
        played, waiting = self._output.heard()
        frames = min(played, max(0, self._tape.handed - waiting))
        return round(self._follower.elapsed(frames / CUE_RATE, self._now()) * CUE_RATE)

    def heard_at(self, moment: float) -> int:
        """By a moment, as if it still ran."""
        return round(self._follower.at(moment) * CUE_RATE)


class DeviceOutput:
    """The default output device of the system."""

    def __init__(self, device: QAudioDevice, channels: int) -> None:
        self._device = device
        self.channels = channels
        self._sink: QAudioSink | None = None

    def start(self, stream: QIODevice) -> None:
        """Begin to pull."""
        self._sink = QAudioSink(self._device, _format(self.channels))
        self._sink.setBufferSize(round(_BUFFER_SECONDS * CUE_RATE) * 2 * self.channels)
        self._sink.start(stream)

    def stop(self) -> None:
        """Pull no more."""
        if self._sink is not None:
            self._sink.stop()
            self._sink.deleteLater()
            self._sink = None

    def heard(self) -> tuple[int, int]:
        """Frames played, frames waiting."""
        if self._sink is None:
            return 0, 0
        waiting = (self._sink.bufferSize() - self._sink.bytesFree()) // (2 * self.channels)
        return self._sink.processedUSecs() * CUE_RATE // 1_000_000, waiting


def default_output() -> DeviceOutput | None:
    """The system's output now; None when there is none that takes 16-bit frames at CUE_RATE. Slow the first time."""
    device = QMediaDevices.defaultAudioOutput()
    if device.isNull() or any(word in device.description().lower() for word in _DUMMIES):
        return None
    channels = next((n for n in (2, 1) if device.isFormatSupported(_format(n))), None)
    return DeviceOutput(device, channels) if channels else None


def _format(channels: int) -> QAudioFormat:
    wanted = QAudioFormat()
    wanted.setSampleRate(CUE_RATE)
    wanted.setChannelCount(channels)
    wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return wanted
