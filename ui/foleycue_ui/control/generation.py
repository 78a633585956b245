# SPDX-License-Identifier: GPL-3.0-or-later
"""A click on Generate: what the state says at that moment becomes a plan each engine and object, to be queued."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.cues import Cue
from foleycue_shared.job_ids import new_job_ids
from foleycue_shared.messages import DEFAULT_SETTING, CueRequest, Guidance, ShotPrompt
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.job_queue import JobQueue, job_title, where_text
from foleycue_ui.control.marking import cue_request
from foleycue_ui.model.request import Wish
from foleycue_ui.model.state import PanelState
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
    stem: str = ""
    stereo: bool = False


class Generation(QObject):
    """Asks for takes of the marked range: as the panel says, or like a take that is there."""

    def __init__(self, desk: Desk, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._queue = queue

    def generate(self) -> None:
        """Fix requests and placement now; what the cue lane shows is what is sent for the object that is edited."""
        selection, request = self._state.range.selection, self._state.request
        if selection is None:
            return
        edited = self._state.regions.selected
        asked = _Asked(
            seeds=request.draw_seeds(),
            engine=request.engine,
            prompt=request.prompt or (edited.words if edited is not None else ""),
            negative=request.wish.negative_sent(),
            cue_sheet=self._state.cues.sheet,
            cues=cue_request(self._state),
            guidance=request.guidance,
            setting=request.setting,
            shot_prompts=request.shot_prompts_in(selection.range.start, selection.range.end),
            stem=edited.label if edited is not None else "",
            stereo=request.stereo,
        )
        self._state.history.note(request.wish)
        stems = tuple(self._stems(asked))
        self._ask(selection, *(one for engine in request.engines_asked() for one in _by_engine(stems, engine)))

    def again(self, entry: TakeEntry) -> None:
        """Vary a take: its words and cues, new seeds."""
        selection, request, take = self._state.range.selection, self._state.request, entry.take
        if selection is None:
            return
        seed = request.seed
        request.set_seed(None)
        seeds = request.draw_seeds()
        request.set_seed(seed)
        asked = _Asked(seeds, self._engine_of(entry), take.prompt, take.negative, take.cues or None)
        place = next((seen.keys for seen in self._state.regions.seen if seen.stem == take.stem), ())
        self._ask(selection, replace(asked, stem=take.stem, stereo=take.channels > 1, cues=CueRequest(regions=place)))

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

    def _stems(self, asked: _Asked) -> Iterator[_Asked]:
        """What is asked for, for each object by itself: its words, its place, and its cues as far as they are known."""
        regions = self._state.regions
        if not takes_stems(self._state):
            yield asked
            return
        for seen in regions.seen:
            own = replace(asked, stem=seen.stem, prompt=seen.words or asked.prompt, shot_prompts=())
            if seen is regions.selected:
                yield own
            else:
                cues = CueRequest(sensitivity=asked.cues.sensitivity, regions=seen.keys)
                yield replace(own, cue_sheet=seen.cues, cues=cues)

    def _engine_of(self, entry: TakeEntry) -> str:
        """The take's engine, where it can run here."""
        info = self._state.request.info(entry.take.engine)
        return entry.take.engine if info is not None and info.available else self._state.request.engine

    def _ask(self, selection: "Selection", *asked: _Asked) -> None:
        self._state.notices.clear("job")
        where = where_text(selection.timecode, float(selection.range.seconds))
        for job_id, one in zip(new_job_ids(len(asked)), asked, strict=True):
            title = job_title(one.stem, one.prompt, one.engine if len(asked) > 1 else "")
            self._queue.add(title, where, len(one.seeds), one.engine, partial(_plan, selection, one, job_id))


def takes_stems(state: PanelState) -> bool:
    """Whether Generate would make takes of each object by itself."""
    return state.request.stems and len(state.regions.seen) > 1


def takes_asked(state: PanelState) -> int:
    """How many takes Generate would make."""
    stems = len(state.regions.seen) if takes_stems(state) else 1
    return state.request.takes * stems * len(state.request.engines_asked())


def time_asked(state: PanelState) -> float | None:
    """How many seconds of work that would be on this machine; None where that was never measured."""
    request, engines = state.request, state.request.engines_asked()
    sound = takes_asked(state) / len(engines) * float(state.range.marked.seconds)
    times = [
        state.pace.expected(engine, request.setting if engine == request.engine else DEFAULT_SETTING, sound)
        for engine in engines
    ]
    known = [time for time in times if time is not None]
    return sum(known) if len(known) == len(times) else None


def _by_engine(stems: Iterable[_Asked], engine: str) -> Iterator[_Asked]:
    """The same for an engine; strengths and setting are the chosen one's alone."""
    for asked in stems:
        alone = replace(asked, engine=engine, guidance=Guidance(), setting=DEFAULT_SETTING)
        yield asked if engine == asked.engine else alone


def _plan(selection: "Selection", asked: _Asked, job_id: str) -> "Plan":
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
        stem=asked.stem,
        stereo=asked.stereo,
        job_id=job_id,
    )
