# SPDX-License-Identifier: GPL-3.0-or-later
"""Small media files with known content, rendered by the tests themselves."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Draw = Callable[[int], NDArray[np.uint8]]


def numbered(k: int) -> NDArray[np.uint8]:
    """A grey picture (64, 96) whose eight bars spell k in binary, readable after lossy coding."""
    image = np.zeros((64, 96), np.uint8)
    for bit in range(8):
        image[:, 12 * bit : 12 * bit + 12] = 230 if k >> bit & 1 else 20
    return image


def number_of(image: NDArray[np.uint8]) -> int:
    """The number that a picture from `numbered` spells, at any size, grey or RGB."""
    grey = image if image.ndim == 2 else image.mean(2)
    width = grey.shape[1]
    return sum((grey[:, int(width * (bit + 0.5) / 8)].mean() > 125) << bit for bit in range(8))


def write_video(
    path: Path,
    draw: Draw,
    times: Sequence[int] | int,
    rate: Fraction = Fraction(25),
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    sound: Iterable[NDArray[np.float32]] | None = None,
    sound_rate: int = 48_000,
) -> Path:
    """A video whose picture k, draw(k), is shown from times[k] on, in units of 1/rate."""
    stamps = range(times) if isinstance(times, int) else times
    with av.open(str(path), "w", options=container or {}) as out:
        stream = out.add_stream(codec, rate=rate, options=options or {})
        first = draw(0)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = 1 / rate
        audio = (
            out.add_stream("pcm_s16le" if path.suffix in (".mov", ".mkv") else "aac", rate=sound_rate)
            if sound
            else None
        )
        if audio is not None:
            audio.layout = "mono"
        out.start_encoding()
        for k, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(draw(k), "gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = stamp, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if audio is not None and sound is not None:
            position = 0
            for block in sound:
                frame = av.AudioFrame.from_ndarray(block[None].astype(np.float32), "fltp", "mono")
                frame.sample_rate, frame.pts, frame.time_base = sound_rate, position, Fraction(1, sound_rate)
                position += len(block)
                out.mux(audio.encode(frame))
            out.mux(audio.encode())
    return path


def striker(seed: int, seconds: float = 8.0, rate: int = 30) -> tuple[Draw, int, list[float]]:
    """A hammer that lifts slowly and falls fast onto an anvil: pictures, their number, and the contact times.

    The picture is textured and noisy, (136, 240), and the hammer rests on the anvil between its strikes.
    """
    rng = np.random.default_rng(seed)
    contacts: list[float] = []
    time = 0.8 + rng.uniform(0, 0.3)
    while time < seconds - 0.4:
        contacts.append(float(time))
        time += rng.uniform(0.7, 1.4)
    background = np.kron(rng.integers(60, 160, (17, 30)), np.ones((8, 8))).astype(np.float32)
    hammer = rng.integers(150, 255, (40, 60)).astype(np.float32)

    def height(t: float) -> float:
        """Above the anvil, 0 … 1: up in 500 ms, down in 120 ms with gravity, then rest."""
        for contact in contacts:
            if contact - 0.62 <= t < contact:
                rise = min(1.0, (t - (contact - 0.62)) / 0.5)
                fall = max(0.0, (t - (contact - 0.12)) / 0.12)
                return (3 * rise**2 - 2 * rise**3) * (1 - fall**2)
        return 0.0

    def draw(k: int) -> NDArray[np.uint8]:
        image = background + np.random.default_rng((seed, k)).normal(0, 3, background.shape)
        top = 85 - round(70 * height(k / rate))
        image[top : top + 40, 90:150] = hammer
        return np.clip(image, 0, 255).astype(np.uint8)

    return draw, round(seconds * rate), contacts
