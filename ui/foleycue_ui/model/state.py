# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the panel shows, as observable objects without any widget.

Widgets read these and listen to their signals; only the controller and the widgets' own edits write them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import MAX_PROMPT, MAX_TAKES, EngineInfo
from foleycue_shared.timecode import format_timecode
from foleycue_shared.timing import FrameRange
from foleycue_ui.model.cues import CueModel
from foleycue_ui.model.takes import TakeModel

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Project, Selection

#: Seeds are drawn from here when the user leaves the choice to us; short enough to read aloud.
MAX_RANDOM_SEED = 999_999

#: What the phases of a job are called on screen.
PHASES = {
    "loading": "Loading the engine",
    "decode": "Reading the picture",
    "analyse": "Finding cues",
    "text": "Reading the prompt",
    "diffuse": "Making sound",
    "vocode": "Shaping the wave",
    "align": "Aligning to the cues",
    "finish": "Writing the take",
}


@dataclass(frozen=True, eq=False)
class Notice:
    """Something to tell: kind is "error", "warning" or "info"; key replaces an older one with the same key.

    detail is what "Copy details" copies; action names a button that calls run.
    """

    kind: str
    text: str
    detail: str = ""
    key: str = ""
    action: str = ""
    run: Callable[[], None] | None = None


class LinkModel(QObject):
    """The line to the backend: state as the client names it, and what the worker does."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "closed"
        self.detail = ""
        self.worker = "none"

    def set_state(self, state: str, detail: str = "") -> None:
        """Note a new state of the connection."""
        self.state, self.detail = state, detail
        self.changed.emit()

    def set_worker(self, worker: str) -> None:
        """Note what the worker does."""
        self.worker = worker
        self.changed.emit()


class RangeModel(QObject):
    """The open timeline and the marked range, in frames from the timeline's first one."""

    project_changed = pyqtSignal()
    changed = pyqtSignal()
    selection_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.path: Path | None = None
        self.opening = ""
        self.rate = Fraction(25)
        self.drop_frame = False
        self.start_frame = 0
        self.whole = 0
        self.start = 0
        self.end = 0
        self.selection: Selection | None = None

    @property
    def open(self) -> bool:
        """Whether a timeline is open."""
        return self.project is not None

    @property
    def marked(self) -> FrameRange:
        """The marked range; one frame long when nothing is open."""
        return FrameRange(self.start, max(1, self.end - self.start), self.rate)

    def set_opening(self, name: str) -> None:
        """Say which file is being opened; empty: none."""
        self.opening = name
        self.project_changed.emit()

    def set_project(self, project: "Project") -> None:
        """Take over a timeline and mark it wholly."""
        self.project, self.path, self.opening = project, project.source, ""
        self.rate, self.drop_frame, self.start_frame = project.rate, project.drop_frame, project.start_frame
        self.whole = project.frames
        self.start, self.end, self.selection = 0, project.frames, None
        self.project_changed.emit()
        self.changed.emit()

    def mark(self, start: int, end: int) -> None:
        """Mark frames start … end - 1, clipped to the timeline; at least one frame stays marked."""
        start = min(max(start, 0), max(0, self.whole - 1))
        end = min(max(end, start + 1), max(1, self.whole))
        if (start, end) != (self.start, self.end):
            self.start, self.end, self.selection = start, end, None
            self.changed.emit()

    def set_selection(self, selection: "Selection | None") -> None:
        """The marked range was read in full (or could not be)."""
        self.selection = selection
        self.selection_changed.emit()

    def timecode(self, frame: int) -> str:
        """The record timecode of a timeline frame."""
        return format_timecode(frame + self.start_frame, self.rate, self.drop_frame)

    def duration_text(self) -> str:
        """The marked length for reading: seconds and frames."""
        return f"{float(self.marked.seconds):.2f} s · {self.marked.frames} frames"

    def frame_of(self, text: str) -> int:
        """The timeline frame named by a timecode, "48f" or "2.5s". Raises BAD_RANGE with a sentence."""
        from foleycue_plugin.selection import parse_position

        if self.project is None:
            raise FoleyCueError(ErrorCode.BAD_RANGE, "No timeline is open: open one first.")
        return parse_position(text, self.project)[0]


