# SPDX-License-Identifier: GPL-3.0-or-later
"""Waveforms as images, one column a device pixel, made by array arithmetic since a polygon would be slower."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import Sound
from foleycue_ui.widgets.lane.view import PAD, LaneView

#: A gentle bend lifts quiet tails so that they can be seen at this height.
_BEND = 0.7
_QUIETEST_PEAK = 0.1


def draw_wave(painter: QPainter, view: LaneView, sound: Sound, band: int, colour: QColor, ratio: float) -> None:
    """The sound of what a view shows in one of its bands, as loud as the whole sound's loudest moment allows."""
    top, height = view.band(band)
    columns, rows = round(view.inner * ratio), round(height * ratio)
    scale = sound.rate / CUE_RATE
    peaks = sound.mip.peaks(view.start * scale, view.span * scale / columns, columns)
    gain = 1.0 / max(_QUIETEST_PEAK, sound.mip.loudest)
    bent = np.sign(peaks) * np.power(np.abs(peaks) * gain, _BEND)
    image = _image(bent[:, 0], bent[:, 1], rows, colour)
    painter.drawImage(QRectF(PAD, top, view.inner, height), image)


def _image(low: NDArray[np.float32], high: NDArray[np.float32], rows: int, colour: QColor) -> QImage:
    """Columns filled from low to high (-1 … 1), at least a line thin, with soft ends."""
    middle = rows / 2
    top, bottom = middle - high * middle * 0.96 - 0.5, middle - low * middle * 0.96 + 0.5
    row = np.arange(rows, dtype=np.float32)[:, None]
    cover = np.clip(np.minimum(row + 1, bottom) - np.maximum(row, top), 0, 1) * colour.alphaF()
    # ARGB32_Premultiplied is blue, green, red, alpha in memory.
    parts = np.array([colour.blue(), colour.green(), colour.red(), 255], np.float32)
    pixels = np.ascontiguousarray((cover[..., None] * parts).astype(np.uint8))
    columns = len(low)
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied).copy()
