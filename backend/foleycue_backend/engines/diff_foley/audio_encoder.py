# SPDX-License-Identifier: GPL-3.0-or-later
"""The audio half of CAVP (Luo et al., 2023): a Cnn14 that keeps time, in one space with the video half."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as F

from foleycue_backend.engines.parts.cnn14 import CHANNELS, add_blocks, run_blocks

#: Halved in time and band four times, then once in band only.
_POOLS = ((2, 2), (2, 2), (2, 2), (2, 2), (1, 2), (1, 1))
#: Tokens that the contrastive training takes as one clip, 4 seconds.
CLIP_TOKENS = 16


class CavpAudioEncoder(ModelMixin, ConfigMixin):
    """Spectrograms to one feature every 16 columns. Names are the published ones below `spec_encoder.`."""

    @register_to_config
    def __init__(self, bands: int = 128, channels: Sequence[int] = CHANNELS, features: int = 512) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(bands)
        add_blocks(self, channels)
        self.fc1 = nn.Linear(channels[-1], channels[-1])
        self.final_project = nn.Linear(channels[-1], features)
        self.eval()

    def forward(self, spectrogram: Tensor, normalize: bool = True) -> Tensor:
        """Features (batch, columns // 16, features), unit rows if `normalize`, of (batch, bands, columns) in 0..1."""
        x = self.bn(spectrogram.unsqueeze(1).transpose(1, 2)).permute(0, 2, 3, 1)
        x = run_blocks(self, x, _POOLS).mean(3)
        x = F.max_pool1d(x, 3, 1, 1) + F.avg_pool1d(x, 3, 1, 1)
        x = x.transpose(1, 2)
        # The published network runs the same layer twice.
        for _ in range(2):
            x = torch.relu(self.fc1(x))
        x = self.final_project(x)
        return F.normalize(x, dim=-1) if normalize else x


def pool_clips(features: Tensor) -> Tensor:
    """One unit feature a clip, (batch · clips, features), from features without the norm (batch, tokens, features).

    A clip is 16 tokens; those of a clip that is not whole are left out.
    """
    clips = features.shape[1] // CLIP_TOKENS
    grouped = features[:, : clips * CLIP_TOKENS].reshape(-1, CLIP_TOKENS, features.shape[-1])
    return F.normalize(grouped.amax(1), dim=-1)
