# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process: runs jobs one after another in its main thread and ends with its broker.

Started by the supervisor as `python -m foleycue_backend.worker CACHE OUTBOX PIPELINE`. Orders come on standard input,
reports leave on what was standard output; anything that a library prints goes to standard error.
"""

import importlib
import os
import queue
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from foleycue_backend.broker import link
from foleycue_backend.report import JobCancelled, Report
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Analysed, JobRequest, Located, Take

STAGING = ".staging"
#: Steps of one phase are reported this far apart at least, in seconds.
STEP_INTERVAL = 0.01
BROKER_GONE = 3
NICENESS = 5


class PipelineLike(Protocol):
    """What is named by PIPELINE: made from a cache directory and a directory for finished takes."""

    def run(self, request: JobRequest, document: bytes, report: Report) -> None:
        """Do a job; raises JobCancelled and FoleyCueError."""
        ...

    def load(self, engine: str, report_phase: Callable[[str], None]) -> None:
        """Get an engine into memory."""
        ...


class Worker:
    """Reads orders in a small thread, obeys them in the main thread."""

    def __init__(self, orders: BinaryIO, reports: BinaryIO, cache: Path, outbox: Path, pipeline: str) -> None:
        self._orders = orders
        self._reports = reports
        self._cache = cache
        self._outbox = outbox
        self._name = pipeline
        self._pipeline: PipelineLike | None = None
        self._todo: queue.SimpleQueue[link.Run | link.LoadEngine] = queue.SimpleQueue()
        self._aborted: set[str] = set()

    def serve(self) -> None:
        """Obey orders until the broker is gone."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        while True:
            order = self._todo.get()
            if isinstance(order, link.LoadEngine):
                self._load(order.engine)
            else:
                self._run(order)

    def say(self, word: link.Word) -> None:
        """Report to the broker; only the main thread speaks."""
        try:
            self._reports.write(link.pack(word))
            self._reports.flush()
        except OSError:
            os._exit(BROKER_GONE)

    def check(self, job_id: str) -> None:
        """Raise JobCancelled when the broker aborted the job."""
        if job_id in self._aborted:
            raise JobCancelled

    def _listen(self) -> None:
        """Take orders. When the broker is gone nobody wants the work: end at once, whatever the main thread does."""
        while (frame := link.read_frame(self._orders)) is not None:
            order = link.orders.decode(frame)
            if isinstance(order, link.Abort):
                self._aborted.add(order.job_id)
            else:
                self._todo.put(order)
        os._exit(BROKER_GONE)

    def _ready_pipeline(self) -> PipelineLike:
        if self._pipeline is None:
            module, _, name = self._name.partition(":")
            staging = self._outbox / STAGING
            shutil.rmtree(staging, ignore_errors=True)  # what a killed worker left
            staging.mkdir(parents=True)
            made: PipelineLike = getattr(importlib.import_module(module), name)(self._cache, staging)
            self._pipeline = made
        return self._pipeline

    def _run(self, order: link.Run) -> None:
        job_id = order.request.job_id
        report = JobReport(self, order, self._outbox)
        try:
            self.check(job_id)
            if self._pipeline is None:
                report.progress("loading")
            self._ready_pipeline().run(order.request, order.document, report)
            ended = link.Ended(job_id=job_id, device=device_in_use())
        except JobCancelled:
            ended = link.Ended(job_id=job_id, code=ErrorCode.CANCELLED, device=device_in_use())
        except Exception as error:
            code, message, detail = explain(error)
            ended = link.Ended(job_id=job_id, code=code, message=message, detail=detail, device=device_in_use())
        self._aborted.discard(job_id)
        self.say(ended)

    def _load(self, engine: str) -> None:
        try:
            self._ready_pipeline().load(engine, lambda phase: None)
            loaded = link.Loaded(engine=engine, device=device_in_use())
        except Exception as error:
            code, message, _ = explain(error)
            loaded = link.Loaded(engine=engine, code=code, message=message, device=device_in_use())
        self.say(loaded)


class JobReport:
    """The Report of one job (see foleycue_backend.report); raises JobCancelled once the job was aborted."""

    def __init__(self, worker: Worker, order: link.Run, outbox: Path) -> None:
        self._worker = worker
        self._job_id = order.request.job_id
        self._indexes = order.indexes
        self._outbox = outbox
        self._last = ("", -1)
        self._told = 0.0

    def progress(self, phase: str, step: int = 0, steps: int = 0, take: int = 0) -> None:
        """Pass a step on; steps that follow very closely are left out."""
        self._worker.check(self._job_id)
        index = self._indexes[take] if take < len(self._indexes) else take
        now = time.monotonic()
        if (phase, index) == self._last and now - self._told < STEP_INTERVAL and step != steps:
            return
        self._last, self._told = (phase, index), now
        self._worker.say(link.Step(job_id=self._job_id, phase=phase, step=step, steps=steps, take=index))

    def analysed(self, event: Analysed, curve: bytes) -> None:
        """Pass the analysis on under this job's id."""
        self._worker.check(self._job_id)
        self._worker.say(link.CuesFound(event=msgspec.structs.replace(event, job_id=self._job_id), curve=curve))

    def located(self, event: Located) -> None:
        """Pass on where objects are seen, under this job's id."""
        self._worker.check(self._job_id)
        self._worker.say(link.ObjectsFound(event=msgspec.structs.replace(event, job_id=self._job_id)))

    def take(self, take: Take) -> None:
        """Move a finished take from the staging directory to its name in the outbox, then pass it on.

        A job that was interrupted runs with the missing seeds only, so that its takes are numbered anew here.
        """
        index = self._indexes[take.index]
        take_id = f"{self._job_id}-{index}"
        path = self._outbox / f"{take_id}.wav"
        Path(take.path).replace(path)
        made = msgspec.structs.replace(take, take_id=take_id, job_id=self._job_id, index=index, path=str(path))
        self._worker.say(link.TakeMade(take=made))
        self._worker.check(self._job_id)


def explain(error: Exception) -> tuple[ErrorCode, str, str]:
    """Code, sentence and detail of whatever ended a job."""
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, FoleyCueError):
        return error.code, error.message, error.detail or detail
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return (
            ErrorCode.OUT_OF_MEMORY,
            "There is not enough memory for this: close other programs, or choose a shorter range or a smaller engine.",
            detail,
        )
    return (
        ErrorCode.INTERNAL,
        "Something unexpected went wrong while the sound was made: try again, and report it with the copied details.",
        detail,
    )


def device_in_use() -> str:
    """The device that a loaded torch works on; never loads torch for it."""
    torch = sys.modules.get("torch")
    return "cuda:0" if torch is not None and torch.cuda.is_available() else "cpu"


def main() -> None:
    """Take over the pipes and serve, behind whatever the user does at the same time: editor, player, our broker."""
    if sys.platform != "win32":
        os.nice(NICENESS)
    cache, outbox, pipeline = sys.argv[1:]
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    Worker(sys.stdin.buffer, reports, Path(cache), Path(outbox), pipeline).serve()


if __name__ == "__main__":
    main()
