# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with one set of installed weights: to see, to foresee onsets, to make sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.parts.sight import see_range
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a.components import StaV2aComponents
from foleycue_backend.engines.sta_v2a.foresight import foreseen
from foleycue_backend.engines.sta_v2a.pipeline import FEATURES
from foleycue_backend.engines.sta_v2a.session import Session
from foleycue_backend.engines.sta_v2a.settings import DEFAULT, SETTINGS, StaV2aSetting
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.remembered import Remembered
from foleycue_backend.engines.studio.takes import make_takes
from foleycue_backend.stages.picture_cues import Prediction


class StaV2aStudio:
    """One set of weights. Parts are read when they are needed; the encoders are given back after use."""

    def __init__(self, folder: Path) -> None:
        self._components = StaV2aComponents(folder, DEFAULT.half)
        self._texts = Remembered[TextStates]()

    def see(self, pictures: Pictures, setting: StaV2aSetting, on_step: OnStep) -> NDArray[np.float32]:
        """CAVP features (time, 512) of the range."""
        return see_range(self._components.at(setting.half), pictures, setting.reference_frames, on_step)

    def foresee(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """What the onset predictor says, as cues and curve; samples is the range's length at CUE_RATE."""
        return foreseen(self._components.timing(), _cavp(features), samples, sensitivity)

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._components.takes_at_once()

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        first = takes[0]
        setting = SETTINGS[first.setting].with_steps(first.steps)
        text = self._read(first, setting, on_step)
        spans = AUDIOLDM.spans(first.samples, first.shots, setting.least_frames)
        seen = _cavp(first.features)[None]
        if setting.reference_frames and AUDIOLDM.fits_one_window(first.samples):
            seen = F.pad(seen[:, :FEATURES], (0, 0, 0, max(0, FEATURES - seen.shape[1])))
        parts = self._components.at(setting.half)
        session = Session(parts.sound(), parts.scheduler(setting), setting, seen, text, takes, spans)
        return make_takes(session, spans, takes, setting, on_step)

    def _read(self, take: Conditions, setting: StaV2aSetting, on_step: OnStep) -> TextStates:
        parts = self._components.at(setting.half)

        def read() -> TextStates:
            on_step("text", 0, 1)
            return parts.use(
                "text_encoder", lambda encoder: parts.reader(encoder).encode_prompt([take.prompt], [take.negative])
            )

        return self._texts.get((take.prompt, take.negative, setting.half), read)


def _cavp(features: Features) -> Tensor:
    """(time, 512)"""
    return torch.from_numpy(np.asarray(features["cavp"], np.float32))
