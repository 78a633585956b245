# SPDX-License-Identifier: GPL-3.0-or-later
"""The alignment classifier: does this sound belong to this film? Its gradient is the second guidance.

Stock diffusers blocks, the downward half of a UNet with its middle, then a mean over the picture and one layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F

_NORM_GROUPS = 32
_NORM_EPS = 1e-5


class AlignmentClassifier(ModelMixin, ConfigMixin):
    """Noisy latents and CAVP features to the logit of "aligned"."""

    @register_to_config
    def __init__(
        self,
        in_channels: int = 4,
        block_out_channels: Sequence[int] = (128, 256, 256),
        attends: Sequence[bool] = (False, True, True),
        layers_per_block: int = 1,
        cross_attention_dim: int = 512,
        heads: int = 8,
        pooled: int = 128,
    ) -> None:
        super().__init__()
        # Only its blocks are taken; the upward half is let go.
        unet: Any = UNet2DConditionModel(
            in_channels=in_channels,
            block_out_channels=tuple(block_out_channels),
            layers_per_block=layers_per_block,
            down_block_types=tuple("CrossAttnDownBlock2D" if attend else "DownBlock2D" for attend in attends),
            up_block_types=("UpBlock2D",) * len(attends),
            cross_attention_dim=cross_attention_dim,
            attention_head_dim=heads,
        )
        self.time_proj, self.time_embedding = unet.time_proj, unet.time_embedding
        self.conv_in, self.down_blocks, self.mid_block = unet.conv_in, unet.down_blocks, unet.mid_block
        self.conv_norm_out = nn.GroupNorm(_NORM_GROUPS, block_out_channels[-1], _NORM_EPS)
        self.conv_out = nn.Conv2d(block_out_channels[-1], pooled, 3, padding=1)
        self.classifier = nn.Linear(pooled, 1)

    def forward(self, latents: Tensor, timestep: Tensor, context: Tensor) -> Tensor:
        """Logits (batch, 1) for scaled latents (batch, 4, height, width), noisy as at `timestep`.

        `timestep` (batch,) or a scalar, 0 ... 999, fractions too. `context` (batch, rows, features) stands in the
        cross-attention as it is, of any length: the published sampling gives the raw features of the whole clip, the
        training a window that its feature encoder has seen.
        """
        times = torch.as_tensor(timestep, device=latents.device).expand(len(latents))
        emb = self.time_embedding(self.time_proj(times).to(latents.dtype))
        x = self.conv_in(latents)
        for block in self.down_blocks:
            extra = {"encoder_hidden_states": context} if getattr(block, "has_cross_attention", False) else {}
            x = block(hidden_states=x, temb=emb, **extra)[0]
        x = self.mid_block(x, emb, encoder_hidden_states=context)
        x = self.conv_out(F.silu(self.conv_norm_out(x)))
        return self.classifier(x.mean((2, 3)))


@dataclass(frozen=True)
class AlignmentGradient:
    """Where aligned sound lies: the gradient of sum log p(aligned) by the noisy latents; sounds do not mix.

    `context` (batch, rows, features), as `AlignmentClassifier.forward` takes it.
    """

    classifier: AlignmentClassifier
    context: Tensor

    def __call__(self, latents: Tensor, timestep: Tensor) -> Tensor:
        """The gradient, shaped as the latents.

        The logarithm is taken of the logit: published code takes it of a probability, which is 0 below logits of
        about -89 and has no gradient there. Else both are the same.
        """
        # The loop around it runs in inference mode, whose tensors know no gradients; copies do.
        with torch.inference_mode(False), torch.enable_grad():
            x = latents.detach().clone().requires_grad_()
            logit = self.classifier(x, timestep.clone(), self.context.clone())
            return torch.autograd.grad(F.logsigmoid(logit).sum(), x)[0]
