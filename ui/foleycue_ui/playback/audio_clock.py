# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound through QtMultimedia, and the device's processed samples as the clock. Imported only when a range is played."""

from time import monotonic

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QIODevice
from PyQt6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import Sound

_BUFFER_SECONDS = 0.06
#: A device that has reported nothing for this long is taken as running (a dummy sink reports every two seconds).
_PATIENCE_SECONDS = 0.25
#: Reports further off than this, for as long as this, mean that the device stopped; nearer ones only steer the clock.
_JUMP_SECONDS = 0.2
_STEER = 0.1
#: Stand-ins that sound servers offer where there is no card; they take sound in gulps of seconds, so no clock.
_DUMMIES = ("dummy output", "null output")


class Follower:
    """A smooth clock that follows a device which reports in steps: a phase-locked loop on the computer's clock.

    Times are seconds; heard is what the device has played since it was started.
    """

    def __init__(self, started: float) -> None:
        self._started = started
        self._anchor: float | None = None  # the time at which the first sample was heard, as best we know
        self._last = 0.0
        self._doubt: float | None = None  # since when the reports have been far off

    def elapsed(self, heard: float, now: float) -> float:
        """How much has been heard by now."""
        if heard > self._last:
            self._last = heard
            self._follow(heard, now)
        if self._anchor is None:
            if now - self._started < _PATIENCE_SECONDS:
                return 0.0
            self._anchor = now
        return max(0.0, now - self._anchor)

    def _follow(self, heard: float, now: float) -> None:
        if self._anchor is None:
            self._anchor = now - heard
            return
        error = now - heard - self._anchor
        if abs(error) <= _JUMP_SECONDS:
            self._anchor += error * _STEER
            self._doubt = None
        elif self._doubt is None:
            self._doubt = now
        elif now - self._doubt > _JUMP_SECONDS:
            self._anchor, self._doubt = now - heard, None


class _TakeStream(QIODevice):
    """16-bit frames of the sound from a position onward, silence after its end; the device pulls."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self._channels = channels
        self._pcm: NDArray[np.int16] = np.zeros(0, np.int16)
        self.at = 0  # the sample that is read next

    def set_samples(self, samples: NDArray[np.float32]) -> None:
        """Change the sound under the reading position; one attribute, so that the pulling thread sees old or new."""
        self._pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)

    def rewind(self, at: int) -> None:
        """Read on from a sample."""
        self.at = at

    def isSequential(self) -> bool:
        """A stream: it has no size."""
        return True

    def bytesAvailable(self) -> int:
        """There is always something to hear, if only silence."""
        return 1 << 20

    def readData(self, maxlen: int) -> bytes:
        """The next samples."""
        count = min(max(0, maxlen), 1 << 20) // (2 * self._channels)
        block = np.zeros(count, np.int16)
        part = self._pcm[self.at : self.at + count]
        block[: len(part)] = part
        self.at += count
        return np.repeat(block, self._channels).tobytes()

    def writeData(self, data: object) -> int:
        """Nothing can be written."""
        return -1


class AudioClock:
    """The default output device as a clock."""

    silent = False

    def __init__(self, device: QAudioDevice, channels: int) -> None:
        self._device, self._channels = device, channels
        self._sink: QAudioSink | None = None
        self._stream = _TakeStream(channels)
        self._start_sample = 0
        self._follower = Follower(0.0)
        self._sound: Sound | None = None

    @classmethod
    def open(cls) -> "AudioClock | None":
        """A clock on the default device; None when there is none that takes 16-bit samples at CUE_RATE."""
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull() or any(word in device.description().lower() for word in _DUMMIES):
            return None
        channels = next((n for n in (2, 1) if device.isFormatSupported(_format(n))), None)
        return cls(device, channels) if channels else None

    def start(self, sample: int) -> None:
        """Play from a position."""
        self.stop()
        self._stream = _TakeStream(self._channels)
        self._stream.open(QIODevice.OpenModeFlag.ReadOnly)
        self._load()
        self._stream.rewind(sample)
        self._start_sample, self._follower = sample, Follower(monotonic())
        self._sink = QAudioSink(self._device, _format(self._channels))
        self._sink.setBufferSize(round(_BUFFER_SECONDS * CUE_RATE) * 2 * self._channels)
        self._sink.start(self._stream)

    def stop(self) -> None:
        """Stand still."""
        if self._sink is None:
            return
        self._start_sample = self.position()
        self._sink.stop()
        self._sink.deleteLater()
        self._sink = None
        self._stream.close()
        self._stream.deleteLater()

    def position(self) -> int:
        """What has left the device, carried on smoothly between its reports."""
        if self._sink is None:
            return self._start_sample
        # Versions of Qt differ in whether "processed" includes what still waits in the buffer: the smaller is right.
        queued = (self._sink.bufferSize() - self._sink.bytesFree()) // (2 * self._channels)
        pulled = max(0, self._stream.at - self._start_sample - queued)
        heard = min(self._sink.processedUSecs() / 1e6, pulled / CUE_RATE)
        return self._start_sample + round(self._follower.elapsed(heard, monotonic()) * CUE_RATE)

    def set_sound(self, sound: Sound | None) -> None:
        """Switch what is heard, at the position that is being played."""
        self._sound = sound
        self._load()

    def _load(self) -> None:
        if self._sound is None:
            self._stream.set_samples(np.zeros(0, np.float32))
            return
        samples = self._sound.samples
        if self._sound.rate != CUE_RATE:
            times = np.arange(round(len(samples) * CUE_RATE / self._sound.rate)) * (self._sound.rate / CUE_RATE)
            samples = np.interp(times, np.arange(len(samples)), samples).astype(np.float32)
        self._stream.set_samples(samples)


def _format(channels: int) -> QAudioFormat:
    wanted = QAudioFormat()
    wanted.setSampleRate(CUE_RATE)
    wanted.setChannelCount(channels)
    wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return wanted
