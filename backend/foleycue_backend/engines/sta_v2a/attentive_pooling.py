# SPDX-License-Identifier: GPL-3.0-or-later
"""Global video tokens of STA-V2A: attention over time by the potentials of a factor graph (Schwartz et al., 2019)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils.torch_utils import randn_tensor
from torch import Tensor, nn
from torch.nn import functional as F

#: Share of units that the published model drops, at inference too.
_DROPOUT = 0.5


class Potentials(NamedTuple):
    """What decides the attention: `unary` and `pairwise` (batch, time), and their weighted sum `reduced`."""

    unary: Tensor
    pairwise: Tensor
    reduced: Tensor


class UnaryPotential(nn.Module):
    """How much a row says by itself."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.embed = nn.Conv1d(size, size, 1)
        self.feature_reduce = nn.Conv1d(size, 1, 1)

    def forward(self, rows: Tensor, keep_mask: Tensor | None) -> Tensor:
        """(batch, time) from (batch, size, time); hidden units where `keep_mask` is 0 are dropped."""
        hidden = F.relu(self.embed(rows))
        if keep_mask is not None:
            hidden = hidden * keep_mask.to(hidden) / (1 - _DROPOUT)
        return self.feature_reduce(hidden).squeeze(1)


class PairwisePotential(nn.Module):
    """How much a row agrees with all rows on average."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.embed_X = nn.Conv1d(size, size, 1)
        self.embed_Y = nn.Conv1d(size, size, 1)

    def forward(self, rows: Tensor) -> Tensor:
        """(batch, time) from (batch, size, time).

        The mean of cosines over all rows is the product with the mean direction, so no (time, time) matrix is made.
        """
        left = F.normalize(self.embed_X(rows), dim=1)
        right = F.normalize(self.embed_Y(rows), dim=1).mean(2, keepdim=True)
        return (left * right).sum(1)


class FactorGraph(nn.Module):
    """The potentials of one modality; the lists have one entry each, as the published names want it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.un_models = nn.ModuleList([UnaryPotential(size)])
        self.pp_models = nn.ModuleList([PairwisePotential(size)])
        self.reduce_potentials = nn.ModuleList([nn.Conv1d(2, 1, 1, bias=False)])

    def forward(self, rows: Tensor, keep_mask: Tensor | None) -> Potentials:
        """Potentials of (batch, size, time) rows."""
        unary, pairwise = self.un_models[0](rows, keep_mask), self.pp_models[0](rows)
        reduced = self.reduce_potentials[0](torch.stack([unary, pairwise], 1)).squeeze(1)
        return Potentials(unary, pairwise, reduced)


class AttentivePooling(ModelMixin, ConfigMixin):
    """Features (batch, time, input_size) to a few tokens (batch, tokens, size) for cross-attention.

    The published model drops half of the unary potential's units at inference too. Here that happens only when a
    `keep_mask` is given; `draw_keep_mask` draws one as the published model does.
    """

    @register_to_config
    def __init__(self, input_size: int = 512, size: int = 1024, tokens: int = 4) -> None:
        super().__init__()
        self.fc = nn.Linear(input_size, size)
        self.fga = FactorGraph(size)
        self.conv = nn.Conv1d(1, tokens, 3, padding=1)

    def draw_keep_mask(self, features: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Bernoulli mask (batch, size, time) of ones and zeros for `features`: the published dropout."""
        batch, time, _ = features.shape
        shape = (batch, self.fc.out_features, time)
        # Normal draws, whose sign is a fair coin: a generator of the processor then serves any device.
        return (randn_tensor(shape, generator=generator, device=features.device) > 0).float()

    def potentials(self, features: Tensor, keep_mask: Tensor | None = None) -> Potentials:
        """Unary, pairwise and reduced potentials (batch, time); attention is the softmax of the last."""
        return self.fga(self.fc(features).transpose(1, 2), keep_mask)

    def attend(self, features: Tensor, keep_mask: Tensor | None = None) -> Tensor:
        """Attended mean (batch, size) over time. Zero rows of short clips take part, as in the published model."""
        rows = self.fc(features)
        weights = self.fga(rows.transpose(1, 2), keep_mask).reduced.softmax(1)
        return (weights[:, None] @ rows).squeeze(1)

    def forward(self, features: Tensor, keep_mask: Tensor | None = None) -> Tensor:
        """Tokens (batch, tokens, size); `keep_mask` (batch, size, time) of ones and zeros drops units."""
        return self.conv(self.attend(features, keep_mask)[:, None])
