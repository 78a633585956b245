# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine is: something that analyses pictures and makes sound, and says what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from foleycue_shared.cues import Cue
from foleycue_shared.messages import DEFAULT_SETTING, EngineInfo, Guidance

if TYPE_CHECKING:  # the broker lists engines, and needs neither decoder nor analysis for that
    from av.video.frame import VideoFrame

    from foleycue_backend.stages.picture_cues import Prediction

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

    @property
    def rate(self) -> Fraction:
        """Frames a second of the range itself."""
        ...

    def frames(
        self, rate: float, width: int, height: int, first: Fraction = Fraction(0)
    ) -> Iterator[NDArray[np.uint8]]:
        """RGB frames (height, width, 3) at times first + k/rate, k = 0 …, inside the range; gaps are black."""
        ...

    def decoded(self, rate: float | Fraction, first: Fraction = Fraction(0)) -> Iterator[VideoFrame | None]:
        """The decoder's own frames at the same times; None for gaps."""
        ...


@dataclass(frozen=True)
class Conditions:
    """All that decides one take; samples is its exact length at the engine's own sample rate.

    cues None leaves the timing to the model; an empty sheet says that nothing happens. intensity is how strongly the
    picture moves, as (seconds, 0 … 1) points of a line, where no sheet was given.
    """

    samples: int
    prompt: str = ""
    negative: str = ""
    cues: tuple[Cue, ...] | None = None
    seed: int = 0
    guidance: Guidance = field(default_factory=Guidance)
    steps: int | None = None
    setting: str = DEFAULT_SETTING
    shots: tuple[int, ...] = ()  # samples at which a new shot starts: good places to cut windows
    features: Features = field(default_factory=dict)
    intensity: tuple[tuple[float, float], ...] | None = None


class Engine(Protocol):
    """A video-to-audio system. weights names the weights it sees with: another name, other features."""

    info: EngineInfo
    weights: str

    def load(self) -> None:
        """Get ready to work; called once, in the worker."""
        ...

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """Visual features for generate; an engine that does not see returns {} without touching the pictures."""
        ...

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 mono blocks at info.sample_rate, together exactly conditions.samples long."""
        ...


@runtime_checkable
class MakesSeveral(Protocol):
    """An engine that can make several takes in one pass, each as it would be alone."""

    def at_once(self, conditions: Conditions) -> int:
        """How many takes like this one a pass should hold here, at least 1."""
        ...

    def generate_several(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """Yield (which take, its next block); the takes differ in nothing but their seeds."""
        ...


@runtime_checkable
class LooksForObjects(Engine, Protocol):
    """An engine that hears which objects are seen when. What it finds belongs to its features, from prompt to prompt
    others."""

    def objects_in(self, prompt: str) -> tuple[str, ...]:
        """The objects that a prompt names; none for one without any."""
        ...

    def find(self, pictures: Pictures, objects: Sequence[str], on_step: OnStep, setting: str) -> Features:
        """What generate needs to know of these objects, under other names than those of analyse."""
        ...


@runtime_checkable
class PredictsCues(Protocol):
    """An engine whose timing comes from the picture by a predictor of its own, which can be shown as cues."""

    def predict_cues(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """What the engine would do unasked; samples is the range's length at CUE_RATE, sensitivity 0 … 1."""
        ...
