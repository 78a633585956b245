# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies still in the lane while nobody zooms or scrolls: ruler, shots, strength curve, waveforms, onsets."""

import numpy as np
from PyQt6.QtCore import QLineF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen, QPixmap

from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.look import theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import PanelState
from foleycue_ui.widgets.lane.view import PAD, RULER, LaneView
from foleycue_ui.widgets.lane.waves import draw_curve, draw_wave

#: Distances of the ruler's marks in seconds, and the pixels that a mark with its words needs.
_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)
_TICK_ROOM = 56
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_ground(state: PanelState, view: LaneView, ratio: float) -> QPixmap:
    """A picture of it all, transparent outside of the rounded corners."""
    pixmap = QPixmap(round(view.width * ratio), round(view.height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("sunken"))
    painter.drawRoundedRect(QRectF(0, 0, view.width, view.height), theme.RADIUS, theme.RADIUS)
    if state.range.open:
        painter.setClipRect(QRectF(1, 0, view.width - 2, view.height))
        _sounds(painter, state, view, ratio)
        if len(state.cues.curve):
            draw_curve(painter, view, state.cues.curve, state.cues.curve_rate, theme.colour("curve", 0.75), ratio)
        _shots(painter, state, view)
        _ruler(painter, view)
    else:
        painter.setPen(theme.colour("dim"))
        painter.setFont(theme.font(12))
        words = tr("Lane", "Cues: the moments that should sound")
        painter.drawText(QRectF(0, 0, view.width, view.height), Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return pixmap


def _sounds(painter: QPainter, state: PanelState, view: LaneView, ratio: float) -> None:
    band = 0
    chosen, guide = state.takes.chosen, state.guide.sound
    if chosen is not None:
        _band_ground(painter, view, band)
        draw_wave(painter, view, chosen.sound, band, theme.colour("wave"), ratio)
        _onsets(painter, view, chosen.take.onsets, band)
        _band_words(painter, view, band, tr("Lane", "take"))
        band += 1
    if guide is not None:
        _band_ground(painter, view, band)
        draw_wave(painter, view, guide, band, theme.colour("outline"), ratio)
        _band_words(painter, view, band, tr("Lane", "sound in the timeline"))


def _band_ground(painter: QPainter, view: LaneView, band: int) -> None:
    top, height = view.band(band)
    painter.fillRect(QRectF(4, top, view.width - 8, height), theme.colour("raised", 0.55))


def _band_words(painter: QPainter, view: LaneView, band: int, words: str) -> None:
    top, _ = view.band(band)
    painter.setFont(theme.font(9))
    box = QRectF(8, top + 1, painter.fontMetrics().horizontalAdvance(words) + 6, 11)
    painter.fillRect(box, theme.colour("sunken", 0.7))
    painter.setPen(theme.colour("dim"))
    painter.drawText(box.translated(3, 0), _LEFT, words)


def _onsets(painter: QPainter, view: LaneView, onsets: tuple[int, ...], band: int) -> None:
    """Ticks at the moments that were measured in the take, at most one a pixel."""
    top, _ = view.band(band)
    places = np.asarray(onsets, np.float64)
    places = places[(places >= view.start) & (places < view.end)]
    columns = np.unique(np.round(PAD + (places - view.start) * view.inner / view.span))
    crowded = len(columns) * 6 > view.inner
    painter.setPen(QPen(theme.colour("dim" if crowded else "text"), 0.8 if crowded else 1.4))
    for x in columns.tolist():
        painter.drawLine(QLineF(x, top - 4, x, top + 3))


def _shots(painter: QPainter, state: PanelState, view: LaneView) -> None:
    painter.setFont(theme.font(10))
    rate = state.range.rate
    for shot in state.cues.shots:
        x = view.x(frames_to_samples(shot.start, rate, CUE_RATE))
        end = view.x(frames_to_samples(shot.start + shot.frames, rate, CUE_RATE))
        if end < 0 or x > view.width:
            continue
        if shot.start and x > 0:
            painter.setPen(QPen(theme.colour("outline"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, RULER, x, view.height - 2))
        left, right = max(x, 0.0), min(end, float(view.width))
        if right - left > 40:
            painter.setPen(theme.colour("dim"))
            box = QRectF(left + 5, RULER + 1, right - left - 10, 13)
            name = shot.name or tr("Lane", "gap")
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, _LEFT, words)


def _ruler(painter: QPainter, view: LaneView) -> None:
    seconds = view.span / CUE_RATE
    room = max(1.0, view.inner / _TICK_ROOM)
    step = next((tick for tick in _TICKS if seconds / tick <= room), _TICKS[-1])
    painter.setFont(theme.font(10, fixed=True))
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(QLineF(0, RULER, view.width, RULER))
    for k in range(int(view.start / CUE_RATE / step), int(view.end / CUE_RATE / step) + 1):
        x = view.x(k * step * CUE_RATE)
        if x < PAD - 1:
            continue
        painter.setPen(QPen(theme.colour("outline"), 1))
        painter.drawLine(QLineF(x, RULER - 5, x, RULER))
        words = tick_words(k * step, step)
        if x + 4 + painter.fontMetrics().horizontalAdvance(words) < view.width:
            painter.setPen(theme.colour("dim"))
            painter.drawText(QRectF(x + 4, 3, 60, 14), _LEFT, words)


def tick_words(seconds: float, step: float) -> str:
    """A place on the ruler: seconds with as many decimals as the step needs, from a minute on with minutes."""
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    if seconds < 60:
        return f"{seconds:.{decimals}f}s"
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"{int(minutes)}:{rest:0{2 if not decimals else decimals + 3}.{decimals}f}"
