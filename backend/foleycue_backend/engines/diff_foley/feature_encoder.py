# SPDX-License-Identifier: GPL-3.0-or-later
"""What turns CAVP features into keys and values of the cross-attention: one layer and learned positions."""

from __future__ import annotations

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

#: Pictures of one window, 8 seconds at 4 pictures a second.
WINDOW_ROWS = 32


class FeatureEncoder(ModelMixin, ConfigMixin):
    """Features (batch, rows, features) to conditions (batch, rows, width); positions count from each window's start.

    The UNet has one, and the classifier has one of its own, which its training uses and the published sampling does
    not. Names are the published ones, prefix off.
    """

    @register_to_config
    def __init__(self, features: int = 512, width: int = 768, positions: int = 40) -> None:
        super().__init__()
        self.embedder = nn.Sequential(nn.Linear(features, width))
        self.pos_emb = nn.Embedding(positions, width)

    def forward(self, features: Tensor) -> Tensor:
        """Conditions; raises ValueError for more rows than there are positions."""
        rows = features.shape[1]
        if rows > self.pos_emb.num_embeddings:
            raise ValueError(f"{rows} rows, but positions for {self.pos_emb.num_embeddings} only: cut it into windows")
        return self.embedder(features) + self.pos_emb(torch.arange(rows, device=features.device))
