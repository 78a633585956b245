# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects are called, as vectors in one space with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoTokenizer
from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from foleycue_backend.engines.vta_sam.published import NO_TEXT_TOWER, TEXT_TOWER
from foleycue_backend.models.store import installed
from foleycue_shared.errors import ErrorCode, FoleyCueError


@torch.no_grad()
def embed_names(tower: CLIPTextModelWithProjection, tokenizer: PreTrainedTokenizerBase, names: Sequence[str]) -> Tensor:
    """Projected embeddings (objects, width) of names, in one space with the pictures of the same CLIP."""
    tokens = tokenizer(list(names), padding=True, truncation=True, return_tensors="pt").to(tower.device)
    found = tower(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).text_embeds
    return found.float().cpu()


def embed(names: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings (objects, width) by the installed text tower. Raises UNKNOWN_ENGINE where it is not installed."""
    folder = installed(TEXT_TOWER.name)
    if folder is None:
        raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, NO_TEXT_TOWER)
    tower: Any = CLIPTextModelWithProjection.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return embed_names(tower.eval(), tokenizer, names).numpy()
