# SPDX-License-Identifier: GPL-3.0-or-later
"""One worker process: started when there is work, watched, restarted within a budget, ended when idle.

A reader and a writer thread move bytes between the process and the broker's loop, so that the loop never waits for
a worker that is busy importing, and all works alike where pipes cannot be polled.
"""

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import zmq

from foleycue_backend.broker import link
from foleycue_backend.broker.options import Options
from foleycue_shared.places import Places

PIPE = "inproc://worker"
LOG_LIMIT = 1 << 20
END_SECONDS = 5.0

_logger = logging.getLogger(__name__)


class Supervisor:
    """Owns the worker process. Used by the broker's thread only; `reports` is to be polled there."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", places: Places, options: Options) -> None:
        self._context = context
        self._places = places
        self._options = options
        self.reports: zmq.Socket[bytes] = context.socket(zmq.PULL)
        self.reports.bind(PIPE)
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._generation = 0
        self._deaths: deque[float] = deque()

    @property
    def running(self) -> bool:
        """Whether there is a worker, as far as was heard."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid if self._process is not None else None

    @property
    def exhausted(self) -> bool:
        """Whether the worker died so often lately that it is not started again for now."""
        horizon = time.monotonic() - self._options.restart_window
        while self._deaths and self._deaths[0] < horizon:
            self._deaths.popleft()
        return len(self._deaths) >= self._options.restarts

    def order(self, word: link.Word) -> None:
        """Tell the worker something; starts it first if there is none. Raises OSError when that fails."""
        if self._process is None:
            self._start()
        self._orders.put(link.pack(word))

    def hear(self) -> list[link.Report | int]:
        """All that the worker said since the last call; an int is its exit status: it died unasked."""
        heard: list[link.Report | int] = []
        while self.reports.poll(0):
            generation, frame = self.reports.recv_multipart(zmq.NOBLOCK)
            if int(generation) != self._generation or self._process is None:
                continue  # the last words of a worker that was ended
            if frame:
                heard.append(link.reports.decode(frame))
            else:
                heard.append(self._bury())
        return heard

    def end(self) -> None:
        """End the worker now and give its memory back."""
        process = self._process
        if process is None:
            return
        self._process = None
        process.kill()
        self._reap(process)
        _logger.info("worker %d ended", process.pid)

    def close(self) -> None:
        """End the worker and release everything."""
        self.end()
        self.reports.close(linger=0)

    def _bury(self) -> int:
        process, self._process = self._process, None
        assert process is not None
        self._deaths.append(time.monotonic())
        try:
            process.wait(END_SECONDS)  # its output closed, so that it is ending
        except subprocess.TimeoutExpired:
            process.kill()
        status = self._reap(process)
        _logger.error("worker %d died with status %d", process.pid, status)
        return status

    def _reap(self, process: "subprocess.Popen[bytes]") -> int:
        self._orders.put(None)
        status = process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                _logger.debug("the pipe to worker %d broke with bytes in it", process.pid)
        return status

    def _start(self) -> None:
        self._generation += 1
        self._orders = queue.SimpleQueue()
        places, options = self._places, self._options
        command = [sys.executable, "-m", "foleycue_backend.worker"]
        command += [str(places.cache), str(places.outbox), options.pipeline]
        with _log(places.logs / "worker.log") as errors:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(os.environ),
                # Linux shares the processor between sessions first: in ours, the worker's threads would hold us up.
                start_new_session=sys.platform != "win32",
                creationflags=subprocess.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 0,
            )
        assert process.stdin is not None and process.stdout is not None
        self._process = process
        self._threads = [
            threading.Thread(target=self._read, args=(process.stdout, self._generation), name="worker-reader"),
            threading.Thread(target=_write, args=(process.stdin, self._orders), name="worker-writer"),
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()
        _logger.info("worker %d started", process.pid)

    def _read(self, pipe: BinaryIO, generation: int) -> None:
        name = str(generation).encode()
        with self._context.socket(zmq.PUSH) as out:
            out.sndhwm = 0
            out.connect(PIPE)
            while (frame := link.read_frame(pipe)) is not None:
                out.send_multipart([name, frame])
            out.send_multipart([name, b""])


def _write(pipe: BinaryIO, orders: "queue.SimpleQueue[bytes | None]") -> None:
    while (frame := orders.get()) is not None:
        try:
            pipe.write(frame)
            pipe.flush()
        except OSError:
            return  # the worker died; the reader says so


def _log(path: Path) -> BinaryIO:
    """The worker's log, begun anew when it has grown large; one older part is kept."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _environment(current: Mapping[str, str]) -> dict[str, str]:
    """The worker never goes online by itself: weights are fetched by a command of their own."""
    return {**current, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
