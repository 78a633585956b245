# SPDX-License-Identifier: GPL-3.0-or-later
"""What training adds to VTA-LDM: low-rank changes of cross-attention, a mark on object tokens, and nearness in time.

VTA-LDM's attention takes its tokens as a set, so that object tokens alone can say what is seen, never when. Nearness
is our own answer to that: a query of the sound at one moment attends the less to an object token the further its
picture lies from that moment (a slope learned for each layer, as in ALiBi: Press et al., 2022). Low rank as in LoRA
(Hu et al., 2021). A new adapter with these weights at zero changes nothing but nearness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.attention_processor import Attention
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F

from foleycue_backend.engines.vta_sam.tokens import interleaved

#: Slope of a new layer, in attention logits a second, and what object tokens have ahead of pictures', which are many.
_SLOPE, _LIFT = 8.0, 2.0


@dataclass(frozen=True)
class Moments:
    """When what a window attends to is seen: `objects` (pictures,) seconds from its start, of interleaved tokens.

    The window is `seconds` long, its latents `frames` x `bands` large.
    """

    objects: Tensor
    seconds: float
    frames: int
    bands: int

    def to(self, device: torch.device) -> Moments:
        """The same on a device."""
        return replace(self, objects=self.objects.to(device))

    def apart(self, queries: int) -> Tensor:
        """How many seconds (queries, pictures) further each picture is than the nearest one, for each query, row after
        row of the latents."""
        rows = round((queries * self.frames / self.bands) ** 0.5)
        times = (torch.arange(rows, device=self.objects.device) + 0.5) * (self.seconds / rows)
        distances = (times[:, None] - self.objects).abs()
        return (distances - distances.amin(1, keepdim=True)).repeat_interleave(queries // rows, 0)


class ObjectAttention(nn.Module):
    """Cross-attention of one layer with the additions, in the place of a stock attention processor."""

    def __init__(self, channels: int, width: int, rank: int) -> None:
        super().__init__()
        self.key_down, self.value_down = (nn.Linear(width, rank, bias=False) for _ in range(2))
        self.key_up, self.value_up = (nn.Linear(rank, channels, bias=False) for _ in range(2))
        for up in (self.key_up, self.value_up):
            nn.init.zeros_(up.weight)
        self.slope = nn.Parameter(torch.tensor(_SLOPE).expm1().log())
        self.lift = nn.Parameter(torch.tensor(_LIFT))
        self.moments: Moments | None = None

    def forward(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        **_: object,
    ) -> Tensor:
        """As the stock processor for attention without group norm and residual: (batch, queries, channels)."""
        states = encoder_hidden_states.to(self.key_down.weight.dtype)
        to_k: Any = attn.to_k
        to_v: Any = attn.to_v
        to_out: Any = attn.to_out
        key = to_k(encoder_hidden_states) + self.key_up(self.key_down(states)).to(encoder_hidden_states.dtype)
        value = to_v(encoder_hidden_states) + self.value_up(self.value_down(states)).to(key.dtype)
        query = attn.to_q(hidden_states)
        query, key, value = (part.unflatten(-1, (attn.heads, -1)).transpose(1, 2) for part in (query, key, value))
        bias = self._bias(query, key, attention_mask)
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return to_out[1](to_out[0](found.transpose(1, 2).flatten(2)))

    def _bias(self, query: Tensor, key: Tensor, mask: Tensor | None) -> Tensor | None:
        """What is added to attention's logits: the stock mask (batch, 1, tokens), and nearness."""
        bias = None if mask is None else mask[:, None].to(query.dtype)
        if self.moments is None:
            return bias
        apart = self.moments.apart(query.shape[2])
        if 2 * apart.shape[1] != key.shape[2]:
            raise ValueError(f"{key.shape[2]} tokens, but the moments of {2 * apart.shape[1]}")
        objects = self.lift - F.softplus(self.slope) * apart
        near = interleaved(torch.zeros_like(objects)[..., None], objects[..., None])[..., 0].to(query.dtype)
        return near if bias is None else bias + near


class ObjectAdapter(ModelMixin, ConfigMixin):
    """All trained additions to one UNet. `layers` are its cross-attentions by name, with their channels."""

    @register_to_config
    def __init__(self, layers: Mapping[str, int], width: int = 2048, rank: int = 8) -> None:
        super().__init__()
        self.mark = nn.Parameter(torch.zeros(width))
        self.attentions = nn.ModuleDict({_plain(name): ObjectAttention(layers[name], width, rank) for name in layers})

    @classmethod
    def of(cls, unet: UNet2DConditionModel, rank: int = 8) -> ObjectAdapter:
        """A new adapter that fits a UNet."""
        return cls(_channels(unet), unet.config["cross_attention_dim"], rank)

    def fits(self, unet: UNet2DConditionModel) -> bool:
        """Whether it was made for a UNet of these cross-attentions."""
        return (
            _channels(unet) == dict(self.config["layers"])
            and unet.config["cross_attention_dim"] == self.config["width"]
        )

    def marked(self, objects: Tensor) -> Tensor:
        """Object tokens (…, width) that the network can tell from pictures'."""
        return objects + self.mark.to(objects)

    @contextmanager
    def listening(self, unet: UNet2DConditionModel, moments: Moments) -> Iterator[None]:
        """Let a UNet attend with the additions; afterwards it is the one that it was. Raises KeyError for another."""
        layers = _crossing(unet)
        before = {name: layer.processor for name, layer in layers.items()}
        try:
            for name, layer in layers.items():
                addition: Any = self.attentions[_plain(name)]
                addition.moments = moments
                layer.set_processor(addition)
            yield
        finally:
            for name, layer in layers.items():
                layer.set_processor(before[name])


def _crossing(unet: UNet2DConditionModel) -> dict[str, Attention]:
    return {
        name: module
        for name, module in unet.named_modules()
        if isinstance(module, Attention) and name.endswith("attn2")
    }


def _channels(unet: UNet2DConditionModel) -> dict[str, int]:
    """Cross-attentions by name, with their channels."""
    return {name: layer.inner_dim for name, layer in _crossing(unet).items()}


def _plain(name: str) -> str:
    """A name that may stand in a state dict."""
    return name.replace(".", "-")
