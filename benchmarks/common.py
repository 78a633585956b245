# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: a job through the real pipeline, and a scorer given by its path."""

import importlib.util
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from foleycue_shared.messages import Analysed, Located, Take
from foleycue_shared.timeline import to_document


@dataclass
class Record:
    """A report that keeps takes, analyses and the wall time of each phase."""

    takes: list[Take] = field(default_factory=list)
    analyses: list[Analysed] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _phase: str = "start"
    _since: float = field(default_factory=time.perf_counter)

    def progress(self, phase: str, step: int = 0, steps: int = 0, take: int = 0) -> None:
        """Note the time of the phase that ends here."""
        now = time.perf_counter()
        self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def analysed(self, event: Analysed, curve: bytes) -> None:
        """Keep an analysis."""
        self.analyses.append(event)

    def located(self, event: Located) -> None:
        """No benchmark looks for objects."""

    def take(self, take: Take) -> None:
        """Keep a take."""
        self.progress("end")
        self.takes.append(take)


def document(path: Path, frames: int, rate: float, shots: int = 1) -> bytes:
    """A timeline that shows the file's first frames, `shots` times one after another, frames in all."""
    timeline = otio.schema.Timeline("benchmark", global_start_time=otio.opentime.RationalTime(0, rate))
    track = otio.schema.Track("V1")
    timeline.tracks.append(track)
    bounds = np.linspace(0, frames, shots + 1).round().astype(int)
    for low, high in pairwise(bounds):
        length = otio.opentime.RationalTime(int(high - low), rate)
        source = otio.opentime.TimeRange(otio.opentime.RationalTime(0, rate), length)
        track.append(otio.schema.Clip(f"shot {low}", otio.schema.ExternalReference(str(path.resolve())), source))
    return to_document(timeline)


def load_scorer(path: Path) -> ModuleType:
    """The module score.py at a path."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scorer"] = module
    spec.loader.exec_module(module)
    return module


def interval(values: "list[float] | NDArray[np.float64]", draws: int = 2000) -> str:
    """Mean and 95 % bootstrap interval as text."""
    data = np.asarray(values, float)
    means = data[np.random.default_rng(0).integers(0, len(data), (draws, len(data)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{data.mean():+.3f} [{low:+.3f}, {high:+.3f}]"
