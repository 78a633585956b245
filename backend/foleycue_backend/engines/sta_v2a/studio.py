# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with one set of installed weights: to see, to foresee onsets, to make sound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from foleycue_backend.engines.base import Audio, Conditions, OnStep, Pictures
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a import sight
from foleycue_backend.engines.sta_v2a.components import Components
from foleycue_backend.engines.sta_v2a.faithful_frames import reference_frames
from foleycue_backend.engines.sta_v2a.foresight import foreseen
from foleycue_backend.engines.sta_v2a.pipeline import FEATURES
from foleycue_backend.engines.sta_v2a.plan import fits_one_window, plan_spans
from foleycue_backend.engines.sta_v2a.recording import Recording
from foleycue_backend.engines.sta_v2a.session import Session
from foleycue_backend.engines.sta_v2a.settings import DEFAULT, SETTINGS, Setting
from foleycue_backend.stages.picture_cues import Prediction

#: Device memory that one more take in a pass needs, with room to spare.
_TAKE_BYTES = 1 << 30
_MOST_AT_ONCE = 8
#: Prompts whose states are kept: a state is small, the encoder is not.
_TEXTS = 32
#: A picture stands for the quarter second around it, as the published frame path has it.
_MIDDLE = Fraction(1, 2 * sight.RATE)


class Studio:
    """One set of weights. Parts are read when they are needed; the encoders are given back after use."""

    def __init__(self, folder: Path, weights: str) -> None:
        self.weights = weights
        self._folder = folder
        self._components = Components(folder, DEFAULT.half)
        self._texts: OrderedDict[tuple[str, str, bool], TextStates] = OrderedDict()

    def see(self, pictures: Pictures, setting: Setting, on_step: OnStep) -> NDArray[np.float32]:
        """CAVP features (time, 512) of the range."""
        total = max(1, round(pictures.seconds * sight.RATE))
        look = sight.see_in_clips if setting.reference_frames else sight.see
        frames = _frames(pictures, setting)

        def told(done: int) -> None:
            on_step("analyse", min(done, total), total)

        return self._parts(setting).use("video_encoder", lambda encoder: look(encoder, frames, told))

    def foresee(self, features: NDArray[np.float32], samples: int, sensitivity: float) -> Prediction:
        """What the onset predictor says, as cues and curve; samples is the range's length at CUE_RATE."""
        return foreseen(self._components.timing(), torch.from_numpy(features), samples, sensitivity)

    def takes_at_once(self) -> int:
        """A pass over several takes saves time on a GPU only; on a processor the first take would just come later."""
        if self._components.device.type != "cuda":
            return 1
        free, _ = torch.cuda.mem_get_info(self._components.device)
        return max(1, min(_MOST_AT_ONCE, free // _TAKE_BYTES))

    def make(
        self, takes: Sequence[Conditions], features: NDArray[np.float32], on_step: OnStep
    ) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        setting, first = SETTINGS[takes[0].setting], takes[0]
        text = self._read(first, setting, on_step)
        spans = plan_spans(first.samples, first.shots, setting)
        seen = torch.from_numpy(features)[None]
        if setting.reference_frames and fits_one_window(first.samples):
            seen = F.pad(seen[:, :FEATURES], (0, 0, 0, max(0, FEATURES - seen.shape[1])))
        parts = self._parts(setting)
        session = Session(parts.sound(), parts.scheduler(setting), setting, seen, text, takes)
        latents = session.denoise(spans, on_step)
        recording = Recording(session.pipeline, spans, first.samples, setting.int16)
        for number in range(len(takes)):
            for block in recording.play([part[number : number + 1] for part in latents], number, len(takes), on_step):
                yield number, block

    def _parts(self, setting: Setting) -> Components:
        if setting.half != self._components.half:
            self._components = Components(self._folder, setting.half)
        return self._components

    def _read(self, take: Conditions, setting: Setting, on_step: OnStep) -> TextStates:
        key = (take.prompt, take.negative, setting.half)
        if key not in self._texts:
            on_step("text", 0, 1)
            parts = self._parts(setting)
            self._texts[key] = parts.use(
                "text_encoder", lambda encoder: parts.reader(encoder).encode_prompt([take.prompt], [take.negative])
            )
            if len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)
        self._texts.move_to_end(key)
        return self._texts[key]


def _frames(pictures: Pictures, setting: Setting) -> Iterator[sight.Frame]:
    """The range's pictures at 4 a second; a range shorter than half a tick has its first picture."""
    if setting.reference_frames:
        found = reference_frames(pictures, sight.SIZE)
    else:
        found = pictures.frames(sight.RATE, sight.SIZE, sight.SIZE, _MIDDLE)
    first = next(found, None)
    if first is None:
        found = pictures.frames(sight.RATE, sight.SIZE, sight.SIZE)
        first = next(found)
    yield first
    yield from found
