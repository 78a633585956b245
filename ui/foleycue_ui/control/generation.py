# SPDX-License-Identifier: GPL-3.0-or-later
"""One click on Generate, from the plan on disk to the takes on screen."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import (
    Accepted,
    Acknowledge,
    Analysed,
    Cancel,
    Cancelled,
    Done,
    Failed,
    JobEvent,
    Progress,
    Refused,
    Take,
    TakeReady,
)
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.marking import Marking
from foleycue_ui.model.takes import TakeEntry, read_sound

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan


@dataclass
class _Running:
    """A job that was sent: it is over on screen once it ended there and all its takes are in the store."""

    plan: "Plan"
    adopting: int = 0
    ended: bool = False
    seen: set[str] = field(default_factory=set)


class Generation(QObject):
    """Plans, sends, follows and cancels generations; one is on screen at a time."""

    def __init__(self, desk: Desk, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._state = desk.state
        self._marking = marking
        self._jobs: dict[str, _Running] = {}
        self._asked = 0

    def knows(self, job_id: str) -> bool:
        """Whether a job is one of ours."""
        return job_id in self._jobs

    def generate(self) -> None:
        """Fix request and placement now, write them down, then send them. What the cue lane shows is what is sent."""
        selection, request = self._state.range.selection, self._state.request
        if self._state.job.active or selection is None:
            return
        cue_sheet = self._state.cues.sheet
        engine, prompt, negative, seeds = request.engine, request.prompt, request.negative, request.draw_seeds()
        self._state.notices.clear("job")
        self._state.job.begin(len(seeds))
        self._asked += 1
        number = self._asked

        def plan() -> "Plan":
            from foleycue_plugin.usecases import plan_generation

            made = plan_generation(
                selection, seeds=seeds, engine=engine, prompt=prompt, negative=negative, cue_sheet=cue_sheet
            )
            self._desk.store().remember(made)
            return made

        def done(made: "Plan") -> None:
            if number == self._asked:
                self._send(made)
            else:
                self._close(made)

        def failed(error: FoleyCueError) -> None:
            if number == self._asked:
                self._state.job.end()
                self._desk.tell(error, key="job")

        self._desk.work.submit(plan, done, failed)

    def cancel(self) -> None:
        """Stop the generation on screen."""
        job = self._state.job
        if job.state == "preparing":
            self._asked += 1
            job.end()
        elif job.active and job.state != "cancelling":
            self._desk.bridge.send(Cancel(job_id=job.job_id))
            job.update(state="cancelling")

    def offer_unfinished(self) -> None:
        """Ask about generations that an earlier run of the panel sent and never saw finished."""

        def done(plans: "list[Plan]") -> None:
            waiting = [plan for plan in plans if plan.request.job_id not in self._jobs]
            if waiting:
                many = "A generation" if len(waiting) == 1 else f"{len(waiting)} generations"
                self._desk.inform(
                    f"{many} from last time did not finish.",
                    key="unfinished",
                    action="Finish now",
                    run=lambda: self._resume(waiting),
                )

        self._desk.work.submit(lambda: self._desk.store().unfinished(), done, self._store_failed)

    def on_event(self, event: JobEvent | Refused, blobs: list[bytes]) -> None:
        """An event of one of our jobs."""
        job_id = event.job_id or ""
        running = self._jobs[job_id]
        on_screen = job_id == self._state.job.job_id
        if isinstance(event, TakeReady):
            self._adopt(running, event.take)
        elif isinstance(event, Analysed):
            if self._shown(running.plan):
                self._marking.take_analysis(event, blobs)
        elif isinstance(event, Done | Cancelled | Failed | Refused):
            if isinstance(event, Failed | Refused):
                self._tell_failure(event)
            running.ended = True
            self._settle(running)
        elif on_screen:
            self._show_progress(event)

    # -- inner ----------------------------------------------------------------------------------------------------

    def _send(self, plan: "Plan") -> None:
        job_id = plan.request.job_id
        self._jobs[job_id] = _Running(plan)
        self._state.job.update(state="queued", job_id=job_id)
        self._desk.bridge.send(plan.request, [plan.document])

    def _resume(self, plans: "list[Plan]") -> None:
        self._state.notices.clear("unfinished")
        for plan in plans:
            if self._state.job.active:
                self._jobs[plan.request.job_id] = _Running(plan)
                self._desk.bridge.send(plan.request, [plan.document])
            else:
                self._state.job.begin(len(plan.request.seeds))
                self._send(plan)

    def _show_progress(self, event: JobEvent) -> None:
        job = self._state.job
        if isinstance(event, Accepted):
            job.update(ahead=event.ahead)
        elif isinstance(event, Progress):
            job.update(
                state=job.state if job.state == "cancelling" else "running",
                phase=event.phase,
                step=event.step,
                steps=event.steps,
                take=event.take,
                fraction=max(job.fraction, event.fraction),
                eta=event.eta_seconds,
            )

    def _adopt(self, running: _Running, take: Take) -> None:
        if take.take_id in running.seen:
            self._desk.bridge.send(Acknowledge(take_id=take.take_id))
            return
        running.seen.add(take.take_id)
        running.adopting += 1

        def adopt() -> TakeEntry:
            stored = self._desk.store().adopt(take, running.plan)
            return TakeEntry(stored, read_sound(stored.path))

        def done(entry: TakeEntry) -> None:
            self._desk.bridge.send(Acknowledge(take_id=take.take_id))
            if self._shown(running.plan):
                self._state.takes.add(entry)
            else:
                self._desk.inform("A take for another range is ready: it shows when you mark that range.", key="away")
            over()

        def failed(error: FoleyCueError) -> None:
            self._desk.tell(error, key="job", action="Try again", run=self.generate)
            over()

        def over() -> None:
            running.adopting -= 1
            self._settle(running)

        self._desk.work.submit(adopt, done, failed)

    def _settle(self, running: _Running) -> None:
        if not running.ended or running.adopting:
            return
        job_id = running.plan.request.job_id
        if self._jobs.pop(job_id, None) is not None:
            self._close(running.plan)
        if job_id == self._state.job.job_id:
            self._state.job.end()

    def _close(self, plan: "Plan") -> None:
        job_id = plan.request.job_id
        self._desk.work.submit(lambda: self._desk.store().close_job(job_id), lambda _: None, self._store_failed)

    def _tell_failure(self, event: Failed | Refused) -> None:
        retry = not isinstance(event, Failed) or event.retryable
        detail = event.detail if isinstance(event, Failed) else ""
        self._desk.tell(
            FoleyCueError(event.code, event.message, detail),
            key="job",
            action="Try again" if retry else "",
            run=self.generate if retry else None,
        )

    def _store_failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key="store")

    def _shown(self, plan: "Plan") -> bool:
        selection = self._state.range.selection
        return selection is not None and selection.fingerprint == plan.fingerprint
