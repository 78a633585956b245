# SPDX-License-Identifier: GPL-3.0-or-later
"""Distil a sentence encoder into the static token table of the embedded model.

The teacher is all-MiniLM-L6-v2 (Apache-2.0), needed only here. Each word piece goes through it alone; principal
components make the vectors small; a token's weight falls with its frequency, estimated by Zipf's law from its
rank in the vocabulary (Model2Vec works the same way).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.training.mini.phrases import train_phrases, train_prompts

DIM = 128


def teacher_vectors(teacher: Path, batch: int = 1024) -> npt.NDArray[np.float32]:
    """Mean-pooled sentence vectors (vocabulary, 384) of every single token. Imports transformers."""
    from transformers import AutoModel

    model: Any = AutoModel.from_pretrained(teacher).eval()
    size, rows = int(model.config.vocab_size), []
    with torch.inference_mode():
        for first in range(0, size, batch):
            ids = torch.arange(first, min(size, first + batch))[:, None]
            ids = torch.cat([torch.full_like(ids, 101), ids, torch.full_like(ids, 102)], 1)
            rows.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(1))
    return torch.cat(rows).numpy()


def quantised_table(vectors: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[np.generic]]:
    """int8 `table` (vocabulary, DIM) and float16 `scale` that also holds the frequency weight."""
    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred[::3], full_matrices=False)
    small = centred @ axes[:DIM].T
    rank = np.arange(len(small)) + 1.0
    weight = 1e-3 / (1e-3 + 1.0 / (rank * np.log(len(small))))
    # The first thousand entries are reserved or single characters, not frequent words.
    weight[:1000] = 0.05
    step = np.abs(small).max(1) / 127 + 1e-9
    table = np.round(small / step[:, None]).astype(np.int8)
    return {"table": table, "scale": (step * weight / step.mean()).astype(np.float16)}


def class_head(text: StaticText, rounds: int = 300) -> dict[str, npt.NDArray[np.generic]]:
    """Training phrases and class centroids, and a softmax head trained by gradient descent with weight decay."""
    prompts = [(p, i) for i, name in enumerate(NAMES) for p in train_prompts(name)]
    x = np.stack([text.embed(p) for p, _ in prompts])
    y = np.eye(len(NAMES), dtype=np.float32)[[i for _, i in prompts]]
    centroids = (y.T @ x) / y.sum(0)[:, None]
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    head, bias = 8.0 * centroids.T.copy(), np.zeros(len(NAMES), np.float32)
    for _ in range(rounds):
        z = x @ head + bias
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        head += 8.0 * (x.T @ (y - p) / len(x)) - 2e-4 * head
        bias += 8.0 * (y - p).mean(0)
    phrases = [(p, i) for i, name in enumerate(NAMES) for p in train_phrases(name)]
    return {
        "phrases": np.stack([text.embed(p) for p, _ in phrases]).astype(np.float16),
        "phrase_class": np.array([i for _, i in phrases], np.uint8),
        "centroids": centroids.astype(np.float16),
        "head": head.astype(np.float16),
        "bias": bias.astype(np.float16),
    }


def distil(teacher: Path) -> StaticText:
    """The whole text side from a folder with the teacher's weights and `tokenizer.json`."""
    tokenizer = Tokenizer.from_file(str(teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tensors = quantised_table(teacher_vectors(teacher))
    empty = np.zeros((len(NAMES), DIM), np.float16)
    blank = {
        "phrases": empty,
        "phrase_class": np.arange(len(NAMES), dtype=np.uint8),
        "centroids": empty,
        "head": empty.T.copy(),
        "bias": np.zeros(len(NAMES), np.float16),
    }
    return StaticText({**tensors, **class_head(StaticText({**tensors, **blank}, tokenizer))}, tokenizer)
