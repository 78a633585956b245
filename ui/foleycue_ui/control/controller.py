# SPDX-License-Identifier: GPL-3.0-or-later
"""Between state and the world: what the user asks for goes out, what happens out there comes into the state."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, QTimer
from PyQt6.QtGui import QGuiApplication

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import (
    EngineList,
    Event,
    JobEvent,
    ListEngines,
    Refused,
    Understood,
    WorkerState,
)
from foleycue_shared.places import Places
from foleycue_ui.control.bridge import Bridge, ClientFactory
from foleycue_ui.control.clipboard import LentClipboard
from foleycue_ui.control.cue_sheets import CueSheets
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.editors import Editors, Way
from foleycue_ui.control.generation import Generation
from foleycue_ui.control.guide import GuideTrack
from foleycue_ui.control.insertion import AskPath, Insertion
from foleycue_ui.control.job_queue import JobQueue
from foleycue_ui.control.keeping import Keeping
from foleycue_ui.control.locating import Locating
from foleycue_ui.control.marking import Marking
from foleycue_ui.control.memory import Memory
from foleycue_ui.control.models import ModelKeeper
from foleycue_ui.control.regions import Regions
from foleycue_ui.control.release import Release
from foleycue_ui.control.resumption import Resumption
from foleycue_ui.control.understanding import Understanding
from foleycue_ui.control.work import Work
from foleycue_ui.look.words import tr
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
        self.queue = JobQueue(desk, self.marking, self)
        self.resumption = Resumption(desk, self.queue, self)
        self.generation = Generation(desk, self.queue, self)
        self.keeping = Keeping(desk, self)
        self.editors = Editors(desk, self.marking, self.generation, LentClipboard(self), self)
        self.insertion = Insertion(desk, self.editors, self.keeping, ask_path, self)
        self.understanding = Understanding(desk, self)
        self.release = Release(desk, self)
        self.models = ModelKeeper(desk, state.models, self)
        self.memory = Memory(desk, self.marking, self.editors, self)
        self.guide_track = GuideTrack(desk, self)
        self.cue_sheets = CueSheets(desk, self)
        self.regions = Regions(desk, self.marking, self)
        self.locating = Locating(desk, self)
        self._bridge.arrived.connect(self._on_event)
        self._bridge.link_changed.connect(self._on_state)
        state.takes.chosen_changed.connect(self._on_chosen)
        self.queue.adoption.stored.connect(self.keeping.check_room)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application)

    def prepare(self, load: Callable[[], None], then: Callable[[], None]) -> None:
        """Before the start: what is slow to load is loaded beside the GUI thread, then then() is called."""

        def loaded(_: None) -> None:
            self._player.prepare()
            # Clicks and paints that came meanwhile are answered before the rest begins.
            QTimer.singleShot(0, then)

        self._work.submit(load, loaded, lambda error: self._desk.tell(error, key="link"))

    def start(self) -> None:
        """Begin to look for the backend, and for editors."""
        self.memory.start()
        self._bridge.start()
        self.resumption.resume()
        self.keeping.start()
        self.editors.start()

    def close(self) -> None:
        """End threads; jobs in the backend go on and are found again at the next start."""
        self.memory.close()
        self.keeping.close()
        self.understanding.close()
        self.release.close()
        self._player.close()
        self.guide_track.close()
        self.regions.close()
        self.locating.cancel()
        self.editors.close()
        self.models.close()
        self._bridge.close()
        self._work.close()
        self.editors.close()  # once more: its start may have been on its way

    def reconnect(self) -> None:
        """Look for the backend again after it could not be reached."""
        self._state.notices.clear("link")
        self._bridge.reconnect()

    # -- what the user asks for -----------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a timeline or a media file."""
        self.marking.open(path)

    def open_demo(self) -> None:
        """Open the picture that comes with FoleyCue, and say what is heard in it unless the user has said something."""
        from foleycue_plugin import demo

        if not self._state.request.prompt:
            self._state.request.set(prompt=demo.PROMPT)
        self.marking.open(demo.TIMELINE)

    def generate(self) -> None:
        """Make takes."""
        self.generation.generate()

    def cancel(self) -> None:
        """Stop the generation that runs."""
        self.queue.cancel()

    def insert(self, take_id: str = "", way: Way = Way.USUAL) -> None:
        """Insert a take, or the chosen one."""
        self.insertion.insert(take_id, way)

    def undo(self) -> None:
        """Take back what was done last: an insertion, or a change of cues."""
        if self.insertion.comes_last:
            self.insertion.undo()
        else:
            self._state.cues.undo()

    def discard(self, take_id: str) -> None:
        """Remove a take from the panel; from disk only when it can no longer be brought back."""
        self.keeping.discard(take_id)

    # -- what happens ---------------------------------------------------------------------------------------------

    def _on_event(self, event: Event, blobs: list[bytes]) -> None:
        if isinstance(event, EngineList):
            self.models.take_engines(event.engines)
            self.locating.take_finder(event.finder)
        elif isinstance(event, Understood):
            self.understanding.on_event(event)
        elif isinstance(event, WorkerState):
            self._state.link.set_worker(event.state, event.engine or "", event.device)
        elif isinstance(event, JobEvent | Refused):
            if event.job_id and event.job_id == self.marking.analysis_id:
                self.marking.on_event(event, blobs)
            elif event.job_id and event.job_id == self.locating.job_id:
                self.locating.on_event(event)
            elif event.job_id and self.queue.knows(event.job_id):
                self.queue.on_event(event, blobs)
            elif isinstance(event, Refused) and event.job_id is None:
                self._desk.tell(FoleyCueError(event.code, event.message), key="refused")

    def _on_state(self, state: str, detail: str) -> None:
        self._state.link.set_state(state, detail)
        if state == "connected":
            self._state.notices.clear("link")
            self._bridge.send(ListEngines())
            self.understanding.refresh()
        elif state == "failed":
            sentence = detail or tr("Panel", "The backend cannot be reached.")
            self._desk.tell(
                FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, sentence),
                key="link",
                action=tr("Panel", "Reconnect"),
                run=self.reconnect,
            )

    def _on_application(self, state: Qt.ApplicationState) -> None:
        """Whoever comes back to the panel may have installed an engine meanwhile."""
        if state == Qt.ApplicationState.ApplicationActive and self._state.link.state == "connected":
            self._bridge.send(ListEngines())

    def _on_chosen(self) -> None:
        chosen = self._state.takes.chosen
        self._player.set_take(chosen.sound if chosen else None)
