# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cue lane looks: ruler, shots, waveform, strength curve; markers; playhead."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.look import theme
from foleycue_ui.look.icons import cue_shape
from foleycue_ui.model.cues import CueModel
from foleycue_ui.model.state import PanelState

RULER = 20
PAD = 10.0
HEAD = 10.0
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)


@dataclass(frozen=True)
class Geometry:
    """Samples and strengths to pixels and back, for a lane of width × height pixels."""

    width: int
    height: int
    samples: int

    @property
    def top(self) -> float:
        """Where the ruler ends."""
        return RULER

    @property
    def body(self) -> QRectF:
        """The part below the ruler."""
        return QRectF(0, RULER, self.width, self.height - RULER)

    def x(self, sample: int) -> float:
        """Where a sample lies."""
        return PAD + (self.width - 2 * PAD) * sample / max(1, self.samples)

    def sample(self, x: float) -> int:
        """The sample at a place, inside the range."""
        raw = round((x - PAD) * self.samples / max(1.0, self.width - 2 * PAD))
        return min(max(raw, 0), max(0, self.samples - 1))

    def y(self, strength: float) -> float:
        """Where a strength 0 … 1 lies."""
        return self.height - PAD - (self.height - RULER - 2 * PAD - 4) * strength

    def strength(self, y: float) -> float:
        """The strength at a height; not clipped."""
        return (self.height - PAD - y) / (self.height - RULER - 2 * PAD - 4)


