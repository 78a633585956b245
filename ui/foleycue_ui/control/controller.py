# SPDX-License-Identifier: GPL-3.0-or-later
"""Between state and the world: what the user asks for goes out, what happens out there comes into the state."""

from pathlib import Path

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QGuiApplication

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    EngineList,
    Event,
    JobEvent,
    ListEngines,
    Refused,
    WorkerState,
)
from foleycue_shared.places import Places
from foleycue_ui.control.bridge import Bridge, ClientFactory
from foleycue_ui.control.clipboard import LentClipboard
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors
from foleycue_ui.control.generation import Generation
from foleycue_ui.control.guide import GuideTrack
from foleycue_ui.control.insertion import AskPath, Insertion
from foleycue_ui.control.marking import Marking
from foleycue_ui.control.regions import Regions
from foleycue_ui.control.work import Work
from foleycue_ui.model.settings import Settings
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player


class Controller(QObject):
    """Everything that a click can set off; owns line, pool and player and ends them in close()."""

    def __init__(
        self,
        state: PanelState,
        player: Player,
        places: Places,
        settings: Settings,
        client_factory: ClientFactory,
        ask_path: AskPath,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._player = player
        self._bridge = Bridge(client_factory, self)
        self._work = Work(self)
        desk = Desk(state, player, self._bridge, self._work, places, settings)
        self._desk = desk
        self.settings = settings
        self.marking = Marking(desk, self)
        self.generation = Generation(desk, self.marking, self)
        self.editors = Editors(desk, self.marking, self.generation, LentClipboard(self), self)
        self.insertion = Insertion(desk, self.editors, ask_path, self)
        self.guide_track = GuideTrack(desk, self)
        self.regions = Regions(desk, self.marking, self)
        self._greeted = False
        self._bin = ""
        self._bridge.arrived.connect(self._on_event)
        self._bridge.link_changed.connect(self._on_state)
        state.takes.chosen_changed.connect(self._on_chosen)
        state.range.changed.connect(self._on_range)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application)

    def start(self) -> None:
        """Begin to look for the backend, and for editors."""
        self._bridge.start()
        self.editors.start()

    def close(self) -> None:
        """End threads; jobs in the backend go on and are found again at the next start."""
        self._empty_bin()
        self._player.close()
        self.guide_track.close()
        self.regions.close()
        self.editors.close()
        self._bridge.close()
        self._work.close()

    # -- what the user asks for -----------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a timeline or a media file."""
        self.marking.open(path)

    def generate(self) -> None:
        """Make takes."""
        self.generation.generate()

    def cancel(self) -> None:
        """Stop the generation."""
        self.generation.cancel()

    def insert(self, take_id: str = "") -> None:
        """Insert a take, or the chosen one."""
        self.insertion.insert(take_id)

    def discard(self, take_id: str) -> None:
        """Remove a take from the panel; from disk only when it can no longer be brought back."""
        takes = self._state.takes
        place = next((k for k, entry in enumerate(takes.entries) if entry.take.take_id == take_id), None)
        if place is None:
            return
        entry = takes.entries[place]
        self._empty_bin()
        self._bin = take_id
        takes.remove(take_id)

        def undo() -> None:
            if self._bin == take_id:
                self._bin = ""
                self._state.notices.clear("discard")
                takes.restore(entry, place)

        self._desk.inform(f"Take {place + 1} was discarded.", key="discard", action="Undo", run=undo)

    def _empty_bin(self) -> None:
        take_id, self._bin = self._bin, ""
        if take_id:

            def remove() -> None:
                self._desk.store().discard([take_id])
                self._desk.store().purge([take_id])

            self._work.submit(
                remove,
                lambda _: None,
                lambda error: self._desk.tell(error, key="store"),
            )

    # -- what happens ---------------------------------------------------------------------------------------------

    def _on_event(self, event: Event, blobs: list[bytes]) -> None:
        if isinstance(event, EngineList):
            self._state.request.set_engines(event.engines)
        elif isinstance(event, WorkerState):
            self._state.link.set_worker(event.state, event.engine or "", event.device)
        elif isinstance(event, JobEvent | Refused):
            if event.job_id and event.job_id == self.marking.analysis_id:
                self.marking.on_event(event, blobs)
            elif event.job_id and self.generation.knows(event.job_id):
                self.generation.on_event(event, blobs)
            elif isinstance(event, Refused) and event.job_id is None:
                self._desk.tell(FoleyCueError(event.code, event.message), key="refused")

    def _on_state(self, state: str, detail: str) -> None:
        self._state.link.set_state(state, detail)
        if state == "connected":
            self._state.notices.clear("link")
            self._bridge.send(ListEngines())
            if not self._greeted:
                self._greeted = True
                self.generation.offer_unfinished()
        elif state == "failed":
            sentence = detail or "The backend cannot be reached: close the panel and start it again."
            self._desk.tell(FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, sentence), key="link")

    def _on_application(self, state: Qt.ApplicationState) -> None:
        """Whoever comes back to the panel may have installed an engine meanwhile."""
        if state == Qt.ApplicationState.ApplicationActive and self._state.link.state == "connected":
            self._bridge.send(ListEngines())

    def _on_range(self) -> None:
        self._empty_bin()
        self._state.notices.clear("discard")

    def _on_chosen(self) -> None:
        chosen = self._state.takes.chosen
        self._player.set_take(chosen.sound if chosen else None)
