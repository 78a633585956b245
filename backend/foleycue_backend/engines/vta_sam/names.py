# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects are called, as vectors in one space with pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection
from transformers.tokenization_utils_base import PreTrainedTokenizerBase


@torch.no_grad()
def embed_names(tower: CLIPTextModelWithProjection, tokenizer: PreTrainedTokenizerBase, names: Sequence[str]) -> Tensor:
    """Projected embeddings (objects, width) of names, in one space with the pictures of the same CLIP."""
    tokens = tokenizer(list(names), padding=True, truncation=True, return_tensors="pt").to(tower.device)
    found = tower(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).text_embeds
    return found.float().cpu()
