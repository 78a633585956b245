# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object is told apart: a colour and a letter, on the picture and in the panel."""

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap

from foleycue_ui.look import theme
from foleycue_ui.look.palettes import DARK, Tokens

#: By the object's number; the first is the one that a single region has always had.
_TOKENS = ("user", "guide", "good", "performed", "picture", "wave", "warn", "bad")
_HEIGHT = 16.0
_PAD = 4.0


def on_picture(number: int) -> QColor:
    """Pictures are dark in every theme, so what lies on them is drawn in the dark one's colours."""
    return _colour(DARK, number)


def in_panel(number: int) -> QColor:
    """The same in the palette that is worn now."""
    return _colour(theme.current(), number)


def draw_tag(painter: QPainter, around: QRectF, number: int, letter: str, label: str) -> None:
    """Letter and label on the upper left corner of a box, inside it at the picture's top; a narrow box has no label."""
    painter.setFont(theme.font(11, strong=True))
    words = f"{letter} {label}".strip()
    if painter.fontMetrics().horizontalAdvance(words) + 2 * _PAD > around.width() + 2:
        words = letter
    width = painter.fontMetrics().horizontalAdvance(words) + 2 * _PAD
    top = around.top() - _HEIGHT if around.top() >= _HEIGHT else around.top()
    box = QRectF(around.left() - 1, top, width, _HEIGHT)
    painter.fillRect(box, on_picture(number))
    painter.setPen(QColor(DARK.sunken))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def badge(number: int, letter: str) -> QIcon:
    """The letter on its colour, for a button."""
    size, ratio = 14, 2
    picture = QPixmap(QSize(size, size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(in_panel(number))
    painter.drawRoundedRect(QRectF(0, 0, size, size), 3, 3)
    painter.setPen(theme.colour("sunken"))
    painter.setFont(theme.font(10, strong=True))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return QIcon(picture)


def _colour(tokens: Tokens, number: int) -> QColor:
    return QColor(getattr(tokens, _TOKENS[number % len(_TOKENS)]))