def ground(state: PanelState, geometry: Geometry, ratio: float) -> QPixmap:
    """All that does not move: drawn once, then copied."""
    pixmap = QPixmap(round(geometry.width * ratio), round(geometry.height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("sunken"))
    painter.drawRoundedRect(QRectF(0, 0, geometry.width, geometry.height), theme.RADIUS, theme.RADIUS)
    if state.range.open:
        chosen = state.takes.chosen
        if chosen is not None:
            wave(
                painter,
                chosen.sound.peaks,
                QRectF(PAD, RULER + 4, geometry.width - 2 * PAD, geometry.height - RULER - 8),
            )
        _curve(painter, state.cues, geometry)
        _shots(painter, state, geometry)
        _ruler(painter, geometry)
    else:
        painter.setPen(theme.colour("dim"))
        painter.setFont(theme.font(12))
        words = "Cues: the moments that should sound"
        painter.drawText(QRectF(0, 0, geometry.width, geometry.height), Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return pixmap


def wave(painter: QPainter, peaks: NDArray[np.float32], box: QRectF, token: str = "wave_dim") -> None:
    """A waveform, centred in a box; loud enough to read even for a quiet take."""
    columns = max(1, int(box.width()))
    if not len(peaks):
        return
    at = np.minimum((np.arange(columns + 1) * len(peaks)) // columns, len(peaks) - 1)
    low, high = np.minimum.reduceat(peaks[:, 0], at[:-1]), np.maximum.reduceat(peaks[:, 1], at[:-1])
    gain = 1.0 / max(0.1, float(np.abs(peaks).max()))
    middle, half = box.center().y(), box.height() / 2 * 0.96
    # A gentle bend lifts quiet tails so that they can be seen at this height.
    low, high = (np.sign(v) * np.power(np.abs(v) * gain, 0.7) for v in (low, high))
    top = [QPointF(box.left() + k, middle - half * float(v) - 0.5) for k, v in enumerate(high)]
    bottom = [QPointF(box.left() + k, middle - half * float(v) + 0.5) for k, v in enumerate(low)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(token))
    painter.drawPolygon(QPolygonF(top + bottom[::-1]))


def cues(painter: QPainter, model: CueModel, geometry: Geometry, missed: frozenset[int]) -> None:
    """Stem and head of each cue; selected ones with a ring, those that the take missed hollow on a broken stem."""
    floor = geometry.height - PAD / 2
    for index, cue in enumerate(model.cues):
        x, y = geometry.x(cue.sample), geometry.y(cue.strength)
        shade = theme.colour(cue.source.value)
        absent = cue.sample in missed
        style = Qt.PenStyle.DotLine if absent else Qt.PenStyle.SolidLine
        painter.setPen(QPen(shade, 1.6, style))
        painter.drawLine(QLineF(x, y + HEAD / 2, x, floor))
        if index in model.selected:
            painter.setPen(QPen(theme.colour("text"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), HEAD * 0.95, HEAD * 0.95)
        painter.setPen(QPen(shade, 1.6))
        painter.setBrush(theme.colour("sunken") if absent else shade)
        painter.drawPath(cue_shape(cue.source.value, x, y, HEAD))


def playhead(painter: QPainter, geometry: Geometry, sample: int) -> None:
    """A line with a handle on the ruler."""
    x = geometry.x(sample)
    painter.setPen(QPen(theme.colour("playhead"), 1.2))
    painter.drawLine(QLineF(x, 6, x, geometry.height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("playhead"))
    painter.drawPolygon(
        QPolygonF([QPointF(x - 5, 2), QPointF(x + 5, 2), QPointF(x + 5, 7), QPointF(x, 12), QPointF(x - 5, 7)])
    )


def focus(painter: QPainter, geometry: Geometry) -> None:
    """The ring that says where the keyboard is."""
    painter.setPen(QPen(theme.colour("focus"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(0.5, 0.5, geometry.width - 1, geometry.height - 1)
    painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)


def _curve(painter: QPainter, model: CueModel, geometry: Geometry) -> None:
    if not len(model.curve):
        return
    peak = max(float(model.curve.max()), 1e-6)
    floor = geometry.height - PAD / 2
    path = QPainterPath(QPointF(geometry.x(0), floor))
    for k, value in enumerate(model.curve):
        sample = min(round(k * CUE_RATE / model.curve_rate), geometry.samples)
        path.lineTo(geometry.x(sample), geometry.y(0.92 * max(0.0, float(value)) / peak) + 4)
    path.lineTo(geometry.x(geometry.samples), floor)
    path.closeSubpath()
    painter.setPen(QPen(theme.colour("curve", 0.95), 1.2))
    painter.setBrush(theme.colour("curve", 0.18))
    painter.drawPath(path)


def _shots(painter: QPainter, state: PanelState, geometry: Geometry) -> None:
    painter.setFont(theme.font(10))
    for shot in state.cues.shots:
        x = geometry.x(frames_to_samples(shot.start, state.range.rate, CUE_RATE))
        end = geometry.x(frames_to_samples(shot.start + shot.frames, state.range.rate, CUE_RATE))
        if shot.start:
            painter.setPen(QPen(theme.colour("outline"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, RULER, x, geometry.height - 2))
        if end - x > 40:
            painter.setPen(theme.colour("dim"))
            box = QRectF(x + 5, RULER + 2, end - x - 10, 14)
            words = painter.fontMetrics().elidedText(shot.name or "gap", Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _ruler(painter: QPainter, geometry: Geometry) -> None:
    seconds = geometry.samples / CUE_RATE
    room = max(1.0, (geometry.width - 2 * PAD) / 52)
    step = next((tick for tick in _TICKS if seconds / tick <= room), _TICKS[-1])
    painter.setFont(theme.font(10, fixed=True))
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(QLineF(0, RULER, geometry.width, RULER))
    for k in range(int(seconds / step) + 1):
        x = geometry.x(round(k * step * CUE_RATE))
        painter.setPen(QPen(theme.colour("outline"), 1))
        painter.drawLine(QLineF(x, RULER - 5, x, RULER))
        if x < geometry.width - 34:
            painter.setPen(theme.colour("dim"))
            words = f"{k * step:.1f}s" if step < 1 else f"{k * step:g}s"
            painter.drawText(
                QRectF(x + 4, 3, 50, 14), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
            )
