# SPDX-License-Identifier: GPL-3.0-or-later
"""Onset predictor of STA-V2A: is there a sound's start in each latent frame? Its hidden state conditions the sound."""

from __future__ import annotations

from typing import NamedTuple

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as F

#: Latent frames of 40 ms in the 10.24 s that the published model hears.
FRAMES = 256
#: Tokens come four a second, latent frames twenty-five.
_TOKENS, _FRAMES = 4, 25


class OnsetPrediction(NamedTuple):
    """`logits` (batch, frames, 2), no and yes; `hidden` (batch, frames, hidden_size), the ControlNet's condition."""

    logits: Tensor
    hidden: Tensor


def token_of_frame(tokens: int, frames: int) -> Tensor:
    """Index (frames,) of the token that each latent frame takes: the one shown at its start.

    Frames after the last token's quarter second repeat it; with 40 tokens these are the last six of 256.
    """
    return (torch.arange(frames) * _TOKENS // _FRAMES).clamp_max(tokens - 1)


class OnsetPredictor(ModelMixin, ConfigMixin):
    """Local tokens (batch, time, input_size) at 4 a second to onset logits at 25 a second."""

    @register_to_config
    def __init__(self, input_size: int = 640, hidden_size: int = 128) -> None:
        super().__init__()
        self.l1 = nn.Linear(input_size, hidden_size)
        self.l2 = nn.Linear(hidden_size, 2)

    def forward(self, tokens: Tensor, frames: int = FRAMES) -> OnsetPrediction:
        """Prediction for `frames` latent frames, the first of which starts with the first token.

        Both layers see one row at a time, so they run before the rows are repeated.
        """
        hidden = F.silu(self.l1(tokens))
        source = token_of_frame(tokens.shape[1], frames).to(tokens.device)
        return OnsetPrediction(self.l2(hidden)[:, source], hidden[:, source])
