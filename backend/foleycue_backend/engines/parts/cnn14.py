# SPDX-License-Identifier: GPL-3.0-or-later
"""The convolutions of PANNs Cnn14 (Kong et al., 2020), which classify sound and are the audio half of CAVP.

Both networks keep them below their own names `conv_block1`, `conv_block2`, ..., so they are added to a module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

#: Widths of the six published blocks.
CHANNELS = (64, 128, 256, 512, 1024, 2048)


class ConvBlock(nn.Module):
    """Two 3x3 convolutions, each with its norm."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, frames, bands) from (batch, channels, frames, bands)."""
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


def add_blocks(module: nn.Module, channels: Sequence[int]) -> None:
    """Give `module` the blocks `conv_block1` and on, the first of them for one channel."""
    for number, (before, width) in enumerate(zip((1, *channels), channels, strict=False), 1):
        module.add_module(f"conv_block{number}", ConvBlock(before, width))


def run_blocks(module: nn.Module, x: Tensor, pools: Sequence[tuple[int, int]]) -> Tensor:
    """(batch, width, frames, bands) from (batch, 1, frames, bands); each block is averaged by its pool."""
    for number, pool in enumerate(pools, 1):
        x = module.get_submodule(f"conv_block{number}")(x)
        x = nn.functional.avg_pool2d(x, pool) if pool != (1, 1) else x
    return x


def block_widths(state: Mapping[str, Tensor]) -> list[int]:
    """The widths of a published file's blocks; raises KeyError where it has none."""
    widths = [state["conv_block1.conv1.weight"].shape[0]]
    while (weight := state.get(f"conv_block{len(widths) + 1}.conv1.weight")) is not None:
        widths.append(weight.shape[0])
    return widths
