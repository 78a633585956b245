# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter's timestamp detector: R(2+1)D-18 (Tran et al., 2018) that keeps every moment, and a small head.

The published script never leaves training mode, so batch norm uses the statistics of the clip itself. Call `train()`
for that and `eval()` for the learned ones; neither changes anything that is stored.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from foleycue_backend.engines.checkpoints.state_dict import State, filled
from foleycue_backend.engines.checkpoints.unet_shapes import Config, count_of, shape_of

_WRAPPER = "module."


def _factored_width(inputs: int, outputs: int) -> int:
    """Channels between the flat and the temporal kernel: as many weights as a 3x3x3 kernel would have."""
    return inputs * outputs * 27 // (inputs * 9 + 3 * outputs)


def _factored(inputs: int, between: int, outputs: int, stride: int, side: int = 3) -> list[nn.Module]:
    """A kernel over space, batch norm, ReLU, a kernel over time."""
    edge = side // 2
    return [
        nn.Conv3d(inputs, between, (1, side, side), (1, stride, stride), (0, edge, edge), bias=False),
        nn.BatchNorm3d(between),
        nn.ReLU(),
        nn.Conv3d(between, outputs, (3, 1, 1), 1, (1, 0, 0), bias=False),
    ]


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        between = _factored_width(inputs, outputs)
        first, second = (nn.Sequential(*_factored(*sizes)) for sizes in (
            (inputs, between, outputs, stride), (outputs, between, outputs, 1)))  # fmt: skip
        self.conv1 = nn.Sequential(first, nn.BatchNorm3d(outputs), nn.ReLU())
        self.conv2 = nn.Sequential(second, nn.BatchNorm3d(outputs))
        self.downsample = None
        if stride > 1 or inputs != outputs:
            shortcut = nn.Conv3d(inputs, outputs, 1, (1, stride, stride), bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm3d(outputs))

    def forward(self, clip: Tensor) -> Tensor:
        shortcut = clip if self.downsample is None else self.downsample(clip)
        return torch.relu(self.conv2(self.conv1(clip)) + shortcut)


class _Trunk(nn.Module):
    def __init__(self, stem: int, widths: Sequence[int], blocks: Sequence[int]) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_factored(3, stem, widths[0], 2, 7), nn.BatchNorm3d(widths[0]), nn.ReLU())
        self.stages = len(widths)
        inputs = widths[0]
        for stage, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            strides = [2 if stage else 1, *[1] * (count - 1)]
            sizes = [inputs, *[width] * (count - 1)]
            chain = [_Block(size, width, stride) for size, stride in zip(sizes, strides, strict=True)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*chain))
            inputs = width

    def forward(self, clip: Tensor) -> Tensor:
        x = self.stem(clip)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x


class _Net(nn.Module):
    """Only there for the published names."""

    def __init__(self, trunk: _Trunk) -> None:
        super().__init__()
        self.model = trunk


class OnsetNet(ModelMixin, ConfigMixin):
    """A logit for each picture; sigmoid of it 0.5 and above is an onset. Keys `net.model.*` and `fc.*`."""

    @register_to_config
    def __init__(
        self,
        stem: int = 45,
        widths: Sequence[int] = (64, 128, 256, 512),
        blocks: Sequence[int] = (2, 2, 2, 2),
        head: int = 128,
    ) -> None:
        super().__init__()
        self.net = _Net(_Trunk(stem, widths, blocks))
        self.fc = nn.Sequential(nn.Linear(widths[-1], head), nn.ReLU(), nn.Linear(head, 1))
        for module in self.modules():
            if isinstance(module, nn.BatchNorm3d):
                # The clip's statistics are used and forgotten.
                module.track_running_stats = False

    @property
    def reach(self) -> int:
        """Pictures to either side that the word on one picture depends on, with learned statistics (`eval`)."""
        blocks: Sequence[int] = self.config["blocks"]
        return 1 + 2 * sum(blocks)

    def forward(self, clip: Tensor) -> Tensor:
        """Logits (B, T) of clips (B, 3, T, height, width)."""
        seen = self.net.model(clip).mean((3, 4))
        return self.fc(seen.transpose(1, 2)).squeeze(-1)


def onset_net_config(state: State) -> Config:
    """The detector's configuration, from shapes; raises ShapeTrouble for tensors of another kind."""
    stages = count_of(state, r"net\.model\.layer(\d+)\.") - 1
    return {
        "stem": shape_of(state, "net.model.stem.0.weight")[0],
        "widths": [shape_of(state, f"net.model.layer{s + 1}.0.conv1.0.3.weight")[0] for s in range(stages)],
        "blocks": [count_of(state, rf"net\.model\.layer{s + 1}\.(\d+)\.") for s in range(stages)],
        "head": shape_of(state, "fc.0.weight")[0],
    }


def load_onset_net(state: State) -> OnsetNet:
    """The detector of the `state_dict` in `timestamp_detector.pth.tar`, in eval mode.

    Raises FoleyCueError (bad-input) naming the keys that do not fit, ShapeTrouble for another network.
    """
    own = {key.removeprefix(_WRAPPER): value for key, value in state.items()}
    config = onset_net_config(own)
    return filled(lambda: OnsetNet(**config), own, "timestamp detector")
