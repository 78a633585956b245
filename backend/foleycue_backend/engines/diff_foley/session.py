# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley with all conditions of one range, as `studio.takes` asks it window after window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn import functional as F

from foleycue_backend.engines.base import Audio
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier, AlignmentGradient
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.diff_foley.guidance import DoubleGuidance, Scales, conditioned
from foleycue_backend.engines.diff_foley.inversion import invert
from foleycue_backend.engines.diff_foley.latents import LATENT_BANDS, decode
from foleycue_backend.engines.diff_foley.plan import rows_of
from foleycue_backend.engines.diff_foley.schedule import dpm_solver
from foleycue_backend.engines.diff_foley.settings import DiffFoleySetting
from foleycue_backend.engines.parts.sampling import OnStep, Predict, sample
from foleycue_backend.engines.studio.grid import Span

#: Griffin-Lim's first phases are drawn from this seed in each window: a take's sound is its latents' alone.
_PHASES = 0


@dataclass(frozen=True)
class Alignment:
    """The classifier, with the feature encoder that it was trained with."""

    classifier: AlignmentClassifier
    feature_encoder: FeatureEncoder


@dataclass(frozen=True)
class Networks:
    """What makes sound; without alignment there is but one guidance."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    feature_encoder: FeatureEncoder
    alignment: Alignment | None


class Session:
    """What all windows and takes of a range share: features (time, 512), scales and setting."""

    def __init__(self, networks: Networks, setting: DiffFoleySetting, features: Tensor, scales: Scales) -> None:
        self.grid = setting.grid
        self._networks = networks
        self._setting = setting
        self._features = features.to(self.device)
        self._scales = scales
        self.scheduler = dpm_solver()

    @property
    def shape(self) -> tuple[int, int]:
        """Channels and bands of the latents."""
        return self._networks.unet.config["in_channels"], LATENT_BANDS

    @property
    def device(self) -> torch.device:
        """Where the UNet is."""
        return self._networks.unet.device

    def denoise(self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: OnStep) -> Tensor:
        """Latents (takes, 4, frames, 16) of a window; the published solver draws no noise of its own."""
        rows = self._features[rows_of(span, self._setting, len(self._features))][None]
        with torch.inference_mode():
            predict = self._predict(rows, len(noise))
        # The networks have time last.
        found = sample(self.scheduler, predict, noise.transpose(2, 3), steps=self._setting.steps, on_step=on_step)
        return found.transpose(2, 3)

    def decode(self, latents: Tensor) -> Tensor:
        """The spectrogram (128, 8 · frames) of one take."""
        vae = self._networks.vae
        with torch.inference_mode():
            return decode(vae, latents.transpose(2, 3).to(vae.dtype))[0].float()

    def vocode(self, decoded: Tensor, on_round: Callable[[], None]) -> Audio:
        """Samples at 16 kHz, as many as the setting's grid gives the window."""
        if not self._setting.end_to_end:
            # Training spectrograms lie in 0..1; a column more at the end fills the last latent frame.
            decoded = F.pad(decoded.clamp(0, 1), (0, 1), mode="replicate")
        wave = invert(decoded, _PHASES, self._setting.bank_rate, on_round)
        return (wave.clamp(-1, 1) if self._setting.limited else wave).numpy()

    def _predict(self, rows: Tensor, batch: int) -> Predict:
        """The guided noise of a window that is shown features (1, 32, 512)."""
        networks, encoder = self._networks, self._networks.feature_encoder
        condition = encoder(rows).to(networks.unet.dtype)
        negative = encoder(torch.zeros_like(rows)).to(condition) if self._setting.as_trained else None
        noise = conditioned(networks.unet, condition, self._scales.condition, batch, negative)
        if networks.alignment is None or self._scales.alignment == 0:
            return noise
        context = self._context(rows, networks.alignment).expand(batch, -1, -1)
        gradient = AlignmentGradient(networks.alignment.classifier, context)
        return DoubleGuidance(noise, gradient, self._scales.alignment)

    def _context(self, rows: Tensor, alignment: Alignment) -> Tensor:
        """What the classifier is shown: raw features, as published, or what its training knew."""
        if self._setting.as_trained:
            return alignment.feature_encoder(rows)
        return self._features[None] if self._setting.whole_clip else rows
