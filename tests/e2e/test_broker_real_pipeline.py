# SPDX-License-Identifier: GPL-3.0-or-later
"""Client, broker, worker and the shipped engine together: a take, another prompt, a worker killed at work."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from fakes.line import backend_process, worker_of
from foleycue_backend.broker.options import PIPELINE
from foleycue_backend.engines.registry import engine_info
from foleycue_plugin.client import Client
from foleycue_plugin.selection import mark
from foleycue_plugin.usecases import open_source, plan_generation
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import TERMINAL_EVENTS, Cancel, Cancelled, Done, Event, Failed, Progress, TakeReady
from foleycue_shared.places import home

pytestmark = [
    pytest.mark.skipif(not engine_info("mini").available, reason="the weights of mini are not here"),
    pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does"),
]


class Ear:
    """Keeps a client's events and waits for one of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.changed = threading.Condition()

    def __call__(self, event: Event, blobs: list[bytes]) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait_for(self, job_id: str | None, kinds: tuple[type, ...]) -> Event:
        """The first event of these kinds of a job; None: one that belongs to no job."""

        def found() -> list[Event]:
            return [e for e in self.events if isinstance(e, kinds) and getattr(e, "job_id", None) == job_id]

        with self.changed:
            assert self.changed.wait_for(found, 120), self.events[-5:]
            return found()[0]

    def phases(self, job_id: str) -> list[str]:
        return list(dict.fromkeys(e.phase for e in self.events if isinstance(e, Progress) and e.job_id == job_id))


def test_takes_by_the_shipped_engine_through_kill_and_cancel(tmp_path: Path):
    movie = tmp_path / "movie.mp4"
    _write_movie(movie)
    selection = mark(open_source(movie))
    ear = Ear()
    client = Client(home(tmp_path), ear, lambda state, sentence: None, start_backend=False)
    with backend_process(tmp_path, pipeline=PIPELINE) as process:
        client.start()
        try:
            first = plan_generation(selection, prompt="hammer", seeds=[1])
            client.send(first.request, [first.document])
            assert isinstance(ear.wait_for(first.request.job_id, TERMINAL_EVENTS), Done), ear.events[-1]
            ready = ear.wait_for(first.request.job_id, (TakeReady,))
            assert isinstance(ready, TakeReady)
            assert read_wav_header(Path(ready.take.path)).samples == ready.take.samples == 96_000
            assert {"loading", "decode", "diffuse", "finish"} <= set(ear.phases(first.request.job_id))

            second = plan_generation(selection, prompt="glass", seeds=[1])
            client.send(second.request, [second.document])
            assert isinstance(ear.wait_for(second.request.job_id, TERMINAL_EVENTS), Done)
            assert not {"loading", "decode", "analyse"} & set(ear.phases(second.request.job_id))

            third = plan_generation(selection, prompt="hammer", seeds=range(8))
            client.send(third.request, [third.document])
            ear.wait_for(third.request.job_id, (Progress,))
            worker = worker_of(process.pid)
            os.kill(worker, signal.SIGKILL)
            failed = ear.wait_for(third.request.job_id, TERMINAL_EVENTS)
            assert isinstance(failed, Failed) and failed.code is ErrorCode.WORKER_LOST and failed.retryable

            fourth = plan_generation(selection, prompt="hammer", seeds=range(8))
            client.send(fourth.request, [fourth.document])
            ear.wait_for(fourth.request.job_id, (TakeReady,))
            client.send(Cancel(job_id=fourth.request.job_id))
            assert isinstance(ear.wait_for(fourth.request.job_id, TERMINAL_EVENTS), Cancelled)
        finally:
            client.close()


def _write_movie(path: Path) -> None:
    """Two seconds at 25 frames a second of a square that jumps twice."""
    import av
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(50):
            picture = np.zeros((90, 160, 3), np.uint8)
            left = 20 + 40 * (number // 17)
            picture[30:60, left : left + 30] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
