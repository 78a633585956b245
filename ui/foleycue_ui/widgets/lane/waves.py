# SPDX-License-Identifier: GPL-3.0-or-later
"""Waveforms and curves as images, one column a device pixel: array arithmetic is many times faster than polygons."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.cues import Curve
from foleycue_ui.model.takes import Sound
from foleycue_ui.widgets.lane.view import PAD, RULER, LaneView

Rows = NDArray[np.floating]
Cover = NDArray[np.float32]

#: A gentle bend lifts quiet tails so that they can be seen at this height.
_BEND = 0.7
_QUIETEST_PEAK = 0.1
#: How dense a curve's area is beside its line.
_FILL = 0.22


def draw_wave(painter: QPainter, view: LaneView, sound: Sound, band: int, colour: QColor, ratio: float) -> None:
    """The sound of what a view shows in one of its bands, as loud as the whole sound's loudest moment allows."""
    top, height = view.band(band)
    columns, rows = round(view.inner * ratio), round(height * ratio)
    scale = sound.rate / CUE_RATE
    peaks = sound.mip.peaks(view.start * scale, view.span * scale / columns, columns)
    painter.drawImage(QRectF(PAD, top, view.inner, height), wave_image(peaks, sound.mip.loudest, rows, colour))


def wave_image(peaks: Rows, loudest: float, rows: int, colour: QColor) -> QImage:
    """The lows and highs (columns, 2) of a sound, -1 … 1, as an image of so many rows; the loudest sample fills it."""
    gain = 1.0 / max(_QUIETEST_PEAK, loudest)
    bent = np.sign(peaks) * np.power(np.abs(peaks) * gain, _BEND)
    middle = rows / 2
    cover = _cover(middle - bent[:, 1] * middle * 0.96, middle - bent[:, 0] * middle * 0.96, rows)
    return _image(cover, colour)


def draw_curve(painter: QPainter, view: LaneView, curve: Curve, rate: float, colour: QColor, ratio: float) -> None:
    """A curve of rate values a second over the cues: its highest value in each column, filled below."""
    columns, rows = round(view.inner * ratio), round((view.floor - RULER) * ratio)
    places = (view.start + view.span / columns * np.arange(columns + 1)) * rate / CUE_RATE
    index = np.clip(places.astype(np.int64), 0, len(curve) - 1)
    # Between two values the curve is straight; where a column holds several, the highest counts.
    values = (
        np.interp(places[:-1], np.arange(len(curve)), curve)
        if view.span / columns * rate < CUE_RATE
        else (np.maximum.reduceat(curve, index[:-1]))
    )
    heights = np.clip(values / max(float(curve.max()), 1e-6), 0, 1)
    tops = (view.y(0) - RULER + 4 - 0.9 * (view.y(0) - view.y(1)) * heights) * ratio
    before = np.concatenate((tops[:1], tops[:-1]))
    fill = _cover(tops, np.full(columns, float(rows)), rows)
    line = _cover(np.minimum(tops, before), np.maximum(tops, before), rows)
    image = _image(np.maximum(_FILL * fill, line), colour)
    painter.drawImage(QRectF(PAD, RULER, view.inner, view.floor - RULER), image)


def _cover(top: Rows, bottom: Rows, rows: int) -> Cover:
    """How much of each pixel (rows, columns) lies between top and bottom, at least a line thin, with soft ends."""
    row = np.arange(rows, dtype=np.float32)[:, None]
    low, high = (top - 0.5).astype(np.float32), (bottom + 0.5).astype(np.float32)
    return np.clip(np.minimum(row + 1, high) - np.maximum(row, low), 0, 1)


def _image(cover: Cover, colour: QColor) -> QImage:
    """One colour, as opaque as cover says: a palette image, a quarter of the work of one with four channels."""
    rows, columns = cover.shape
    wide = -(-columns // 4) * 4  # lines of an image begin at multiples of four bytes
    pixels = np.zeros((rows, wide), np.uint8)
    np.multiply(cover, 255, out=pixels[:, :columns], casting="unsafe")
    image = QImage(pixels.tobytes(), columns, rows, wide, QImage.Format.Format_Indexed8)
    opacity, rgb = colour.alphaF(), colour.rgb() & 0xFFFFFF
    image.setColorTable([round(opacity * level) << 24 | rgb for level in range(256)])
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
