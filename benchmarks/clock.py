# SPDX-License-Identifier: GPL-3.0-or-later
"""Wall and CPU seconds of a job's parts, and the memory that it took."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from common import Record

PARTS = ("load", "decode", "analyse", "text", "diffuse", "vae", "vocode", "finish")


class Clock:
    """Wall and CPU seconds of named parts."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add what runs inside to a part; waits for a GPU."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        _wait()
        self.add(name, time.perf_counter() - wall, time.process_time() - cpu)

    def add(self, name: str, wall: float, cpu: float) -> None:
        """Add to a part."""
        before = self.parts.get(name, (0.0, 0.0))
        self.parts[name] = (before[0] + wall, before[1] + cpu)


class ClockedRecord(Record):
    """A report that clocks each phase."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._now = ("load", time.perf_counter(), time.process_time())

    def progress(self, phase: str, step: int = 0, steps: int = 0, take: int = 0) -> None:
        """The phase before ends here. The engine calls the VAE's work an even vocode step, the vocoder's an odd one."""
        _wait()
        name, wall, cpu = self._now
        self._clock.add(name, time.perf_counter() - wall, time.process_time() - cpu)
        named = {"loading": "load", "align": "finish", "end": "finish"}.get(phase, phase)
        named = "vae" if phase == "vocode" and step % 2 == 0 else named
        self._now = (named, time.perf_counter(), time.process_time())


def _wait() -> None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.synchronize()


def peaks() -> dict[str, float]:
    """Peak resident memory of this process in MiB, and of the GPU where there is one."""
    found = {
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))
    }
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        found["gpu memory"] = torch.cuda.max_memory_allocated() / (1 << 20)
    return found
