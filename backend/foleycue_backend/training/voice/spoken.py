# SPDX-License-Identifier: GPL-3.0-or-later
"""Who talks in the training scenes: the formant synthesiser, and speech from a folder at other speeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from foleycue_backend.evaluation.sounds import read_sound
from foleycue_backend.stages.raw_audio import resample
from foleycue_backend.training.voice.talk import SAMPLE_RATE, Audio, Rng, talk
from foleycue_shared.errors import FoleyCueError

#: Share of the stretches that come from the folder, where there is one.
_SPOKEN = 0.8
#: Hundredths of the speed that a stretch is played at: voices and manners beyond those in the folder.
_SPEEDS = (80, 125)
_PEAK = 0.5


class Speakers:
    """Stretches of speech at SAMPLE_RATE; without a folder only the synthesiser talks."""

    def __init__(self, folder: Path | None = None) -> None:
        read = (_read(path) for path in sorted(folder.rglob("*"))) if folder else ()
        self._spoken = [sound for sound in read if sound is not None]

    def stretch(self, rng: Rng, seconds: float) -> Audio:
        """Speech (n,) with its pauses, peak 0.5."""
        if not self._spoken or rng.random() >= _SPOKEN:
            return talk(rng, seconds)
        speed = int(rng.integers(*_SPEEDS, endpoint=True))
        whole = self._spoken[int(rng.integers(len(self._spoken)))]
        n = round(seconds * SAMPLE_RATE)
        taken = min(len(whole), n * speed // 100 + 1)
        start = int(rng.integers(len(whole) - taken + 1))
        sound = np.asarray(resample_poly(whole[start : start + taken].astype(np.float32), 100, speed), np.float32)[:n]
        sound = np.pad(sound, (0, n - len(sound)))
        return sound * np.float32(_PEAK / max(1e-9, float(np.abs(sound).max())))


def _read(path: Path) -> np.ndarray[tuple[int], np.dtype[np.float16]] | None:
    """A file at SAMPLE_RATE and half precision; None for what is no sound."""
    if not path.is_file():
        return None
    try:
        sound = read_sound(path)
    except FoleyCueError:
        return None
    return np.concatenate(list(resample(iter([sound.wave]), sound.rate, SAMPLE_RATE))).astype(np.float16)
