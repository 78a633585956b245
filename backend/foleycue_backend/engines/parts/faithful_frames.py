# SPDX-License-Identifier: GPL-3.0-or-later
"""The published way from a film to pictures: 4 a second by ffmpeg's fps filter, through H.264, squashed to 224x224.

The fps filter rounds each picture's time to the nearest tick of the new rate and shows the last one of each tick. On
screen that is the picture just before the middle between two ticks, which is where it is taken from here. The
re-encoding is lossy, so features depend a little on the encoder's version, as those of the published system do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from foleycue_backend.engines.base import Pictures

RATE = 4
#: Half a tick, less a moment: a picture that appears exactly then belongs to the next tick. Times of containers are
#: rounded and read with a slack of 1 ms, hence 2 ms.
_FIRST = Fraction(1, 2 * RATE) - Fraction(2, 1000)
_EMPTY = (224, 224)


def reference_frames(pictures: Pictures, size: int) -> Iterator[NDArray[np.uint8]]:
    """RGB pictures (size, size, 3) as the published system would show them to its encoder; gaps are black."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        _encode(pictures, film)
        yield from _read(film, size)


def _encode(pictures: Pictures, film: Path) -> None:
    """ffmpeg's own defaults for an MP4: libx264, medium, constant rate factor 23."""
    with av.open(str(film), "w") as out:
        stream: VideoStream | None = None
        for number, shown in enumerate(pictures.decoded(RATE, _FIRST)):
            if stream is None:
                stream = out.add_stream("libx264", rate=RATE)
                stream.width, stream.height = _even_size(shown)
                stream.pix_fmt = "yuv420p"
            frame = _fitted(shown, stream.width, stream.height)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        if stream is not None:
            out.mux(stream.encode())


def _even_size(frame: VideoFrame | None) -> tuple[int, int]:
    """Size of the film: that of its first picture, as H.264 wants it."""
    width, height = _EMPTY if frame is None else (frame.width, frame.height)
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def _fitted(frame: VideoFrame | None, width: int, height: int) -> VideoFrame:
    """A picture for the encoder; its planes are the decoder's own where size and format are right already."""
    if frame is None:
        frame = VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), "rgb24")
    return frame.reformat(width, height, "yuv420p")


def _read(film: Path, size: int) -> Iterator[NDArray[np.uint8]]:
    if not film.exists():
        return
    reader = cv2.VideoCapture(str(film))
    try:
        while True:
            there, image = reader.read()
            if not there:
                return
            picture = Image.fromarray(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)))
            yield np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR))
    finally:
        reader.release()
