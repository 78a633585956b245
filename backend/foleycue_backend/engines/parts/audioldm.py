# SPDX-License-Identifier: GPL-3.0-or-later
"""A UNet that attends to conditions, with AudioLDM's codec, as `studio.takes` asks it: Tango, VTA-LDM and their kin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers import SpeechT5HifiGan

from foleycue_backend.engines.base import Audio
from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.sampling import OnStep, sample
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.grid import AUDIOLDM, Span
from foleycue_backend.engines.studio.setting import Setting

#: Classes of the parts that make sound of conditions.
CLASSES = {"unet": UNet2DConditionModel, "vae": AutoencoderKL, "vocoder": SpeechT5HifiGan}
_BANDS = 16

#: What a window attends to, both halves of guidance.
Conditions = Callable[[Span], TextStates]


class AudioLdmSystem:
    """One range of a system of that kind. Guidance is on above a `scale` of 1, as published."""

    grid = AUDIOLDM

    def __init__(self, parts: Components, setting: Setting, conditions: Conditions, scale: float) -> None:
        self._unet: UNet2DConditionModel = parts.keep("unet")
        self._vae: AutoencoderKL = parts.keep("vae")
        self._vocoder: SpeechT5HifiGan = parts.keep("vocoder")
        self.scheduler = parts.scheduler(setting)
        self._setting = setting
        self._conditions = conditions
        self._scale = scale

    @property
    def shape(self) -> tuple[int, int]:
        """Channels and bands of the latents."""
        return self._unet.config["in_channels"], _BANDS

    @property
    def device(self) -> torch.device:
        """Where the UNet is."""
        return self._unet.device

    def denoise(self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: OnStep) -> Tensor:
        """Latents (takes, 8, frames, 16) of a window."""
        given = self._conditions(span)
        states, mask = (part.to(self.device, self._unet.dtype) for part in (given.states, given.mask))
        return sample(
            self.scheduler,
            GuidedUnet(self._unet, two_branches(TextStates(states, mask), self._scale, len(noise))),
            noise,
            steps=self._setting.steps,
            variance_noise=variance_noise,
            on_step=on_step,
        )

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Tensor:
        """Log-mel (1, 4 · frames, 64)."""
        return autoencoder.decode(self._vae, latents.to(self._vae.dtype))

    @torch.inference_mode()
    def vocode(self, decoded: Tensor, on_round: Callable[[], None]) -> Audio:
        """Samples at 16 kHz."""
        return hifigan.samples_of(
            hifigan.vocode(self._vocoder, decoded.to(self._vocoder.dtype))[0], self._setting.int16
        )
