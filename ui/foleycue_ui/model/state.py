# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the panel shows, as observable objects without any widget.

Widgets read these and listen to their signals; only the controller and the widgets' own edits write them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timecode import format_timecode
from foleycue_shared.timing import FrameRange
from foleycue_ui.model.cues import CueModel
from foleycue_ui.model.guide import GuideModel
from foleycue_ui.model.job import JobModel
from foleycue_ui.model.models import ModelsModel
from foleycue_ui.model.pace import PaceModel
from foleycue_ui.model.queue import QueueModel
from foleycue_ui.model.region import RegionModel
from foleycue_ui.model.request import RequestModel
from foleycue_ui.model.shelf import HistoryModel, PresetModel
from foleycue_ui.model.takes import TakeModel

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Project, Selection


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
        self.engine = ""
        self.device = "cpu"

    def set_state(self, state: str, detail: str = "") -> None:
        """Note a new state of the connection."""
        self.state, self.detail = state, detail
        self.changed.emit()

    def set_worker(self, worker: str, engine: str = "", device: str = "cpu") -> None:
        """Note what the worker does, which engine it holds in memory, and where."""
        self.worker, self.engine, self.device = worker, engine, device
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

    def frame_of(self, text: str) -> int:
        """The timeline frame named by a timecode, "48f" or "2.5s". Raises BAD_RANGE with a sentence."""
        from foleycue_plugin.selection import parse_position

        if self.project is None:
            raise FoleyCueError(ErrorCode.BAD_RANGE, "No timeline is open: open one first.")
        return parse_position(text, self.project)[0]


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
        self.guide = GuideModel(self)
        self.regions = RegionModel(self)
        self.request = RequestModel(self)
        self.job = JobModel(self)
        self.queue = QueueModel(self)
        self.pace = PaceModel(self)
        self.presets = PresetModel(self)
        self.history = HistoryModel(self)
        self.takes = TakeModel(self)
        self.notices = NoticeModel(self)
        self.models = ModelsModel(self)
