# SPDX-License-Identifier: GPL-3.0-or-later
"""Text for classifier-free guidance: a T5 encoder, negatives first, both halves padded to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers.modeling_utils import PreTrainedModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

#: Tokens that a prompt may have; what is longer is cut.
MAX_TOKENS = 200


@dataclass(frozen=True)
class TokenIds:
    """Token ids and mask (1 keep, 0 padding), both (batch, length) int64."""

    ids: Tensor
    mask: Tensor


@dataclass(frozen=True)
class TextStates:
    """Encoder states (2 * batch, length, width) and mask (2 * batch, length) float 0/1, negatives first."""

    states: Tensor
    mask: Tensor

    @property
    def batch(self) -> int:
        """Prompts, not rows."""
        return self.states.shape[0] // 2


def tokenise(
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    negatives: Sequence[str],
    max_tokens: int = MAX_TOKENS,
) -> tuple[TokenIds, TokenIds]:
    """Negatives and prompts as tokens of one length: that of the longest prompt, or longest negative if longer.

    An empty negative is the end token and padding, as published. Padding is part of the published result, since
    the ControlNet attends to it: no length is rounded up.
    """
    if len(prompts) != len(negatives) or not prompts:
        raise ValueError(f"{len(prompts)} prompts and {len(negatives)} negatives")
    together = tokenizer(
        [*negatives, *prompts], max_length=max_tokens, padding=True, truncation=True, return_tensors="pt"
    )
    ids, mask = together["input_ids"], together["attention_mask"]
    half = len(prompts)
    return TokenIds(ids[:half], mask[:half]), TokenIds(ids[half:], mask[half:])


@torch.no_grad()
def encode_tokens(encoder: PreTrainedModel, negatives: TokenIds, prompts: TokenIds) -> TextStates:
    """States of both halves; each half passes the encoder with its own mask."""
    halves = [encoder(input_ids=half.ids, attention_mask=half.mask)[0] for half in (negatives, prompts)]
    return TextStates(torch.cat(halves), torch.cat([negatives.mask, prompts.mask]).to(halves[0].dtype))


def encode_text(
    encoder: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    negatives: Sequence[str],
    max_tokens: int = MAX_TOKENS,
) -> TextStates:
    """Text states of prompts and their negatives ("" for none), on the encoder's device."""
    sides = tokenise(tokenizer, prompts, negatives, max_tokens)
    negative, prompt = (TokenIds(s.ids.to(encoder.device), s.mask.to(encoder.device)) for s in sides)
    return encode_tokens(encoder, negative, prompt)
