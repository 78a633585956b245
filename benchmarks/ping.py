# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the broker answers while its worker imports torch and while it generates.

    python benchmarks/ping.py [--pings-per-second N] [--takes N]

Starts a real backend in a temporary directory. Prints p50, p99 and the longest answer of each phase, and the machine.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import av
import numpy as np
import zmq

from foleycue_plugin.backend_process import ensure_backend, stop_backend
from foleycue_plugin.connection import Connection
from foleycue_plugin.selection import mark
from foleycue_plugin.session import new_session
from foleycue_plugin.usecases import open_source, plan_generation
from foleycue_shared.messages import Done, Event, Failed, Load, Ping, Pong, Refused, Request, Understand, WorkerState
from foleycue_shared.places import home

SECONDS = 10
QUIET_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pings-per-second", type=float, default=200.0)
    parser.add_argument("--takes", type=int, default=3)
    given = parser.parse_args()
    interval = 1 / given.pings_per_second
    print(f"{platform.platform()}, {processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary, zmq.Context() as context:
        places = home(Path(temporary))
        movie = Path(temporary) / "movie.mp4"
        make_movie(movie)
        with Connection(context, places, ensure_backend(places)) as line:
            line.hello(new_session(), 10)
            try:
                measure(line, "quiet", None, b"", interval)
                prompt = Understand(prompt="footsteps on gravel and a dog barking far away, " * 20)
                measure(line, "broker reads a prompt before each", None, b"", interval, before=prompt)
                measure(line, "worker imports torch, loads mini", Load(), b"", interval)
                plan = plan_generation(mark(open_source(movie)), seeds=range(given.takes), prompt="hammer")
                measure(
                    line, f"worker generates {given.takes} takes of {SECONDS} s", plan.request, plan.document, interval
                )
            finally:
                stop_backend(places, force=True)
    return 0


def measure(
    line: Connection,
    name: str,
    request: Request | None,
    document: bytes,
    interval: float,
    before: Request | None = None,
) -> None:
    """Ping steadily until what was asked for is done (or for a while), then print the answers' times.

    before is sent with each ping, and must be answered first.
    """
    if request is not None:
        line.send(request, [document] if document else [])
    began = time.perf_counter()
    times: list[float] = []
    ended = False
    while not ended and (request is not None or time.perf_counter() - began < QUIET_SECONDS):
        sent = time.perf_counter()
        if before is not None:
            line.send(before)
        line.send(Ping(nonce=len(times)))
        answered = False
        while not answered:
            answer = line.receive(10.0)
            if answer is None:
                sys.exit(f"{name}: no answer within 10 s")
            answered = isinstance(answer[0], Pong)
            ended |= ends(answer[0], request)
        times.append(1000 * (time.perf_counter() - sent))
        time.sleep(interval)
    p99 = quantiles(times, n=100)[98]
    print(
        f"{name}: {len(times)} pings in {time.perf_counter() - began:.1f} s, "
        f"p50 {median(times):.2f} ms, p99 {p99:.2f} ms, max {max(times):.2f} ms"
    )


def ends(event: Event, request: Request | None) -> bool:
    """Whether the work that was asked for is over."""
    if isinstance(event, Refused | Failed):
        sys.exit(event.message)
    if isinstance(request, Load):
        return isinstance(event, WorkerState) and event.state == "idle"
    return isinstance(event, Done)


def make_movie(path: Path) -> None:
    """A square that jumps twice a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(25 * SECONDS):
            picture = np.zeros((180, 320, 3), np.uint8)
            left = 40 + 60 * (number // 12 % 4)
            picture[60:120, left : left + 60] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def processor() -> str:
    """The processor's name where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    sys.exit(main())