class RequestModel(QObject):
    """What the user asks for."""

    changed = pyqtSignal()
    engines_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.prompt = ""
        self.negative = ""
        self.takes = 3
        self.seed: int | None = None  # None: a new one each time
        self.engine = "mini"
        self.engines: tuple[EngineInfo, ...] = ()
        self._random = Random()

    def set(
        self,
        *,
        prompt: str | None = None,
        negative: str | None = None,
        takes: int | None = None,
        engine: str | None = None,
    ) -> None:
        """Change what is given."""
        before = (self.prompt, self.negative, self.takes, self.engine)
        self.prompt = self.prompt if prompt is None else prompt[:MAX_PROMPT]
        self.negative = self.negative if negative is None else negative[:MAX_PROMPT]
        self.takes = self.takes if takes is None else min(max(takes, 1), MAX_TAKES)
        self.engine = self.engine if engine is None else engine
        if before != (self.prompt, self.negative, self.takes, self.engine):
            self.changed.emit()

    def set_seed(self, seed: int | None) -> None:
        """Fix the first take's seed, or leave it to chance with None."""
        if seed != self.seed:
            self.seed = seed
            self.changed.emit()

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """Take over the backend's list; an engine that cannot run is never left chosen."""
        if engines == self.engines:
            return
        self.engines = engines
        usable = [info.id for info in engines if info.available]
        if usable and self.engine not in usable:
            self.engine = usable[0]
        self.engines_changed.emit()
        self.changed.emit()

    def info(self, engine: str) -> EngineInfo | None:
        """What the backend says about an engine."""
        return next((info for info in self.engines if info.id == engine), None)

    def draw_seeds(self) -> tuple[int, ...]:
        """One seed for each take: from the fixed one upward, or by chance."""
        first = self._random.randint(1, MAX_RANDOM_SEED - MAX_TAKES) if self.seed is None else self.seed
        return tuple(first + k for k in range(self.takes))


class JobModel(QObject):
    """The generation that runs, and the analysis."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job_id = ""
        self.state = "idle"  # idle, preparing, queued, running, cancelling
        self.phase = ""
        self.step = self.steps = self.take = self.takes = self.ahead = 0
        self.fraction = 0.0
        self.eta: float | None = None
        self.analysing = False

    @property
    def active(self) -> bool:
        """Whether a generation is under way."""
        return self.state != "idle"

    def begin(self, takes: int) -> None:
        """A generation was asked for."""
        self.state, self.takes, self.job_id = "preparing", takes, ""
        self.phase, self.step, self.steps, self.take, self.fraction, self.eta = "", 0, 0, 0, 0.0, None
        self.changed.emit()

    def update(self, **values: object) -> None:
        """Change fields and tell."""
        for name, value in values.items():
            setattr(self, name, value)
        self.changed.emit()

    def end(self) -> None:
        """Nothing runs any more."""
        self.job_id = ""
        self.update(state="idle")

    def text(self) -> str:
        """Where the job is, in words: phase, take, step, time left."""
        if self.state == "cancelling":
            return "Cancelling…"
        if self.state == "preparing":
            return "Preparing…"
        if self.state == "queued":
            return "Waiting for the backend…" if self.ahead == 0 else f"Waiting behind {self.ahead} other jobs…"
        parts = [PHASES.get(self.phase, self.phase.capitalize())]
        if self.takes > 1:
            parts.append(f"{self.take + 1} of {self.takes}")
        if self.steps:
            parts.append(f"step {self.step}/{self.steps}")
        if self.eta is not None:
            parts.append(f"{max(1, round(self.eta))} s left")
        return " · ".join(parts)


class NoticeModel(QObject):
    """Inline notices, newest first; a notice with a key replaces the older one with the same key."""

    changed = pyqtSignal()
    LIMIT = 4

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.notices: tuple[Notice, ...] = ()

    def post(self, notice: Notice) -> None:
        """Show a notice."""
        rest = [old for old in self.notices if not (notice.key and old.key == notice.key)]
        self.notices = (notice, *rest)[: self.LIMIT]
        self.changed.emit()

    def dismiss(self, notice: Notice) -> None:
        """Take a notice away."""
        self.notices = tuple(old for old in self.notices if old is not notice)
        self.changed.emit()

    def clear(self, key: str) -> None:
        """Take away the notice with a key, if there is one."""
        if any(old.key == key for old in self.notices):
            self.notices = tuple(old for old in self.notices if old.key != key)
            self.changed.emit()


class PanelState(QObject):
    """Everything together."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = LinkModel(self)
        self.range = RangeModel(self)
        self.cues = CueModel(self)
        self.request = RequestModel(self)
        self.job = JobModel(self)
        self.takes = TakeModel(self)
        self.notices = NoticeModel(self)
