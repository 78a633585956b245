# SPDX-License-Identifier: GPL-3.0-or-later
"""PANNs Cnn14 at 16 kHz: the classifier behind FD, KL and IS.

Kong et al., PANNs: Large-Scale Pretrained Audio Neural Networks for Audio Pattern Recognition, TASLP 2020. Parameter
names and shapes are those of the published file Cnn14_16k_mAP=0.438.pth.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foleycue_backend.engines.parts.cnn14 import CHANNELS, add_blocks, block_widths, run_blocks
from foleycue_backend.evaluation.band_limited import resample_band_limited
from foleycue_backend.evaluation.log_mel import LogMel
from foleycue_backend.evaluation.sounds import Sound

SAMPLE_RATE = 16_000
WINDOW = 512
HOP = 160
BANDS = 64
CLASSES = 527

_LEAST_SAMPLES = 2 * SAMPLE_RATE


class SoundFeatures(NamedTuple):
    """The layer called 2048 (batch, 2048), not negative, and class logits before the sigmoid (batch, classes)."""

    features: Tensor
    logits: Tensor


class Cnn14(LogMel):
    """Sound (batch, samples) at 16 kHz to features and logits. channels: widths of the six blocks."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS, classes: int = CLASSES) -> None:
        super().__init__(WINDOW, HOP, BANDS)
        self.bn0 = nn.BatchNorm2d(BANDS)
        add_blocks(self, channels)
        # The last block is not made smaller.
        self._pools = [(2, 2)] * (len(channels) - 1) + [(1, 1)]
        self.fc1 = nn.Linear(channels[-1], channels[-1])
        self.fc_audioset = nn.Linear(channels[-1], classes)

    @classmethod
    def from_published(cls, state: Mapping[str, Tensor]) -> "Cnn14":
        """The network of a published file, its widths read from the shapes.

        Raises KeyError or RuntimeError where the names or shapes are not those of a Cnn14.
        """
        net = cls(tuple(block_widths(state)), state["fc_audioset.weight"].shape[0])
        net.load_state_dict(state)
        return net.eval()

    def forward(self, sound: Tensor) -> SoundFeatures:
        """Log-mel picture, six blocks halved in both axes but the last, maximum plus mean over time."""
        x = self.bn0(self.log_mel(sound).transpose(1, 3)).transpose(1, 3)
        x = run_blocks(self, x, self._pools).mean(3)
        features = torch.relu(self.fc1(x.amax(2) + x.mean(2)))
        return SoundFeatures(features, self.fc_audioset(features))


def prepare(sound: Sound) -> Tensor:
    """(1, samples) at 16 kHz without its mean, padded with silence to two seconds."""
    wave = torch.from_numpy(sound.wave)
    if len(wave):
        wave = resample_band_limited(wave - wave.mean(), sound.rate, SAMPLE_RATE)
    return nn.functional.pad(wave, (0, max(0, _LEAST_SAMPLES - len(wave))))[None]


@torch.inference_mode()
def extract(net: Cnn14, sound: Sound) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Features (2048,) and logits (classes,) of one sound of any length."""
    out = net(prepare(sound))
    return out.features[0].numpy(), out.logits[0].numpy()
