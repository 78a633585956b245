# SPDX-License-Identifier: GPL-3.0-or-later
"""A pipeline without models for tests of broker and worker: `--pipeline fakes.pipeline:FakePipeline`.

The words of the prompt say what happens: "slow" (50 ms a step instead of 1), "many" (2,000 quick steps), "hang" (no
report for a minute), "die" (the process is gone, as in a segmentation fault), "memory", "refuse", "break", "print"
(writes to standard output, as libraries do), "torch" (imports torch first). Takes hold their seed as text.
"""

import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from foleycue_backend.report import Report
from foleycue_shared.cues import Cue
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Analyse, Analysed, Generate, Shot, Take

STEPS = 20


class FakePipeline:
    """Stands where foleycue_backend.pipeline.Pipeline does."""

    def __init__(self, cache: Path, outbox: Path) -> None:
        self.outbox = outbox

    def run(self, request: Analyse | Generate, document: bytes, report: Report) -> None:
        words = request.prompt.split() if isinstance(request, Generate) else []
        report.progress("decode")
        if "torch" in words:
            import torch  # noqa: F401
        _misbehave(words)
        report.progress("analyse", 1, 1)
        event = Analysed(job_id="", cues=(Cue(4_800),), shots=(Shot(start=0, frames=request.scope.frames),))
        report.analysed(event, bytes(4 * 25))
        if isinstance(request, Generate):
            for take, seed in enumerate(request.seeds):
                steps = 2_000 if "many" in words else STEPS
                for step in range(1, steps + 1):
                    if "many" not in words:
                        time.sleep(0.05 if "slow" in words else 0.001)
                    report.progress("diffuse", step, steps, take)
                report.progress("finish", take=take)
                report.take(self._write(request, take, seed))

    def load(self, engine: str, report_phase: Callable[[str], None]) -> None:
        if engine == "broken":
            raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, "The weights are damaged.")
        report_phase("loading")

    def _write(self, request: Generate, index: int, seed: int) -> Take:
        take_id = f"{request.job_id}-{index}"
        path = self.outbox / f"{take_id}.wav"
        path.write_text(str(seed))
        return Take(
            take_id=take_id,
            job_id=request.job_id,
            index=index,
            seed=seed,
            engine=request.engine,
            prompt=request.prompt,
            negative=request.negative,
            path=str(path),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            sample_rate=request.sample_rate,
            samples=1,
            cues=(),
            onsets=(),
            cue_error_ms=None,
        )


def _misbehave(words: list[str]) -> None:
    if "print" in words:
        print("a library says hello")
    if "hang" in words:
        time.sleep(60)
    if "die" in words:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    if "memory" in words:
        raise MemoryError
    if "refuse" in words:
        raise FoleyCueError(ErrorCode.MEDIA_OFFLINE, "The file is not there.")
    if "break" in words:
        raise ZeroDivisionError("a bug")
