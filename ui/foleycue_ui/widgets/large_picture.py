# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in a window of its own, as large as the user makes it; the panel's keys work in it too."""

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.picture_view import fitted


class LargePicture(QWidget):
    """A click plays, a double click or Escape closes, F switches to the full screen and back."""

    def __init__(self, player: Player, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._player = player
        self._image = QImage()
        self.setWindowTitle(tr("Picture", "FoleyCue picture"))
        self.setAccessibleName(tr("Picture", "Large picture"))
        self.resize(960, 540)
        player.picture_changed.connect(self._show_image)

    def open(self, image: QImage) -> None:
        """Come up with a picture."""
        self._show_image(image)
        self.show()
        self.raise_()
        self.activateWindow()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Play or pause."""
        self._player.toggle()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Take the first click back and close."""
        self._player.toggle()
        self.close()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Own keys, and all others to the panel."""
        panel = self.parentWidget()
        if event is None or panel is None:
            return
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() == Qt.Key.Key_F and not event.modifiers():
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            QApplication.sendEvent(panel.window(), event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The picture on black."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(fitted(self._image, QRectF(self.rect())), self._image)

    def _show_image(self, image: QImage) -> None:
        self._image = image
        self.update()
