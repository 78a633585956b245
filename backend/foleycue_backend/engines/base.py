# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine is: something that analyses pictures and makes sound, and says what it needs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.cues import Cue
from foleycue_shared.messages import EngineInfo, Guidance

Audio = NDArray[np.float32]
Features = Mapping[str, NDArray[np.generic]]

#: Called after each step with (phase, step, steps); raises to stop the work.
OnStep = Callable[[str, int, int], None]


class Pictures(Protocol):
    """The range's pictures, decoded by presentation time at whatever rate an engine samples."""

    @property
    def seconds(self) -> float:
        """Length of the range."""
        ...

    def frames(self, rate: float, width: int, height: int) -> Iterator[NDArray[np.uint8]]:
        """RGB frames (height, width, 3) at times k/rate, k = 0 … below seconds·rate; gaps are black."""
        ...


@dataclass(frozen=True)
class Conditions:
    """All that decides one take; samples is its exact length at the engine's own sample rate.

    cues None leaves the timing to the model; an empty sheet says that nothing happens.
    """

    samples: int
    prompt: str = ""
    negative: str = ""
    cues: tuple[Cue, ...] | None = None
    seed: int = 0
    guidance: Guidance = field(default_factory=Guidance)
    steps: int | None = None
    shots: tuple[int, ...] = ()  # samples at which a new shot starts: good places to cut windows
    features: Features = field(default_factory=dict)


class Engine(Protocol):
    """A video-to-audio system."""

    info: EngineInfo

    def load(self) -> None:
        """Get the weights into memory; called once, in the worker."""
        ...

    def analyse(self, pictures: Pictures, on_step: OnStep) -> Features:
        """Visual features for generate; an engine that does not see returns {} without touching the pictures."""
        ...

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 mono blocks at info.sample_rate, together exactly conditions.samples long."""
        ...
