# SPDX-License-Identifier: GPL-3.0-or-later
"""Local video tokens of STA-V2A: a small network on each feature, and its means over windows of four widths."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as F

#: Half widths of the windows, in features.
HALF_WIDTHS = (1, 2, 4, 8)


def window_means(length: int, half_width: int) -> Tensor:
    """Matrix (length, length) whose row i takes the mean of rows i - half_width up to, not with, i + half_width.

    The window holds one more past row than future rows and is cut at both ends; the divisor is the number of rows
    that are left.
    """
    row = torch.arange(length)
    offset = row - row[:, None]
    inside = ((offset >= -half_width) & (offset < half_width)).float()
    return inside / inside.sum(1, keepdim=True)


class LocalFeatures(ModelMixin, ConfigMixin):
    """Features (batch, time, input_size) to tokens (batch, time, size), or five times as wide with windows."""

    @register_to_config
    def __init__(
        self, input_size: int = 512, sizes: Sequence[int] = (256, 256, 128, 128), windows: bool = True
    ) -> None:
        super().__init__()
        first, second, third, last = sizes
        self.fc1 = nn.Linear(input_size, first)
        self.fc2 = nn.Linear(first, second)
        self.fc3 = nn.Linear(second, third)
        self.fc4 = nn.Linear(third, last)
        self.windows = windows

    def forward(self, features: Tensor) -> Tensor:
        """Tokens (batch, time, width): the row itself, then its window means from narrow to wide."""
        x = F.gelu(self.fc1(features))
        x = F.gelu(self.fc2(x))
        x = F.gelu(self.fc3(x))
        rows = self.fc4(x)
        if not self.windows:
            return rows
        means = torch.stack([window_means(rows.shape[1], half) for half in HALF_WIDTHS]).to(rows)
        return torch.cat([rows, *(means[:, None] @ rows)], -1)
