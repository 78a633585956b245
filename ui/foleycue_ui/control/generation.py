# SPDX-License-Identifier: GPL-3.0-or-later
"""A click on Generate: everything that the state says at that moment becomes one plan at the end of the queue."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.cues import Cue
from foleycue_shared.messages import DEFAULT_SETTING, CueRequest, Guidance, ShotPrompt
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.job_queue import JobQueue, where_text
from foleycue_ui.control.marking import cue_request
from foleycue_ui.model.request import Wish
from foleycue_ui.model.takes import TakeEntry

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan, Selection


@dataclass(frozen=True)
class _Asked:
    """What plan_generation is told, besides the range."""

    seeds: tuple[int, ...]
    engine: str
    prompt: str
    negative: str
    cue_sheet: tuple[Cue, ...] | None
    cues: CueRequest = field(default_factory=CueRequest)
    guidance: Guidance = field(default_factory=Guidance)
    setting: str = DEFAULT_SETTING
    shot_prompts: tuple[ShotPrompt, ...] = ()


class Generation(QObject):
    """Asks for takes of the marked range: as the panel says, or like a take that is there."""

    def __init__(self, desk: Desk, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._queue = queue

    def generate(self) -> None:
        """Fix request and placement now; what the cue lane shows is what is sent."""
        selection, request = self._state.range.selection, self._state.request
        if selection is None:
            return
        asked = _Asked(
            seeds=request.draw_seeds(),
            engine=request.engine,
            prompt=request.prompt,
            negative=request.wish.negative_sent(),
            cue_sheet=self._state.cues.sheet,
            cues=cue_request(self._state),
            guidance=request.guidance,
            setting=request.setting,
            shot_prompts=request.shot_prompts_in(selection.range.start, selection.range.end),
        )
        self._state.history.note(request.wish)
        self._ask(selection, asked)

    def again(self, entry: TakeEntry) -> None:
        """Vary a take: its words and cues, new seeds."""
        selection, request, take = self._state.range.selection, self._state.request, entry.take
        if selection is None:
            return
        seed = request.seed
        request.set_seed(None)
        seeds = request.draw_seeds()
        request.set_seed(seed)
        self._ask(selection, _Asked(seeds, self._engine_of(entry), take.prompt, take.negative, take.cues or None))

    def rewrite(self, entry: TakeEntry) -> None:
        """Vary a take: its seed, engine and cues are set, and only the words are left to change."""
        self.use_seed(entry)
        self.use_prompt(entry)
        self.use_cues(entry)
        self._state.request.set(takes=1, engine=self._engine_of(entry))

    def use_prompt(self, entry: TakeEntry) -> None:
        """Take over a take's words."""
        self._state.request.use(Wish(entry.take.prompt, entry.take.negative))

    def use_cues(self, entry: TakeEntry) -> None:
        """Take over a take's cues; one step that can be undone."""
        self._state.cues.load(entry.take.cues)

    def use_seed(self, entry: TakeEntry) -> None:
        """Take over a take's seed."""
        self._state.request.set_seed(entry.take.seed)

    def _engine_of(self, entry: TakeEntry) -> str:
        """The take's engine, where it can run here."""
        info = self._state.request.info(entry.take.engine)
        return entry.take.engine if info is not None and info.available else self._state.request.engine

    def _ask(self, selection: "Selection", asked: _Asked) -> None:
        self._state.notices.clear("job")

        def plan() -> "Plan":
            from foleycue_plugin.usecases import plan_generation

            return plan_generation(
                selection,
                seeds=asked.seeds,
                engine=asked.engine,
                prompt=asked.prompt,
                negative=asked.negative,
                cue_sheet=asked.cue_sheet,
                cues=asked.cues,
                guidance=asked.guidance,
                setting=asked.setting,
                shot_prompts=asked.shot_prompts,
            )

        where = where_text(selection.timecode, float(selection.range.seconds))
        self._queue.add(asked.prompt, where, len(asked.seeds), asked.engine, plan)
