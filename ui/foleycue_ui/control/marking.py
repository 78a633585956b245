# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file to a marked range with its pictures, earlier takes and cues."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PyQt6.QtCore import QObject, QTimer

from foleycue_shared.cues import CueSource
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import Analysed, Cancel, Cancelled, CueRequest, Done, Failed, JobEvent, Refused
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr
from foleycue_ui.model.cue_edits import Exchange
from foleycue_ui.model.state import PanelState
from foleycue_ui.model.takes import TakeEntry, read_sound

if TYPE_CHECKING:
    from foleycue_plugin.usecases import AnalysisPlan, Project, Selection

DEBOUNCE_MS = 250


def cue_request(state: PanelState) -> CueRequest:
    """How the cues that the lane predicts are found: source, sensitivity, regions."""
    return msgspec.structs.replace(state.cues.request, regions=state.regions.keys)


class Marking(QObject):
    """Opens timelines, reads marked ranges, asks for their cues."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._opened = 0
        self._origin = 0
        self.analysis_id = ""
        self._asked = Exchange.NONE, CueSource.PICTURE
        self._sensitivity_pause = QTimer(self)
        self._sensitivity_pause.setSingleShot(True)
        self._sensitivity_pause.setInterval(DEBOUNCE_MS)
        self._sensitivity_pause.timeout.connect(self.refine)
        self._state.cues.sensitivity_changed.connect(self._sensitivity_pause.start)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DEBOUNCE_MS)
        self._pause.timeout.connect(self._read_range)
        self._state.range.changed.connect(self._on_range)
        self._engine = self._state.request.engine
        self._state.request.changed.connect(self._on_request)

    def open(self, path: Path) -> None:
        """Open a timeline or a media file; what was open stays when it cannot be."""

        def read() -> "Project":
            from foleycue_plugin.usecases import open_source

            return open_source(path)

        self.open_from(path.name, read, lambda _: None)

    def open_from(self, name: str, read: "Callable[[], Project]", then: "Callable[[Project], None]") -> None:
        """Open what read() gives in a worker thread, and call then with it once it is shown."""
        self._opened += 1
        number = self._opened
        self._state.range.set_opening(name)

        def done(project: "Project") -> None:
            if number == self._opened:
                self._take_project(project)
                then(project)

        def failed(error: FoleyCueError) -> None:
            if number == self._opened:
                self._state.range.set_opening("")
                self._desk.tell(error, key="open")

        self._desk.work.submit(read, done, failed)

    def analyse(self, exchange: Exchange = Exchange.NONE, source: CueSource | None = None) -> None:
        """Ask for cues, from the same source as before unless another is named."""
        selection = self._state.range.selection
        if selection is None:
            return
        self.drop_analysis()
        source = source or self._state.cues.source
        self._asked = exchange, source
        engine, cues = self._state.request.engine, msgspec.structs.replace(cue_request(self._state), source=source)
        self._state.job.update(analysing=True)

        def plan() -> "AnalysisPlan":
            from foleycue_plugin.usecases import plan_analysis

            return plan_analysis(selection, engine=engine, cues=cues)

        def done(ready: "AnalysisPlan") -> None:
            if selection is self._state.range.selection:
                self.analysis_id = ready.request.job_id
                self._desk.bridge.send(ready.request, [ready.document])

        def failed(error: FoleyCueError) -> None:
            if selection is self._state.range.selection:
                self._analysis_failed(error)

        self._desk.work.submit(plan, done, failed)

    def refine(self) -> None:
        """Ask for cues anew because sensitivity or regions changed; see Exchange.REFINE for those that were edited."""
        self.analyse(Exchange.REFINE)

    def cues_from(self, source: CueSource) -> None:
        """Exchange the predicted cues for those of the picture or the guide track; one step that can be undone."""
        cues = self._state.cues
        if source == cues.source and cues.predicted:
            cues.renew()
        else:
            self.analyse(Exchange.ANEW, source)

    def drop_analysis(self) -> None:
        """Stop waiting for an analysis, and tell the backend so."""
        if self.analysis_id:
            self._desk.bridge.send(Cancel(job_id=self.analysis_id))
        self.analysis_id = ""
        if self._state.job.analysing:
            self._state.job.update(analysing=False)

    def on_event(self, event: JobEvent | Refused, blobs: list[bytes]) -> None:
        """An event of the analysis."""
        if isinstance(event, Analysed):
            exchange, self._state.cues.source = self._asked
            self._show_analysis(event, blobs, exchange)
        elif isinstance(event, Failed | Refused):
            self._analysis_failed(
                FoleyCueError(event.code, event.message, event.detail if isinstance(event, Failed) else "")
            )
        elif isinstance(event, Done | Cancelled):
            self._analysis_over()

    def take_analysis(self, event: Analysed, blobs: list[bytes]) -> None:
        """Show what a generation found, where nothing is shown yet: it was asked before what is shown now."""
        self._state.request.set_suggestions(event.suggestions)
        if not self._state.cues.known:
            self._show_analysis(event, blobs, Exchange.NONE)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _show_analysis(self, event: Analysed, blobs: list[bytes], exchange: Exchange) -> None:
        curve = np.frombuffer(blobs[0], np.float32) if blobs and len(blobs[0]) % 4 == 0 else np.zeros(0, np.float32)
        self._state.notices.clear("analysis")
        self._state.cues.confidence = event.confidence
        self._state.request.set_suggestions(event.suggestions)
        limit = self._state.range.marked.samples(CUE_RATE)
        cues = tuple(cue for cue in event.cues if 0 <= cue.sample < limit)
        self._state.cues.set_picture(cues, curve, float(Fraction(event.curve_rate)), event.shots, exchange)

    def _take_project(self, project: "Project") -> None:
        self.drop_analysis()
        for key in ("open", "range", "analysis"):
            self._state.notices.clear(key)
        self._state.cues.move_range(None, 0)
        self._state.request.clear_shot_prompts()
        self._state.takes.clear()
        self._desk.player.unload()
        self._origin = 0
        self._state.range.set_project(project)
        if project.marked is not None:
            self._state.range.mark(project.marked.start, project.marked.end)

    def _on_range(self) -> None:
        marked = self._state.range.marked
        rate = marked.rate
        shift = frames_to_samples(self._origin, rate, CUE_RATE) - frames_to_samples(marked.start, rate, CUE_RATE)
        self._origin = marked.start
        self.drop_analysis()
        self._state.cues.move_range(shift, marked.samples(CUE_RATE))
        self._state.takes.clear()
        self._pause.start()

    def _on_request(self) -> None:
        """Another engine may have another view of the picture: what the last one said is forgotten and asked anew."""
        if self._state.request.engine != self._engine:
            self._engine = self._state.request.engine
            if self._state.range.selection is not None:
                self._state.cues.move_range(0, self._state.range.marked.samples(CUE_RATE))
                self.analyse()

    def _read_range(self) -> None:
        project, start, end = self._state.range.project, self._state.range.start, self._state.range.end
        if project is None:
            return

        def read() -> "Selection":
            from foleycue_plugin.usecases import select_frames

            return select_frames(project, start, end)

        def current() -> bool:
            now = self._state.range
            return (now.project, now.start, now.end) == (project, start, end)

        def done(selection: "Selection") -> None:
            if current():
                self._take_range(selection)

        def failed(error: FoleyCueError) -> None:
            if current():
                self._state.range.set_selection(None)
                self._desk.tell(error, key="range")

        self._desk.work.submit(read, done, failed)

    def _take_range(self, selection: "Selection") -> None:
        self._state.notices.clear("range")
        marked = selection.range
        self._desk.player.load(selection.picture_pieces, marked.rate, marked.frames)
        self._state.range.set_selection(selection)
        self._read_takes(selection)
        self.analyse()

    def _read_takes(self, selection: "Selection") -> None:
        """Only now that the range is shown: a take that is stored while we read is shown by who stores it."""

        def read() -> tuple[TakeEntry, ...]:
            stored = self._desk.store().takes_for(selection.fingerprint)
            return tuple(TakeEntry(take, read_sound(take.path)) for take in stored if take.path.exists())

        def done(found: tuple[TakeEntry, ...]) -> None:
            if selection is self._state.range.selection:
                self._state.takes.load(*found)

        self._desk.work.submit(read, done, lambda error: self._desk.tell(error, key="store"))

    def _analysis_failed(self, error: FoleyCueError) -> None:
        self._analysis_over()
        again = self._asked
        self._desk.tell(error, key="analysis", action=tr("Analysis", "Try again"), run=lambda: self.analyse(*again))

    def _analysis_over(self) -> None:
        self.analysis_id = ""
        self._state.job.update(analysing=False)
