# SPDX-License-Identifier: GPL-3.0-or-later
"""From pictures to the keys and values of cross-attention: one token a picture, its CLIP embedding through a layer.

Embeddings are projected and not brought to unit length. Nothing tells a token its place, unless the model has the
table of positions that no published one has. Text, which no published model takes either, is an embedding repeated.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection

from foleycue_backend.engines.parts.text import TextStates

#: Rows of the table of positions; a model that has it takes no more pictures.
POSITIONS = 30
#: Tokens of a text without pictures.
TEXT_TOKENS = 20


def position_table(width: int) -> Tensor:
    """Sines in even and cosines in odd columns (Vaswani et al., 2017), (POSITIONS, width)."""
    columns = torch.arange(0, width, 2).float()
    angles = torch.arange(POSITIONS).float()[:, None] * torch.exp(columns * (-torch.log(torch.tensor(1e4)) / width))
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[:, :width]


class TokenProjection(ModelMixin, ConfigMixin):
    """The layer between CLIP and the UNet; keys `linear_layer.*`. `positions` adds the table before it."""

    @register_to_config
    def __init__(self, embedding: int = 768, width: int = 2048, positions: bool = False) -> None:
        super().__init__()
        self.linear_layer = nn.Linear(embedding, width)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Tokens (T, width) of embeddings (T, embedding); raises ValueError for more than the table has rows."""
        if self.config["positions"]:
            if len(embeddings) > POSITIONS:
                raise ValueError(f"{len(embeddings)} pictures, but the model knows {POSITIONS} positions")
            embeddings = embeddings + position_table(embeddings.shape[-1])[: len(embeddings)].to(embeddings)
        return self.linear_layer(embeddings)


@torch.no_grad()
def embed_text(tower: CLIPTextModelWithProjection, ids: Tensor) -> Tensor:
    """Projected embedding (1, embedding) of token ids (length,)."""
    return tower(input_ids=ids[None]).text_embeds


def clip_embeddings(pictures: Tensor | None, text: Tensor | None = None) -> Tensor:
    """Embeddings of one clip: its pictures', the text's as often before them, or the text's alone."""
    if pictures is None:
        if text is None:
            raise ValueError("give pictures, text or both")
        return text.expand(TEXT_TOKENS, -1)
    return pictures if text is None else torch.cat([text.expand(len(pictures), -1), pictures])


def pad_clips(tokens: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """States (B, longest, width) with zeros after the shorter clips, and their mask (B, longest), 1 keep, 0 padding."""
    states = nn.utils.rnn.pad_sequence(list(tokens), batch_first=True)
    lengths = torch.tensor([len(clip) for clip in tokens], device=states.device)
    mask = torch.arange(states.shape[1], device=states.device) < lengths[:, None]
    return states, mask.to(states.dtype)


def with_unconditional(states: Tensor, mask: Tensor) -> TextStates:
    """Both halves of guidance: no condition at all, zeros that are all kept, before the clips."""
    return TextStates(torch.cat([torch.zeros_like(states), states]), torch.cat([torch.ones_like(mask), mask]))
