# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel: one narrow column, stacked from its sections, and the keys that work everywhere in it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PyQt6.QtCore import QByteArray, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from foleycue_shared.places import Places
from foleycue_ui.control.actions import Action, KeyMap, key_name, works_while_typing
from foleycue_ui.control.appearance import Appearance
from foleycue_ui.control.bridge import ClientFactory
from foleycue_ui.control.controller import Controller
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import GEOMETRY, Settings
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.ask_section import AskSection
from foleycue_ui.widgets.column import Column, Columns
from foleycue_ui.widgets.controls import rule
from foleycue_ui.widgets.engines_page import EnginesPage
from foleycue_ui.widgets.following import Following
from foleycue_ui.widgets.lane_section import LaneSection
from foleycue_ui.widgets.notices import NoticeStack
from foleycue_ui.widgets.page import Page
from foleycue_ui.widgets.pages import Pages
from foleycue_ui.widgets.picture_section import PictureSection
from foleycue_ui.widgets.settings_page import SettingsPage
from foleycue_ui.widgets.shortcuts_page import ShortcutsPage
from foleycue_ui.widgets.state_bar import StateBar
from foleycue_ui.widgets.takes_section import TakesSection
from foleycue_ui.widgets.welcome import Welcome

_TEXT = (QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)


