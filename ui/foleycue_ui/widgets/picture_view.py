# SPDX-License-Identifier: GPL-3.0-or-later
"""The range's picture, letterboxed."""

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from foleycue_ui.look import theme
from foleycue_ui.look.words import tr

_RATIO = 9 / 16


class PictureView(QWidget):
    """Shows an image as large as fits."""

    clicked = pyqtSignal()
    double_clicked = pyqtSignal()
    moved = pyqtSignal()  # the picture lies elsewhere in the widget now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._hover = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Picture", "Picture"))

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def set_image(self, image: QImage) -> None:
        """Show another picture; a null image is black."""
        moved = image.size() != self._image.size()
        self._image = image
        if moved:
            self.moved.emit()
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget; all of it for a black one."""
        box = QRectF(self.rect())
        return box if self._image.isNull() else fitted(self._image, box)

    def set_drop_hover(self, hover: bool) -> None:
        """Light up while something is dragged over the panel."""
        self._hover = hover
        self.update()

    def height_for(self, width: int) -> int:
        """16 : 9 whatever the clip, so that the column does not jump, but never so high that nothing else fits."""
        return round(min(width * _RATIO, 420))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the width; a layout's height-for-width is not heeded inside a scroll area."""
        super().resizeEvent(event)
        if self.height() != self.height_for(self.width()):
            self.setFixedHeight(self.height_for(self.width()))
        self.moved.emit()

    def sizeHint(self) -> QSize:
        """For a column of 392 pixels."""
        return QSize(392, self.height_for(392))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A click plays."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Its first click has done something already: the second takes it back."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
            self.double_clicked.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if not self._image.isNull():
            corners = QPainterPath()
            corners.addRoundedRect(box, theme.RADIUS, theme.RADIUS)
            painter.save()
            painter.setClipPath(corners)
            painter.drawImage(self.picture_rect(), self._image)
            painter.restore()
        if self._hover:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)


def fitted(image: QImage, box: QRectF) -> QRectF:
    """The largest rectangle of the image's shape in the middle of a box."""
    size = image.size().toSizeF().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    fitted = QRectF(0, 0, size.width(), size.height())
    fitted.moveCenter(box.center())
    return fitted
