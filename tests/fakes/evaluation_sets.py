# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of click tracks with known onsets, as generated and as true sound."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SECONDS = 4.0

#: Onset seconds of each true clip.
TRUTH = {
    "bell": (0.42, 1.01, 1.84, 2.35, 3.30),
    "door": (0.71, 1.55, 3.02),
    "step": (0.33, 0.90, 1.47, 2.11, 2.66, 3.45),
}


def clicks(times: tuple[float, ...], rate: int = RATE, seconds: float = SECONDS) -> NDArray[np.float32]:
    """Short decaying noise bursts over silence, (samples,)."""
    rng = np.random.default_rng(0)
    out = np.zeros(int(seconds * rate), np.float32)
    length = int(0.03 * rate)
    for time in times:
        at = round(time * rate)
        out[at : at + length] += rng.standard_normal(length) * np.exp(-np.arange(length) / (0.005 * rate)) * 0.3
    return out


def write_sound(path: Path, sound: NDArray[np.float32], rate: int = RATE) -> Path:
    """A 16-bit WAV of sound (samples,) or (samples, channels)."""
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def write_folder(folder: Path, clips: dict[str, tuple[float, ...]], delay: float = 0.0) -> Path:
    """A folder of click tracks, all clicks `delay` seconds later."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, times in clips.items():
        write_sound(folder / f"{name}.wav", clicks(tuple(time + delay for time in times)))
    return folder
