# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound of one clip in memory, on the picture's clock. Clips last seconds; one is held at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.raw_audio import Audio
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.sound import SoundReader


@dataclass(frozen=True)
class Sound:
    """Samples (n,) at `rate` Hz; sample 0 sounds with the clip's first picture."""

    wave: Audio
    rate: int

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.wave) / self.rate


def read_sound(path: Path) -> Sound:
    """The mean of all channels. Raises MEDIA_UNREADABLE or MEDIA_OFFLINE, naming the file."""
    return _read(path, None)


def read_first_channel(path: Path) -> Sound:
    """The first channel alone, as the distribution metrics take it. Raises as read_sound."""
    return _read(path, 0)


def read_channels(path: Path) -> Iterator[Sound]:
    """Each channel alone. Raises as read_sound."""
    for channel in range(SoundReader(str(path)).channels):
        yield _read(path, channel)


def _read(path: Path, channel: int | None) -> Sound:
    reader = SoundReader(str(path), channel)
    if not reader.sample_rate:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} has no sound: give a file with an audio track.")
    blocks = [np.zeros(0, np.float32), *reader.blocks(Fraction(0), reader.end())]
    wave: NDArray[np.float32] = np.concatenate(blocks)
    if not np.isfinite(wave).all():
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"The sound of {path} holds values that are no numbers.")
    return Sound(wave, reader.sample_rate)
