# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoiser: a one-dimensional ConvNeXt over latent frames, steered by text and by a cue curve.

Purely local along time (convolutions and per-frame norms only), so that a range of any length can be painted in
windows that give the same result as one pass.
"""

from __future__ import annotations

import math

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as F


class TimeText(nn.Module):
    """Noise level and prompt to one conditioning vector (batch, width)."""

    def __init__(self, text_dim: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(128, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Sequential(nn.Linear(text_dim, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, timestep: Tensor, text: Tensor) -> Tensor:
        freqs = torch.exp(torch.arange(64, device=text.device) * (-math.log(10000.0) / 64))
        angle = timestep.float()[:, None] * freqs
        return F.silu(self.time(torch.cat([angle.sin(), angle.cos()], 1).to(text.dtype)) + self.text(text))


class CueBranch(nn.Module):
    """Control rows (batch, channels, frames) to features (batch, frames, width)."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, width, 5, padding=2)
        self.second = nn.Conv1d(width, width, 5, padding=2)

    def forward(self, curve: Tensor) -> Tensor:
        return self.second(F.gelu(self.first(curve))).transpose(1, 2)


class TimeMix(nn.Module):
    """Depthwise convolution along time over (batch, frames, width), as a sum of shifted copies.

    The same as a grouped `Conv1d` of an odd `kernel`, but without its two transpositions and, with a `dilation`, faster
    on processors.
    """

    def __init__(self, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.reach = dilation * (kernel // 2)
        self.taps = nn.Parameter(torch.randn(kernel, width) / math.sqrt(kernel))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        frames = x.shape[1]
        padded = F.pad(x, (0, 0, self.reach, self.reach))
        taps = self.taps.to(x.dtype)
        out = self.bias.to(x.dtype).expand_as(x)
        for k in range(len(taps)):
            first = k * self.dilation
            out = out + padded[:, first : first + frames] * taps[k]
        return out


class Block(nn.Module):
    """ConvNeXt block (Liu et al., 2022) with adaptive norm (Peebles and Xie, 2023) and zero-init cue input."""

    def __init__(self, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.cue = nn.Linear(width, width)
        self.mix = TimeMix(width, kernel, dilation)
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulate = nn.Linear(width, 3 * width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        for layer in (self.cue, self.modulate):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, cond: Tensor, cue: Tensor) -> Tensor:
        shift, scale, gate = self.modulate(cond)[:, None].chunk(3, -1)
        h = self.mix(x + self.cue(cue))
        h = self.norm(h) * (1 + scale) + shift
        return x + gate * self.down(F.gelu(self.up(h), approximate="tanh"))


class MiniDenoiser(ModelMixin, ConfigMixin):
    """Velocity network of the flow (noise minus data) over latents at 25 Hz."""

    @register_to_config
    def __init__(
        self,
        channels: int = 96,
        text_dim: int = 189,
        cue_channels: int = 7,
        width: int = 192,
        dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1, 4),
        kernel: int = 7,
    ) -> None:
        super().__init__()
        self.enter = nn.Conv1d(channels, width, 3, padding=1)
        self.condition = TimeText(text_dim, width)
        self.cue = CueBranch(cue_channels, width)
        self.blocks = nn.ModuleList([Block(width, kernel, dilation) for dilation in dilations])
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, channels)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    @property
    def receptive_field(self) -> int:
        """Latent frames on one side that can change an output frame, in one evaluation."""
        return 4 + sum(block.mix.reach for block in self.blocks if isinstance(block, Block))

    def forward(self, latents: Tensor, timestep: Tensor, text: Tensor, curve: Tensor) -> Tensor:
        """Velocity (batch, channels, frames).

        `latents` (batch, channels, frames); `timestep` (batch,) in 0..1000, 1000 is pure noise; `text`
        (batch, text_dim), zeros for no prompt; `curve` (batch, cue_channels, frames).
        """
        cond = self.condition(timestep, text)
        cue = self.cue(curve)
        x = self.enter(latents).transpose(1, 2) + cue
        for block in self.blocks:
            x = block(x, cond, cue)
        return self.leave(self.norm(x)).transpose(1, 2)
