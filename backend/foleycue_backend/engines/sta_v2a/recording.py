# SPDX-License-Identifier: GPL-3.0-or-later
"""From latents to sound, window after window, joined where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch import Tensor

from foleycue_backend.engines.base import Audio, OnStep
from foleycue_backend.engines.parts.vocoder import to_int16
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.plan import FRAME_SAMPLES, Span
from foleycue_backend.stages.windows import join

#: Latent frames at the open end of a window that the vocoder spoils, having no neighbours there to agree with.
_EDGE = 3
_FADE = 640
_FULL_SCALE = 32768.0


class Recording:
    """Plays takes whose windows lie at spans; int16 rounds samples as the published system does."""

    def __init__(self, pipeline: StaV2aPipeline, spans: Sequence[Span], samples: int, int16: bool) -> None:
        self._pipeline = pipeline
        self._spans = spans
        self._samples = samples
        self._int16 = int16

    def play(self, latents: Sequence[Tensor], take: int, takes: int, on_step: OnStep) -> Iterator[Audio]:
        """Blocks of one take, together exactly `samples` long, from the latents (1, 8, frames, 16) of each window."""
        left = self._samples
        for block in join(self._windows(latents, take, takes, on_step), _FADE):
            yield block[:left]
            left -= min(left, len(block))

    def _windows(
        self, latents: Sequence[Tensor], take: int, takes: int, on_step: OnStep
    ) -> Iterator[tuple[int, Audio]]:
        """Overlapping (start sample, samples)."""
        last, total = len(latents) - 1, 2 * len(latents) * takes
        for number, (span, part) in enumerate(zip(self._spans, latents, strict=True)):
            step = 2 * (len(latents) * take + number)
            on_step("vocode", step, total)
            mel = self._pipeline.decode(part.to(self._pipeline.vae.device))
            on_step("vocode", step + 1, total)
            sound = self._sound(mel)
            head = _EDGE if number else 0
            tail = _EDGE if number < last else 0
            yield (span.low + head) * FRAME_SAMPLES, sound[head * FRAME_SAMPLES : (span.frames - tail) * FRAME_SAMPLES]

    def _sound(self, mel: Tensor) -> Audio:
        wave = self._pipeline.vocode(mel)[0]
        if self._int16:
            return to_int16(wave).cpu().numpy().astype(np.float32) / np.float32(_FULL_SCALE)
        return wave.cpu().numpy()
