# SPDX-License-Identifier: GPL-3.0-or-later
"""Icons drawn by hand on a 24 x 24 grid, sharp at every scale and in the theme's colours."""

from collections.abc import Callable

from PyQt6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from foleycue_ui.look.theme import colour

Draw = Callable[[QPainter], None]


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def _stroke(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(_polygon(*points))


def _fill(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.save()
    painter.setBrush(painter.pen().color())
    painter.drawPolygon(_polygon(*points))
    painter.restore()


def _play(p: QPainter) -> None:
    _fill(p, (8, 5.5), (18.5, 12), (8, 18.5))


def _pause(p: QPainter) -> None:
    _fill(p, (7, 6), (9.5, 6), (9.5, 18), (7, 18))
    _fill(p, (14.5, 6), (17, 6), (17, 18), (14.5, 18))


def _stop(p: QPainter) -> None:
    _fill(p, (7, 7), (17, 7), (17, 17), (7, 17))


def _previous(p: QPainter) -> None:
    _stroke(p, (14.5, 6.5), (9, 12), (14.5, 17.5))


def _next(p: QPainter) -> None:
    _stroke(p, (9.5, 6.5), (15, 12), (9.5, 17.5))


def _first(p: QPainter) -> None:
    _stroke(p, (7, 6.5), (7, 17.5))
    _fill(p, (17, 6.5), (10.5, 12), (17, 17.5))


def _loop(p: QPainter) -> None:
    p.drawArc(QRectF(5.5, 6.5, 13, 11), 50 * 16, 280 * 16)
    _fill(p, (14, 4.2), (18.6, 7.6), (13.6, 10.2))


def _insert(p: QPainter) -> None:
    _stroke(p, (12, 4.5), (12, 13))
    _stroke(p, (8.2, 9.6), (12, 13.4), (15.8, 9.6))
    _stroke(p, (5, 15.5), (5, 19), (19, 19), (19, 15.5))


def _discard(p: QPainter) -> None:
    _stroke(p, (5, 7.5), (19, 7.5))
    _stroke(p, (9.5, 7.5), (9.5, 5), (14.5, 5), (14.5, 7.5))
    _stroke(p, (6.8, 7.5), (7.6, 19), (16.4, 19), (17.2, 7.5))


def _open(p: QPainter) -> None:
    _stroke(p, (4, 18.5), (4, 6), (9.5, 6), (11.5, 8.5), (19, 8.5), (19, 11))
    p.drawPolygon(_polygon((4, 18.5), (7, 11), (21, 11), (18, 18.5)))


def _close(p: QPainter) -> None:
    _stroke(p, (7, 7), (17, 17))
    _stroke(p, (17, 7), (7, 17))


def _dice(p: QPainter) -> None:
    p.drawRoundedRect(QRectF(5, 5, 14, 14), 3, 3)
    p.save()
    p.setBrush(p.pen().color())
    p.setPen(Qt.PenStyle.NoPen)
    for x, y in ((9, 9), (15, 9), (12, 12), (9, 15), (15, 15)):
        p.drawEllipse(QPointF(x, y), 1.15, 1.15)
    p.restore()


def _check(p: QPainter) -> None:
    _stroke(p, (6, 12.5), (10.3, 16.8), (18, 7.5))


def _ring(p: QPainter) -> None:
    p.drawEllipse(QPointF(12, 12), 6, 6)


def _dots(p: QPainter) -> None:
    p.save()
    p.setBrush(p.pen().color())
    p.setPen(Qt.PenStyle.NoPen)
    for x in (6.5, 12, 17.5):
        p.drawEllipse(QPointF(x, 12), 1.7, 1.7)
    p.restore()


def _alert(p: QPainter) -> None:
    p.drawPolygon(_polygon((12, 4.5), (20.5, 19), (3.5, 19)))
    _stroke(p, (12, 10), (12, 14))
    p.drawPoint(QPointF(12, 16.5))


def _info(p: QPainter) -> None:
    p.drawEllipse(QPointF(12, 12), 8, 8)
    _stroke(p, (12, 11.3), (12, 16))
    p.drawPoint(QPointF(12, 8.2))


def _film(p: QPainter) -> None:
    p.drawRoundedRect(QRectF(4, 5, 16, 14), 2, 2)
    for x in (8.0, 16.0):
        _stroke(p, (x, 5), (x, 19))
    for y in (9.7, 14.3):
        _stroke(p, (4, y), (8, y))
        _stroke(p, (16, y), (20, y))


def _down(p: QPainter) -> None:
    _stroke(p, (7, 10), (12, 15), (17, 10))


def _up(p: QPainter) -> None:
    _stroke(p, (7, 14), (12, 9), (17, 14))


def _settings(p: QPainter) -> None:
    for y, knob in ((7, 15.5), (12, 8.5), (17, 13.5)):
        _stroke(p, (4.5, y), (knob - 2, y))
        _stroke(p, (knob + 2, y), (19.5, y))
        p.drawEllipse(QPointF(knob, y), 2, 2)


def _engine(p: QPainter) -> None:
    p.drawRoundedRect(QRectF(7, 7, 10, 10), 2, 2)
    for at in (9.8, 14.2):
        for near, far in ((4, 7), (17, 20)):
            _stroke(p, (at, near), (at, far))
            _stroke(p, (near, at), (far, at))


_STAR = (
    (12, 4),
    (14.4, 9.3),
    (20, 9.9),
    (15.8, 13.8),
    (17, 19.4),
    (12, 16.5),
    (7, 19.4),
    (8.2, 13.8),
    (4, 9.9),
    (9.6, 9.3),
)


def _star(p: QPainter) -> None:
    _stroke(p, *_STAR, _STAR[0])


def _starred(p: QPainter) -> None:
    _fill(p, *_STAR)


def _more(p: QPainter) -> None:
    p.setBrush(p.pen().color())
    for x in (6.0, 12.0, 18.0):
        p.drawEllipse(QPointF(x, 12), 1.1, 1.1)


def _region(p: QPainter) -> None:
    p.drawRect(QRectF(6, 7.5, 12, 9))
    p.save()
    p.setBrush(p.pen().color())
    for x, y in ((6, 7.5), (18, 7.5), (6, 16.5), (18, 16.5)):
        p.drawRect(QRectF(x - 1.2, y - 1.2, 2.4, 2.4))
    p.restore()


def _tap(p: QPainter) -> None:
    p.drawRoundedRect(QRectF(5, 11, 14, 8.5), 2, 2)
    _stroke(p, (12, 4), (12, 8.2))
    _stroke(p, (7.2, 5.4), (8.6, 8.6))
    _stroke(p, (16.8, 5.4), (15.4, 8.6))


def _sound(p: QPainter) -> None:
    p.drawPolygon(_polygon((4.5, 9.8), (7.8, 9.8), (12, 6), (12, 18), (7.8, 14.2), (4.5, 14.2)))
    p.drawArc(QRectF(11, 8.5, 6, 7), -60 * 16, 120 * 16)
    p.drawArc(QRectF(11, 5.8, 9.5, 12.4), -58 * 16, 116 * 16)


def _muted(p: QPainter) -> None:
    p.drawPolygon(_polygon((4.5, 9.8), (7.8, 9.8), (12, 6), (12, 18), (7.8, 14.2), (4.5, 14.2)))
    _stroke(p, (15, 9.5), (20, 14.5))
    _stroke(p, (20, 9.5), (15, 14.5))


def _lens(p: QPainter) -> None:
    p.drawEllipse(QPointF(10.5, 10.5), 5.5, 5.5)
    _stroke(p, (14.6, 14.6), (19, 19))
    _stroke(p, (8, 10.5), (13, 10.5))


def _closer(p: QPainter) -> None:
    _lens(p)
    _stroke(p, (10.5, 8), (10.5, 13))


def _fit(p: QPainter) -> None:
    _stroke(p, (4.5, 6), (4.5, 18))
    _stroke(p, (19.5, 6), (19.5, 18))
    _stroke(p, (7.5, 12), (16.5, 12))
    _stroke(p, (10, 9.5), (7.5, 12), (10, 14.5))
    _stroke(p, (14, 9.5), (16.5, 12), (14, 14.5))


_SHAPES: dict[str, Draw] = {
    "play": _play,
    "pause": _pause,
    "stop": _stop,
    "previous": _previous,
    "next": _next,
    "first": _first,
    "loop": _loop,
    "insert": _insert,
    "discard": _discard,
    "open": _open,
    "close": _close,
    "dice": _dice,
    "check": _check,
    "ring": _ring,
    "dots": _dots,
    "alert": _alert,
    "info": _info,
    "film": _film,
    "down": _down,
    "up": _up,
    "closer": _closer,
    "wider": _lens,
    "fit": _fit,
    "region": _region,
    "tap": _tap,
    "sound": _sound,
    "muted": _muted,
    "settings": _settings,
    "star": _star,
    "starred": _starred,
    "more": _more,
    "engine": _engine,
}


def draw(painter: QPainter, name: str, box: QRectF, token: str = "text", width: float = 1.7) -> None:
    """Draw an icon into a box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 24, box.height() / 24)
    pen = QPen(colour(token), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _SHAPES[name](painter)
    painter.restore()


class _Engine(QIconEngine):
    """Paints at whatever size and pixel ratio is asked for, so that icons stay sharp at 200 %."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if painter is not None:
            draw(painter, self._name, QRectF(rect), "off" if mode == QIcon.Mode.Disabled else self._token)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # a button that has no room yet still asks
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> "QIconEngine":
        return _Engine(self._name, self._token)


_keep: dict[tuple[str, str], QIcon] = {}


def icon(name: str, token: str = "text") -> QIcon:
    """An icon as a QIcon, with a quieter disabled look."""
    if (name, token) not in _keep:
        _keep[name, token] = QIcon(_Engine(name, token))
    return _keep[name, token]


def cue_shape(source: str, x: float, y: float, size: float) -> QPainterPath:
    """The head of a cue marker: each source has its own shape as well as its own colour."""
    path = QPainterPath()
    half = size / 2
    if source == "user":
        path.addEllipse(QPointF(x, y), half, half)
    elif source == "performed":
        path.addRect(QRectF(x - half * 0.85, y - half * 0.85, size * 0.85, size * 0.85))
    elif source == "guide":
        path.addPolygon(_polygon((x - half, y - half * 0.8), (x + half, y - half * 0.8), (x, y + half)))
        path.closeSubpath()
    else:
        path.addPolygon(_polygon((x, y - half * 1.15), (x + half, y), (x, y + half * 1.15), (x - half, y)))
        path.closeSubpath()
    return path
