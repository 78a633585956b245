# SPDX-License-Identifier: GPL-3.0-or-later
"""A pad for the mouse or a finger: the higher it is hit, the harder the cue; it also lights up with each beat."""

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr

_FLASH_MS = 110
_SOFTEST = 0.2


class TapPad(QWidget):
    """Shows words, and a large number above them while it counts."""

    pressed = pyqtSignal(object, float)  # the mouse event, strength

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = self._number = ""
        self._lit = 0.0
        self._dark = QTimer(self)
        self._dark.setSingleShot(True)
        self._dark.setInterval(_FLASH_MS)
        self._dark.timeout.connect(lambda: self._light(0.0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Perform", "Tap pad"))
        self.setToolTip(tr("Perform", "Click to the picture: higher is harder"))

    def sizeHint(self) -> QSize:
        """High enough to aim at three strengths."""
        return QSize(390, 72)

    @property
    def lit(self) -> bool:
        """Whether it is lit up now."""
        return self._lit > 0

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def say(self, words: str, number: str = "") -> None:
        """Change the words and the number."""
        self._words, self._number = words, number
        self.setAccessibleDescription(number or words)
        self.update()

    def flash(self, strength: float) -> None:
        """Light up for a moment, as high as a strength."""
        self._light(strength)
        self._dark.start()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A tap, by height."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            height = 1 - event.position().y() / max(1, self.height())
            self.pressed.emit(event, round(min(max(height, _SOFTEST), 1.0), 2))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Ground, light, the borders of soft, medium and hard, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if self._lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("performed", 0.55))
            top = box.bottom() - box.height() * self._lit
            painter.drawRoundedRect(QRectF(box.left(), top, box.width(), box.bottom() - top), 5, 5)
        painter.setPen(theme.colour("line"))
        for share in (1 / 3, 2 / 3):
            y = round(box.top() + box.height() * share) + 0.5
            painter.drawLine(round(box.left()) + 6, int(y), round(box.left()) + 14, int(y))
            painter.drawLine(round(box.right()) - 14, int(y), round(box.right()) - 6, int(y))
        self._paint_words(painter, box.adjusted(18, 4, -18, -4))

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(theme.colour("text" if self._number or self._lit else "dim"))
        painter.setFont(theme.font(12))
        if not self._number:
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._words)
            return
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        painter.drawText(box, below, self._words)
        painter.setFont(theme.font(30, strong=True))
        painter.drawText(box.adjusted(0, 0, 0, -14 if self._words else 0), Qt.AlignmentFlag.AlignCenter, self._number)

    def _light(self, strength: float) -> None:
        self._lit = strength
        self.update()
