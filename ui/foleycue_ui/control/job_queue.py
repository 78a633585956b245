# SPDX-License-Identifier: GPL-3.0-or-later
"""Works off the queue: one generation is with the backend at a time, so that the order of the others can change."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.job_ids import round_of
from foleycue_shared.messages import (
    Accepted,
    Analysed,
    Cancel,
    Cancelled,
    Done,
    Failed,
    JobEvent,
    Progress,
    Refused,
    TakeReady,
    Unload,
)
from foleycue_shared.timing import exact_rate
from foleycue_ui.control.adoption import Adoption
from foleycue_ui.control.desk import Desk
from foleycue_ui.control.marking import Marking
from foleycue_ui.control.stopwatch import Stopwatch
from foleycue_ui.look.words import tr
from foleycue_ui.model.queue import QueueItem, sound_of

if TYPE_CHECKING:
    from foleycue_plugin.usecases import Plan


class JobQueue(QObject):
    """Every generation is on disk before it is sent, and again in the queue when the panel starts the next time."""

    def __init__(self, desk: Desk, marking: Marking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._queue, self._job = desk.state.queue, desk.state.job
        self._marking = marking
        self.adoption = Adoption(desk, self)
        self._stopwatch = Stopwatch(desk, self)
        self._keys = count(1)
        self._ended: set[str] = set()
        self._again = ""  # the job whose stalled worker is being restarted
        desk.state.link.changed.connect(self._on_link)

    def knows(self, job_id: str) -> bool:
        """Whether a job is one of ours."""
        return self._queue.of_job(job_id) is not None

    def add(self, prompt: str, where: str, takes: int, engine: str, plan: "Callable[[], Plan]") -> None:
        """Put a generation at the end; plan() fixes it, in a worker thread, before it goes anywhere."""
        key = self._new_key()
        self._queue.add(QueueItem(key, prompt, where, takes, engine))

        def fix() -> "Plan":
            made = plan()
            self._desk.store().remember(made, self._desk.bridge.session)
            return made

        def done(made: "Plan") -> None:
            if self._queue.get(key) is None:
                self._close(made.request.job_id)
            else:
                self._queue.change(key, plan=made)
                self._go_on()

        def failed(error: FoleyCueError) -> None:
            if self._queue.get(key) is not None:
                self._queue.remove(key)
                self._desk.tell(error, key="job")
                self._go_on()

        self._desk.work.in_turn(fix, done, failed)
        self._go_on()

    def put_back(self, plan: "Plan") -> None:
        """Try a plan again that failed, before those that wait."""
        self._desk.state.notices.clear("job")
        if self.knows(plan.request.job_id):
            return

        def done(_: None) -> None:
            self._queue.add(self._item(plan), first=True)
            self._go_on()

        session = self._desk.bridge.session
        self._desk.work.in_turn(lambda: self._desk.store().remember(plan, session), done, self._store_failed)

    def take_up(self, plans: "list[Plan]") -> None:
        """Go on with plans that lie on disk already."""
        for plan in plans:
            if not self.knows(plan.request.job_id):
                self._queue.add(self._item(plan))
        self._go_on()

    def cancel(self, key: str = "") -> None:
        """Stop a generation: at once while it waits, at its next step when it runs. Without a key the first one."""
        item = self._queue.get(key) if key else self._queue.head
        if item is None:
            return
        if not item.sent:
            self._queue.remove(item.key)
            if item.plan is not None:
                self._close(item.job_id)
            self._go_on()
        elif self._job.state != "cancelling":
            self._desk.bridge.send(Cancel(job_id=item.job_id))
            self._job.update(state="cancelling")

    def move(self, key: str, step: int) -> None:
        """Let a waiting generation change places with its neighbour."""
        if self._queue.move(key, step):
            order = [item.job_id for item in self._queue.items if item.plan is not None]
            self._desk.work.in_turn(lambda: self._desk.store().reorder(order), lambda _: None, self._store_failed)

    def restart_engine(self) -> None:
        """End a worker that hangs; its generation is sent again."""
        self._desk.state.notices.clear("stalled")
        if self._desk.state.link.worker == "stalled":
            self._again = self._job.job_id
            self._desk.bridge.send(Unload())

    # -- events ---------------------------------------------------------------------------------------------------

    def on_event(self, event: JobEvent | Refused, blobs: list[bytes]) -> None:
        """An event of one of our jobs."""
        item = self._queue.of_job(event.job_id or "")
        if item is None or item.plan is None:
            return
        self._stopwatch.hear(item.plan, event)
        if isinstance(event, TakeReady):
            self.adoption.adopt(event.take, item.plan, lambda: self._settle(item.job_id))
        elif isinstance(event, Analysed):
            if self._desk.shown(item.plan.fingerprint):
                self._marking.take_analysis(event, blobs)
        elif isinstance(event, Done | Cancelled | Failed | Refused):
            self._end(item.plan, event)
        elif item.job_id == self._job.job_id:
            self._show_progress(event)

    def _end(self, plan: "Plan", event: JobEvent | Refused) -> None:
        job_id = plan.request.job_id
        if isinstance(event, Failed) and event.retryable and job_id == self._again:
            self._again = ""
            self._job.begin(len(plan.request.seeds), job_id, self._expected(plan))
            self._desk.bridge.send(plan.request, [plan.document])
            return
        if isinstance(event, Failed | Refused):
            self._tell_failure(plan, event)
        self._ended.add(job_id)
        self._settle(job_id)

    def _settle(self, job_id: str) -> None:
        """A job is over once it ended there and all its takes are in the store."""
        item = self._queue.of_job(job_id)
        if item is not None and job_id in self._ended and not self.adoption.waits_for(job_id):
            self._ended.discard(job_id)
            self._queue.remove(item.key)
            self._close(job_id)
            self._go_on()

    def _go_on(self) -> None:
        head = self._queue.head
        if head is None:
            if self._job.active:
                self._job.end()
        elif head.plan is None:
            if self._job.state != "preparing":
                self._job.begin(head.takes)
        elif not head.sent:
            self._queue.change(head.key, sent=True)
            self._job.begin(head.takes, head.job_id, self._expected(head.plan))
            self._desk.bridge.send(head.plan.request, [head.plan.document])

    def _show_progress(self, event: JobEvent) -> None:
        job = self._job
        if isinstance(event, Accepted):
            job.update(ahead=event.ahead)
        elif isinstance(event, Progress):
            job.update(
                state=job.state if job.state == "cancelling" else "running",
                phase=event.phase,
                step=event.step,
                steps=event.steps,
                take=event.take,
                fraction=max(job.fraction_now(), event.fraction),
                eta=event.eta_seconds,
            )

    def _on_link(self) -> None:
        link, notices = self._desk.state.link, self._desk.state.notices
        if link.worker != "stalled" or not self._job.active:
            notices.clear("stalled")
        elif not any(notice.key == "stalled" for notice in notices.notices):
            info = self._desk.state.request.info(link.engine or self._desk.state.request.engine)
            text = tr("Queue", "{engine} has not said a word for a while: it may hang.")
            self._desk.warn(
                text.format(engine=info.name if info else link.engine),
                key="stalled",
                action=tr("Queue", "Restart engine"),
                run=self.restart_engine,
            )

    def _expected(self, plan: "Plan") -> float | None:
        request = plan.request
        return self._desk.state.pace.expected(request.engine, request.setting, sound_of(plan))

    # -- inner ----------------------------------------------------------------------------------------------------

    def _item(self, plan: "Plan") -> QueueItem:
        request, placement = plan.request, plan.placement
        where = where_text(placement.timecode, float(placement.frames / exact_rate(request.scope.rate)))
        several = round_of(request.job_id) != request.job_id
        title = job_title(request.stem, request.prompt, request.engine if several else "")
        return replace(QueueItem(self._new_key(), title, where, len(request.seeds), request.engine), plan=plan)

    def _new_key(self) -> str:
        return f"q{next(self._keys)}"

    def _tell_failure(self, plan: "Plan", event: Failed | Refused) -> None:
        again = not isinstance(event, Failed) or event.retryable
        detail = event.detail if isinstance(event, Failed) else ""
        self._desk.tell(
            FoleyCueError(event.code, event.message, detail),
            key="job",
            action=tr("Queue", "Try again") if again else "",
            run=(lambda: self.put_back(plan)) if again else None,
        )

    def _close(self, job_id: str) -> None:
        self._desk.work.in_turn(lambda: self._desk.store().close_job(job_id), lambda _: None, self._store_failed)

    def _store_failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key="store")


def job_title(stem: str, prompt: str, engine: str = "") -> str:
    """What a generation is of: its object and its words, and who makes it where others make the same."""
    return " · ".join(dict.fromkeys(part for part in (stem, prompt, engine) if part))


def where_text(timecode: str, seconds: float) -> str:
    """A range in a few signs: where it starts and how long it is."""
    return tr("Queue", "{timecode} · {seconds:.1f} s").format(timecode=timecode, seconds=seconds)