class Panel(QWidget):
    """The window. Everything it does goes through state and controller."""

    first_painted = pyqtSignal()
    reopen_asked = pyqtSignal()

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
        self.settings = Settings(places.config, self)
        self.appearance = Appearance(self.settings, self)
        self.state = PanelState(self)
        self.player = player or Player(self)
        self.controller = Controller(
            self.state, self.player, places, self.settings, client_factory, self.ask_save_path, self
        )
        self._painted = False
        self._closed = False
        self._make_parts()
        self._lay_out()
        self._connect()
        self._order_tabs()
        self.setMinimumWidth(380)
        if not self.restoreGeometry(self.settings.value(GEOMETRY, QByteArray())):
            self.resize(420, 1000)

    # -- making ---------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        state, controller, player = self.state, self.controller, self.player
        self.state_bar = StateBar(state.range, state.link)
        self.notices = NoticeStack(state.notices)
        self.picture_section = PictureSection(state, controller, player)
        self.lane_section = LaneSection(state, controller, player)
        self.ask_section = AskSection(state, controller)
        self.takes_section = TakesSection(state, controller, player)
        self.sections = (self.picture_section, self.lane_section, self.ask_section, self.takes_section)
        self.keys = KeyMap(self.settings, self)
        self.welcome = Welcome(state.range)
        self.engines_page = EnginesPage(state.models, controller.models, self.settings)
        self.settings_page = SettingsPage(self.settings)
        self.shortcuts_page = ShortcutsPage(self.keys)
        self._own = self.actions()
        self.keys.add([*self._own, *(action for section in self.sections for action in section.actions())])

    def _lay_out(self) -> None:
        self.columns = Columns(
            Column(self.picture_section, self.lane_section, fills=self.lane_section),
            Column(self.ask_section, rule(), self.takes_section),
            self.settings,
        )
        self.following = Following(self.columns.below, self.takes_section.takes, self.state)
        pages = (self.engines_page, self.settings_page, self.shortcuts_page)
        self.pages = Pages(self.state.range, self.welcome, self.columns, *pages)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.state_bar)
        whole.addWidget(rule())
        whole.addWidget(self.pages, 1)
        whole.addWidget(self.notices)

    def _connect(self) -> None:
        bar = self.state_bar
        bar.open_asked.connect(self.ask_open)
        bar.engines_asked.connect(self._turner(self.engines_page))
        bar.settings_asked.connect(self._turner(self.settings_page))
        bar.reconnect_asked.connect(self.controller.reconnect)
        self.settings_page.shortcuts_asked.connect(self._turner(self.shortcuts_page))
        self.settings_page.reopen_asked.connect(self.reopen_asked)
        self.welcome.open_asked.connect(self.ask_open)
        self.welcome.demo_asked.connect(self.controller.open_demo)
        self.takes_section.prompt_asked.connect(self.ask_section.focus_prompt)
        self.notices.height_changed.connect(self.columns.cover)
        self.controller.editors.attention.connect(self._come_forward)

    def _order_tabs(self) -> None:
        """From top to bottom as the eye goes."""
        chain = [*self.state_bar.tab_order(), *self.welcome.tab_order()]
        for section in self.sections:
            chain += section.tab_order()
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    # -- files ----------------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Let the user choose a timeline or a clip."""
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Panel", "Open a timeline or clip"))
        if chosen:
            self.controller.open(Path(chosen))

    def ask_save_path(self, proposal: Path) -> Path | None:
        """Let the user choose where the copy of the timeline goes."""
        title = tr("Panel", "Save a copy of the timeline with the sound")
        chosen, _ = QFileDialog.getSaveFileName(self, title, str(proposal), _filter(proposal))
        return Path(chosen) if chosen else None

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files."""
        if event is not None and _dropped(event) is not None:
            event.acceptProposedAction()
            self._light_up(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Never mind."""
        self._light_up(False)

    def _light_up(self, hover: bool) -> None:
        self.welcome.zone.set_hover(hover)
        self.picture_section.set_drop_hover(hover)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open what was dropped."""
        self._light_up(False)
        path = None if event is None else _dropped(event)
        if event is not None and path is not None:
            event.acceptProposedAction()
            self.controller.open(path)

    # -- keys -----------------------------------------------------------------------------------------------------

    def actions(self) -> list[Action]:
        """What belongs to the panel as a whole."""
        group = tr("Actions", "Panel")
        return [
            Action("open", tr("Actions", "Open a timeline or clip"), ("Ctrl+O",), self.ask_open, group),
            Action("escape", tr("Actions", "Back, cancel, or leave a field"), ("Esc",), self._escape, group),
            Action("engines", tr("Actions", "Engines and models"), ("Ctrl+M",), self._turner(self.engines_page), group),
            Action("settings", tr("Actions", "Settings"), ("Ctrl+,",), self._turner(self.settings_page), group),
            Action("shortcuts", tr("Actions", "Shortcuts"), ("?", "F1"), self._turner(self.shortcuts_page), group),
            Action("above-taller", tr("Actions", "More room for the cues"), ("Ctrl+Down",), self._room(40), group),
            Action("below-taller", tr("Actions", "More room for the takes"), ("Ctrl+Up",), self._room(-40), group),
        ]

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Keys that no part of the panel wanted."""
        if event is None:
            return
        key = key_name(event)
        action = self.keys.owner(key) if key else None
        typing = isinstance(QApplication.focusWidget(), _TEXT)
        away = self.pages.away and action not in self._own
        if action is None or away or (typing and not works_while_typing(key)):
            super().keyPressEvent(event)
        elif action.repeats or not event.isAutoRepeat():
            action.run()

    def _turner(self, page: Page) -> Callable[[], None]:
        return lambda: self.pages.turn_to(page)

    def _room(self, pixels: int) -> Callable[[], None]:
        return lambda: self.columns.shift(pixels)

    def _escape(self) -> None:
        if self.pages.away:
            self.pages.turn_back()
        elif self.state.job.active:
            self.controller.cancel()
        else:
            self.setFocus()

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

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Notices take a share of the height."""
        super().resizeEvent(event)
        self.notices.fit(self.height())

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin with the keys in the panel's hands, not in its first button's."""
        super().showEvent(event)
        self.setFocus()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End all threads."""
        if not self._closed:
            self._closed = True
            self.columns.keep_sizes()
            self.settings.set(GEOMETRY, self.saveGeometry())
            self.appearance.close()
            self.controller.close()
            self.settings.save()
        super().closeEvent(event)


def _dropped(event: QDropEvent) -> Path | None:
    """The one file that is dropped; not a take of ours on its way out."""
    if event.source() is not None:
        return None
    data = event.mimeData()
    urls = data.urls() if data is not None else []
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _filter(proposal: Path) -> str:
    suffixes = dict.fromkeys((proposal.suffix, ".otio"))
    return tr("Panel", "Timelines ({patterns})").format(patterns=" ".join(f"*{suffix}" for suffix in suffixes))
