# SPDX-License-Identifier: GPL-3.0-or-later
"""Several takes of one range from noise to latents, window after window, each take as it would be alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from foleycue_backend.engines.base import Conditions, OnStep
from foleycue_backend.engines.parts.sampling import OnStep as DenoisingStep
from foleycue_backend.engines.parts.schedule import Scheduler
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a.controlnet import LATENT_BANDS
from foleycue_backend.engines.sta_v2a.denoising import Thrift
from foleycue_backend.engines.sta_v2a.foresight import condition
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.noise import noise_of_takes, step_noise
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.plan import SAMPLE_RATE, Span, features_of
from foleycue_backend.engines.sta_v2a.settings import Setting
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Guidance
from foleycue_shared.timing import CUE_RATE


class Session:
    """What all windows and takes of a range share: features (1, time, 512), text and solver."""

    def __init__(
        self,
        pipeline: StaV2aPipeline,
        scheduler: Scheduler,
        setting: Setting,
        features: Tensor,
        text: TextStates,
        takes: Sequence[Conditions],
    ) -> None:
        self.pipeline = pipeline
        self._scheduler = scheduler
        self._setting = setting
        self._features = features.to(pipeline.unet.device)
        self._text = text
        self._seeds = [take.seed for take in takes]
        self._cues = takes[0].cues
        self._samples = takes[0].samples * CUE_RATE // SAMPLE_RATE
        self._steps = takes[0].steps or setting.steps
        self._scales = _scales(takes[0].guidance, pipeline)

    def denoise(self, spans: Sequence[Span], on_step: OnStep) -> list[Tensor]:
        """Latents (takes, 8, frames, 16) of each window, float32 in main memory: 13 kB a second and take."""
        control = condition(self.pipeline, self._features, max(span.high for span in spans), self._cues, self._samples)
        total = len(spans) * self._steps
        on_step("diffuse", 0, total)
        return [
            self._window(span, control, _told(on_step, number * self._steps, total))
            for number, span in enumerate(spans)
        ]

    def _window(self, span: Span, control: Tensor, on_step: DenoisingStep) -> Tensor:
        unet = self.pipeline.unet
        place = (span.low, span.frames, unet.config["in_channels"], LATENT_BANDS)
        ancestral = self._setting.solver == "ddpm"
        features = self._features[:, features_of(span, self._features.shape[1])]
        masks = self._masks(features)
        latents = self.pipeline.denoise(
            features if masks is None else features.expand(len(self._seeds), -1, -1),
            self._text,
            control[:, span.low : span.high],
            noise_of_takes(self._seeds, *place).to(unet.device),
            self._steps,
            self._scales,
            self._scheduler,
            step_noise(self._seeds, *place, unet.device) if ancestral else None,
            on_step,
            keep_mask=masks,
            thrift=Thrift(self._setting.guided_until, self._setting.control_every),
        )
        return latents.cpu()

    def _masks(self, features: Tensor) -> Tensor | None:
        """The published dropout of the pooling, drawn for each take by its seed."""
        pooling = self.pipeline.attentive_pooling
        if pooling is None or not self._setting.pooling_dropout:
            return None
        drawn = [pooling.draw_keep_mask(features, torch.Generator().manual_seed(seed)) for seed in self._seeds]
        return torch.cat(drawn)


def _told(on_step: OnStep, before: int, total: int) -> DenoisingStep:
    """Steps of one window as steps of all."""
    return lambda done, _: on_step("diffuse", before + done, total)


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
