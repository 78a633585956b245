# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel shows as long as nothing is open: where to drop a file, the demo, and the three steps to a sound."""

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from foleycue_ui.look import icons, theme
from foleycue_ui.look.words import tr
from foleycue_ui.model.state import RangeModel
from foleycue_ui.widgets.controls import Button, caption


class DropZone(QWidget):
    """A dashed frame that takes files and clicks."""

    clicked = pyqtSignal()

    def __init__(self, range_: RangeModel) -> None:
        super().__init__()
        self._range = range_
        self._hover = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._show()
        range_.project_changed.connect(self._show)

    def sizeHint(self) -> QSize:
        """As wide as the column, in a picture's shape."""
        return QSize(352, 210)

    def set_hover(self, hover: bool) -> None:
        """Light up while a file is dragged over the panel."""
        self._hover = hover
        self.update()

    def _show(self) -> None:
        self.setAccessibleName(self._words())
        self.update()

    def _words(self) -> str:
        opening = self._range.opening
        return tr("Welcome", "Opening {name}…").format(name=opening) if opening else tr("Welcome", "Drop a clip here")

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """A click chooses a file."""
        if a0 is not None and a0.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Frame, film and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        token, style = ("focus", Qt.PenStyle.SolidLine) if self._hover else ("outline", Qt.PenStyle.DashLine)
        painter.setPen(QPen(theme.colour(token), 2 if self._hover else 1.4, style))
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        middle = box.center()
        icons.draw(painter, "film", QRectF(middle.x() - 24, middle.y() - 62, 48, 48), "dim", 1.3)
        line = QRectF(box.left() + 20, middle.y() + 2, box.width() - 40, 24)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(15, strong=True))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._words())
        if not self._range.opening:
            painter.setPen(theme.colour("dim"))
            painter.setFont(theme.font(12))
            more = tr("Welcome", "or a timeline: OTIO, Kdenlive, MLT, FCPXML, EDL")
            painter.drawText(line.translated(0, 26), Qt.AlignmentFlag.AlignCenter, more)


class Welcome(QWidget):
    """From here to a first sound in three clicks: the demo, its cues, Generate."""

    open_asked = pyqtSignal()
    demo_asked = pyqtSignal()

    def __init__(self, range_: RangeModel) -> None:
        super().__init__()
        self._range = range_
        self.zone = DropZone(range_)
        self.open_button = Button(tr("Welcome", "Open…"))
        self.open_button.setToolTip(tr("Welcome", "Open a timeline or clip of your own (Ctrl+O)"))
        self.demo = Button(tr("Welcome", "Try the demo"), "primary")
        self.demo.setToolTip(tr("Welcome", "Open a short picture that comes with FoleyCue, and a prompt"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.zone)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self.demo, 1)
        buttons.addWidget(self.open_button, 1)
        column.addLayout(buttons)
        column.addLayout(_steps())
        self.zone.clicked.connect(self.open_asked)
        self.open_button.clicked.connect(self.open_asked)
        self.demo.clicked.connect(self.demo_asked)
        range_.project_changed.connect(self._show)

    def tab_order(self) -> list[QWidget]:
        """What Tab reaches."""
        return [self.demo, self.open_button]

    def _show(self) -> None:
        for button in (self.demo, self.open_button):
            button.setEnabled(not self._range.opening)


def _steps() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(10)
    grid.setColumnStretch(1, 1)
    for row, words in enumerate(
        (
            tr("Welcome", "Mark a range. Cues appear where something should be heard; move, add or tap them."),
            tr("Welcome", "Say what it sounds like, and generate takes."),
            tr("Welcome", "Hear them with the picture, and insert the best one into a copy of your timeline."),
        )
    ):
        number = caption(str(row + 1), "key")
        number.setFixedSize(22, 20)
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text = QLabel(words)
        text.setWordWrap(True)
        grid.addWidget(number, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, row, 1)
    return grid
