# SPDX-License-Identifier: GPL-3.0-or-later
"""ControlNet of STA-V2A: the stock one of diffusers (Zhang et al., 2023), conditioned on a sequence, not a picture."""

from __future__ import annotations

import functools
from typing import Any, Self

from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

#: Columns of a latent: 64 mel bands, four to one.
LATENT_BANDS = 16


class CueEmbedding(nn.Module):
    """A sequence laid over all latent bands, then one convolution; it starts at zero, as a ControlNet does."""

    def __init__(self, condition_channels: int, channels: int) -> None:
        super().__init__()
        self.conv_out = nn.Conv2d(condition_channels, channels, 3, padding=1)
        for parameter in self.conv_out.parameters():
            nn.init.zeros_(parameter)

    def forward(self, condition: Tensor) -> Tensor:
        """(batch, channels, frames, bands) from (batch, frames, condition_channels).

        What has four axes is embedded already and is returned as it is: within a denoising loop the condition does
        not change, so the loop embeds it once.
        """
        if condition.ndim == 4:
            return condition
        return self.conv_out(condition.transpose(1, 2)[..., None].expand(-1, -1, -1, LATENT_BANDS))


class CueControlNet(ControlNetModel, ModelMixin):  # a pipeline looks for the loadable base in this very module
    """Stock ControlNet whose condition is (batch, frames, conditioning_channels), one row a latent frame.

    The frames are those of the sample; the forward pass is the stock one, with `controlnet_cond` as this sequence or
    as `embed` of it. The published system calls it without the text mask.
    """

    @functools.wraps(ControlNetModel.__init__)
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the stock signature, see wraps
        super().__init__(*args, **kwargs)
        channels = self.config["block_out_channels"][0]
        self.controlnet_cond_embedding = CueEmbedding(self.config["conditioning_channels"], channels)

    @classmethod
    def from_unet(  # pyright: ignore[reportIncompatibleMethodOverride] - the picture encoder's options have no meaning
        cls, unet: UNet2DConditionModel, condition_channels: int = 128
    ) -> Self:
        """A trainable copy of a UNet's first half, with zero-initialised taps: it changes nothing until trained."""
        return super().from_unet(unet, conditioning_channels=condition_channels)

    def embed(self, condition: Tensor) -> Tensor:
        """The condition as it is added after the first convolution, (batch, channels, frames, bands)."""
        return self.controlnet_cond_embedding(condition.to(self.dtype))

    def residuals(self, sample: Tensor, timestep: Tensor, states: Tensor, condition: Tensor) -> tuple[Any, Tensor]:
        """What is added to the UNet's skip tensors (a list, outermost first) and to its middle."""
        return self(sample, timestep, states, controlnet_cond=condition, return_dict=False)
