# SPDX-License-Identifier: GPL-3.0-or-later
"""CAVP video encoder of Diff-Foley (Luo et al., 2023): a SlowOnly ResNet3d-50 (Feichtenhofer et al., 2019).

All its kernels are flat, either in time or in space, so each is run as a two-dimensional convolution: over the
pictures (batch · time, channels, height, width), or over (batch, channels, time, height · width). In channels-last
memory the two views are the same numbers in the same places, and nothing is copied between them. Weights keep the
published names and five-dimensional shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as F

_EXPANSION = 4
#: Stages whose first convolutions look at three pictures.
_TEMPORAL_STAGES = (2, 3)


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm, and optionally ReLU, on pictures (batch · time, channels, h, w)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int, int], stride: int = 1, activate: bool = True
    ) -> None:
        super().__init__()
        self.padding = (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)
        self.conv = nn.Conv3d(inputs, outputs, kernel, (1, stride, stride), self.padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.activate = activate

    def forward(self, pictures: Tensor, time: int) -> Tensor:
        """Pictures of the same batch and time, (batch · time, outputs, h / stride, w / stride)."""
        x = self._over_time(pictures, time) if self.conv.kernel_size[0] > 1 else self._over_space(pictures)
        x = self.bn(x)
        return F.relu_(x) if self.activate else x

    def _over_space(self, pictures: Tensor) -> Tensor:
        return F.conv2d(pictures, self.conv.weight.squeeze(2), None, self.conv.stride[1:], self.padding[1:])

    def _over_time(self, pictures: Tensor, time: int) -> Tensor:
        _, channels, height, width = pictures.shape
        clips = pictures.permute(0, 2, 3, 1).reshape(-1, time, height * width, channels).permute(0, 3, 1, 2)
        mixed = F.conv2d(clips, self.conv.weight.squeeze(-1), padding=(self.padding[0], 0))
        return mixed.permute(0, 2, 3, 1).reshape(-1, height, width, mixed.shape[1]).permute(0, 3, 1, 2)


class Bottleneck(nn.Module):
    """Residual block: 1x1 (three pictures deep if temporal), 3x3 with the stride, 1x1 four times as wide."""

    def __init__(self, inputs: int, width: int, stride: int, temporal: bool, shortcut: bool) -> None:
        super().__init__()
        outputs = width * _EXPANSION
        self.conv1 = ConvNorm(inputs, width, (3 if temporal else 1, 1, 1))
        self.conv2 = ConvNorm(width, width, (1, 3, 3), stride)
        self.conv3 = ConvNorm(width, outputs, (1, 1, 1), activate=False)
        self.downsample = ConvNorm(inputs, outputs, (1, 1, 1), stride, activate=False) if shortcut else None

    def forward(self, pictures: Tensor, time: int) -> Tensor:
        """Pictures (batch · time, 4 · width, h / stride, w / stride)."""
        residual = pictures if self.downsample is None else self.downsample(pictures, time)
        x = self.conv2(self.conv1(pictures, time), time)
        return F.relu_(self.conv3(x, time).add_(residual))


class VideoTrunk(nn.Module):
    """ResNet3d whose first two stages see single pictures and whose last two see their neighbours too."""

    def __init__(self, base_channels: int, stage_blocks: Sequence[int]) -> None:
        super().__init__()
        self.conv1 = ConvNorm(3, base_channels, (1, 7, 7), 2)
        inputs = base_channels
        self.stages = len(stage_blocks)
        for stage, blocks in enumerate(stage_blocks):
            width = base_channels << stage
            layer = nn.ModuleList()
            for block in range(blocks):
                stride = 2 if stage and not block else 1
                layer.append(Bottleneck(inputs, width, stride, stage in _TEMPORAL_STAGES, shortcut=not block))
                inputs = width * _EXPANSION
            self.add_module(f"layer{stage + 1}", layer)
        self.outputs = inputs

    def forward(self, pictures: Tensor, time: int) -> Tensor:
        """(batch · time, outputs, h / 32, w / 32) from (batch · time, 3, h, w)."""
        return self.over_time(self.over_space(pictures), time)

    def over_space(self, pictures: Tensor) -> Tensor:
        """The stages in which no picture sees another: (n, channels, h / 8, w / 8) from any number of pictures."""
        x = F.max_pool2d(self.conv1(pictures, 1), 3, 2, 1)
        return self._run(x, 1, [stage for stage in range(self.stages) if stage not in _TEMPORAL_STAGES])

    def over_time(self, pictures: Tensor, time: int) -> Tensor:
        """The other stages, (batch · time, outputs, h / 32, w / 32) from what `over_space` returned."""
        return self._run(pictures, time, _TEMPORAL_STAGES)

    def _run(self, x: Tensor, time: int, stages: Sequence[int]) -> Tensor:
        for stage in stages:
            for block in self.get_submodule(f"layer{stage + 1}").children():
                x = block(x, time)
        return x


class CavpVideoEncoder(ModelMixin, ConfigMixin):
    """Pictures to one feature a picture. It is frozen in every system that uses it: `train()` leaves it as it is."""

    @register_to_config
    def __init__(
        self, base_channels: int = 64, stage_blocks: Sequence[int] = (3, 4, 6, 3), features: int = 512
    ) -> None:
        super().__init__()
        self.video_encoder = VideoTrunk(base_channels, stage_blocks)
        self.video_project_head = nn.Linear(self.video_encoder.outputs, features)
        self.eval()

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode: the batch statistics are those of the contrastive pre-training."""
        return super().train(False)

    def forward(self, video: Tensor, normalize: bool = True) -> Tensor:
        """Features (batch, time, features), unit rows if `normalize`.

        `video` (batch, time, 3, height, width), RGB in [0, 1] without mean or deviation taken out; 4 pictures a
        second and 224x224 in the published systems. Time is padded with zeros, so the first and last rows differ
        from those of a longer clip.
        """
        batch, time = video.shape[:2]
        return self.over_time(self.over_space(video.flatten(0, 1)), time, normalize).unflatten(0, (batch, time))

    @property
    def reach(self) -> int:
        """How many pictures to either side a feature depends on."""
        blocks: Sequence[int] = self.config["stage_blocks"]
        return sum(blocks[stage] for stage in _TEMPORAL_STAGES)

    def over_space(self, pictures: Tensor) -> Tensor:
        """First half, picture by picture, so that a long film can pass in small groups: (n, 3, h, w) in [0, 1]."""
        pictures = pictures.to(self.dtype).contiguous(memory_format=torch.channels_last)
        return self.video_encoder.over_space(pictures)

    def over_time(self, halfway: Tensor, time: int, normalize: bool = True) -> Tensor:
        """Features (batch · time, features) from what `over_space` returned for clips of `time` pictures."""
        x = self.video_project_head(self.video_encoder.over_time(halfway, time).mean((2, 3)))
        return F.normalize(x, dim=-1) if normalize else x
