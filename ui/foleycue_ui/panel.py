# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel: one narrow column, composed of its parts, with the keys that work everywhere in it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from foleycue_shared.places import Places
from foleycue_ui.control.bridge import ClientFactory
from foleycue_ui.control.controller import Controller
from foleycue_ui.look import theme
from foleycue_ui.model.state import Notice, PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.controls import rule
from foleycue_ui.widgets.cue_lane import CueLane
from foleycue_ui.widgets.cue_tools import CueTools
from foleycue_ui.widgets.generate_bar import GenerateBar
from foleycue_ui.widgets.notices import NoticeStack
from foleycue_ui.widgets.options_row import OptionsRow
from foleycue_ui.widgets.picture_view import PictureView
from foleycue_ui.widgets.prompt_box import PromptBox
from foleycue_ui.widgets.range_strip import RangeStrip
from foleycue_ui.widgets.state_bar import StateBar
from foleycue_ui.widgets.take_list import TakeList
from foleycue_ui.widgets.transport import Transport

_TEXT = (QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)
_KEY = Qt.Key


class _Column(QScrollArea):
    """Scrolls by wheel and bar; keys pass through, since the arrows step frames."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setObjectName("scroll")
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Leave all keys to the panel."""
        if event is not None:
            event.ignore()


class Panel(QWidget):
    """The window. Everything it does goes through state and controller."""

    first_painted = pyqtSignal()

    def __init__(
        self,
        places: Places,
        client_factory: ClientFactory,
        player: Player | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("FoleyCue")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.state = PanelState(self)
        self.player = player or Player(self)
        self.controller = Controller(self.state, self.player, places, client_factory, self.ask_save_path, self)
        self._painted = False
        self._closed = False
        self._make_parts()
        self._lay_out()
        self._connect()
        self._order_tabs()
        self.resize(420, 1000)
        self.setMinimumWidth(380)

    # -- making ---------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        state = self.state
        self.state_bar = StateBar(state.range, state.link)
        self.notices = NoticeStack(state.notices)
        self.range_strip = RangeStrip(state.range)
        self.picture = PictureView(state.range)
        self.transport = Transport(self.player, state.range)
        self.cue_lane = CueLane(state)
        self.cue_tools = CueTools(state)
        self.prompt = PromptBox(state.request)
        self.options = OptionsRow(state.request)
        self.generate_bar = GenerateBar(state)
        self.takes = TakeList(state, self.player)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("column")
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, theme.MARGIN)
        column.setSpacing(10)
        for part in (self.picture, self.transport, self.range_strip, self.cue_lane, self.cue_tools):
            column.addWidget(part)
        column.addWidget(rule())
        for part in (self.prompt, self.options, self.generate_bar):
            column.addWidget(part)
        column.addWidget(rule())
        column.addWidget(self.takes)
        column.addStretch(1)
        self.column = _Column(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.state_bar)
        whole.addWidget(rule())
        whole.addWidget(self.notices)
        whole.addWidget(self.column, 1)

    def _connect(self) -> None:
        controller, player, state = self.controller, self.player, self.state
        self.state_bar.open_asked.connect(self.ask_open)
        self.picture.clicked.connect(lambda: player.toggle() if state.range.open else self.ask_open())
        player.picture_changed.connect(self.picture.set_image)
        player.position_changed.connect(self.cue_lane.set_playhead)
        self.cue_lane.seek_asked.connect(player.seek)
        self.range_strip.refused.connect(lambda text: state.notices.post(Notice("warning", text, key="range")))
        self.prompt.generate_asked.connect(controller.generate)
        self.generate_bar.generate_asked.connect(controller.generate)
        self.generate_bar.cancel_asked.connect(controller.cancel)
        self.takes.play_asked.connect(self._hear)
        self.takes.insert_asked.connect(controller.insert)
        self.takes.discard_asked.connect(controller.discard)
        controller.editors.attention.connect(self._come_forward)

    def _order_tabs(self) -> None:
        """From top to bottom as the eye goes."""
        transport, options = self.transport, self.options
        chain: list[QWidget] = [self.state_bar.open_button]
        chain += [transport.to_start, transport.back, transport.play, transport.forward, transport.loop]
        chain += [self.range_strip.strip, self.range_strip.in_field, self.range_strip.out_field, self.cue_lane]
        chain += [self.cue_tools.undo, self.cue_tools.from_picture, self.cue_tools.clear]
        chain += [self.prompt.prompt, self.prompt.negative]
        chain += [options.takes, options.seed, options.dice, options.engine]
        chain += [self.generate_bar.generate, self.generate_bar.cancel]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    # -- files ----------------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Let the user choose a timeline or a clip."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a timeline or clip")
        if chosen:
            self.controller.open(Path(chosen))

    def ask_save_path(self, proposal: Path) -> Path | None:
        """Let the user choose where the copy of the timeline goes."""
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save a copy of the timeline with the sound", str(proposal), _filter(proposal)
        )
        return Path(chosen) if chosen else None

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files."""
        if event is not None and _dropped(event) is not None:
            event.acceptProposedAction()
            self.picture.set_drop_hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Never mind."""
        self.picture.set_drop_hover(False)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open what was dropped."""
        self.picture.set_drop_hover(False)
        path = None if event is None else _dropped(event)
        if event is not None and path is not None:
            event.acceptProposedAction()
            self.controller.open(path)

    # -- keys -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Keys that no part of the panel wanted."""
        if event is None:
            return
        action = self._action(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        key, typing = event.key(), isinstance(QApplication.focusWidget(), _TEXT)
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == _KEY.Key_Escape:
            return self._escape
        if ctrl and key in (_KEY.Key_Return, _KEY.Key_Enter):
            return self.controller.generate
        if ctrl and key == _KEY.Key_O:
            return self.ask_open
        if typing:
            return None
        if ctrl:
            undo, redo = self.state.cues.undo, self.state.cues.redo
            return {_KEY.Key_Z: redo if shift else undo, _KEY.Key_Y: redo}.get(_KEY(key))
        if _KEY.Key_1 <= key <= _KEY.Key_8:
            return lambda: self.state.takes.choose_number(key - _KEY.Key_0)
        second = max(1, round(self.player.rate))
        actions: dict[int, Callable[[], object]] = {
            _KEY.Key_Space: self.player.toggle,
            _KEY.Key_Return: self.controller.insert,
            _KEY.Key_Enter: self.controller.insert,
            _KEY.Key_R: self.controller.generate,
            _KEY.Key_Left: lambda: self.player.step(-second if shift else -1),
            _KEY.Key_Right: lambda: self.player.step(second if shift else 1),
            _KEY.Key_Home: self.player.stop,
            _KEY.Key_Delete: self.state.cues.delete_selected,
        }
        return actions.get(key)

    def _escape(self) -> None:
        if self.state.job.active:
            self.controller.cancel()
        else:
            self.setFocus()

    def _hear(self, take_id: str) -> None:
        self.state.takes.choose(take_id)
        self.player.play()

    def _come_forward(self) -> None:
        """Somebody clicked on us in an editor."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    # -- life -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Tell once that something is on screen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin with the keys in the panel's hands, not in its first button's."""
        super().showEvent(event)
        self.setFocus()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End all threads."""
        if not self._closed:
            self._closed = True
            self.controller.close()
        super().closeEvent(event)


def _dropped(event: QDropEvent) -> Path | None:
    data = event.mimeData()
    urls = data.urls() if data is not None else []
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _filter(proposal: Path) -> str:
    suffixes = dict.fromkeys((proposal.suffix, ".otio"))
    return f"Timelines ({' '.join(f'*{suffix}' for suffix in suffixes)})"
