# SPDX-License-Identifier: GPL-3.0-or-later
"""STA-V2A with all conditions of one range, as `studio.takes` asks it window after window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from foleycue_backend.engines.base import Audio, Conditions
from foleycue_backend.engines.parts.sampling import OnStep
from foleycue_backend.engines.parts.schedule import Scheduler
from foleycue_backend.engines.parts.sight import RATE
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.parts.vocoder import samples_of
from foleycue_backend.engines.sta_v2a.controlnet import LATENT_BANDS
from foleycue_backend.engines.sta_v2a.denoising import Thrift
from foleycue_backend.engines.sta_v2a.foresight import condition
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.settings import StaV2aSetting
from foleycue_backend.engines.studio.grid import AUDIOLDM, Span
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Guidance
from foleycue_shared.timing import CUE_RATE


class Session:
    """What all windows and takes of a range share: features (1, time, 512), text and solver."""

    grid = AUDIOLDM

    def __init__(
        self,
        pipeline: StaV2aPipeline,
        scheduler: Scheduler,
        setting: StaV2aSetting,
        features: Tensor,
        text: TextStates,
        takes: Sequence[Conditions],
        spans: Sequence[Span],
    ) -> None:
        self._pipeline = pipeline
        self.scheduler = scheduler
        self._setting = setting
        self._features = features.to(self.device)
        self._text = text
        self._seeds = [take.seed for take in takes]
        self._scales = _scales(takes[0].guidance, pipeline)
        samples = takes[0].samples * CUE_RATE // AUDIOLDM.sample_rate
        self._control = condition(pipeline, self._features, max(span.high for span in spans), takes[0].cues, samples)

    @property
    def shape(self) -> tuple[int, int]:
        """Channels and bands of the latents."""
        return self._pipeline.unet.config["in_channels"], LATENT_BANDS

    @property
    def device(self) -> torch.device:
        """Where the UNet is."""
        return self._pipeline.unet.device

    def denoise(self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: OnStep) -> Tensor:
        """Latents (takes, 8, frames, 16) of a window."""
        features = self._features[:, AUDIOLDM.pictures_of(span, RATE, self._features.shape[1])]
        masks = self._masks(features)
        return self._pipeline.denoise(
            features if masks is None else features.expand(len(self._seeds), -1, -1),
            self._text,
            self._control[:, span.low : span.high],
            noise,
            self._setting.steps,
            self._scales,
            self.scheduler,
            variance_noise,
            on_step,
            keep_mask=masks,
            thrift=Thrift(self._setting.guided_until, self._setting.control_every),
        )

    def decode(self, latents: Tensor) -> Tensor:
        """Log-mel (1, 4 · frames, 64)."""
        return self._pipeline.decode(latents)

    def vocode(self, decoded: Tensor, on_round: Callable[[], None]) -> Audio:
        """Samples at 16 kHz."""
        return samples_of(self._pipeline.vocode(decoded)[0], self._setting.int16)

    def _masks(self, features: Tensor) -> Tensor | None:
        """The published dropout of the pooling, drawn for each take by its seed."""
        pooling = self._pipeline.attentive_pooling
        if pooling is None or not self._setting.pooling_dropout:
            return None
        drawn = [pooling.draw_keep_mask(features, torch.Generator().manual_seed(seed)) for seed in self._seeds]
        return torch.cat(drawn)


def _scales(wanted: Guidance, pipeline: StaV2aPipeline) -> Scales:
    """The published scales where nothing is wanted."""
    if pipeline.attentive_pooling is None and wanted.picture not in (None, 1):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "These weights of sta-v2a have no picture tokens: leave the picture guidance at 1."
        )
    usual = Scales()
    return Scales(
        usual.text if wanted.text is None else wanted.text,
        usual.picture if wanted.picture is None else wanted.picture,
        usual.cues if wanted.cues is None else wanted.cues,
    )
