# SPDX-License-Identifier: GPL-3.0-or-later
"""A film whose pictures spell their own numbers, so that a test can read which frame it sees."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PyQt6.QtGui import QImage

RATE = Fraction(24000, 1001)
FRAMES = 72
WIDTH, HEIGHT, BITS = 320, 180, 10
BLOCK = WIDTH // BITS


def numbered_picture(number: int) -> np.ndarray:
    """A grey picture whose top row of blocks spells the number in black and white."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(BITS):
        picture[:60, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    return picture


def number_in(image: QImage) -> int:
    """The number that a decoded picture spells."""
    return sum(1 << bit for bit in range(BITS) if image.pixelColor(bit * BLOCK + BLOCK // 2, 30).lightness() > 128)


def write_numbered(path: Path, frames: int = FRAMES, rate: Fraction = RATE, first: int = 0) -> Path:
    """An H.264 film with B frames, each picture spelling its own number."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"g": "24", "bf": "2", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(first, first + frames):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
