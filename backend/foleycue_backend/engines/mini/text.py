# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompt encoder without a network: a table of word-piece vectors distilled from a sentence encoder.

A prompt is the weighted mean of its token vectors, made unit length (static embeddings in the manner of
Arora, Liang and Ma, 2017). A linear head says which trained class it is close to. NumPy and `tokenizers` only.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.traits import TRAITS, Traits

Vector = npt.NDArray[np.float32]
MAX_TOKENS = 128


class StaticText:
    """Token table (vocabulary, dim) int8 with a scale per token, class centroids and a class head."""

    def __init__(self, tensors: dict[str, npt.NDArray[np.generic]], tokenizer: Tokenizer) -> None:
        self._tensors = tensors
        self._tokenizer = tokenizer
        self._table = tensors["table"]
        self._scale = tensors["scale"].astype(np.float32)
        self._centroids = tensors["centroids"].astype(np.float32)
        self._head = tensors["head"].astype(np.float32)
        self._bias = tensors["bias"].astype(np.float32)

    @classmethod
    def load(cls, folder: Path) -> StaticText:
        """Read `table.safetensors` and `tokenizer.json`. Raises FileNotFoundError if either is missing."""
        for name in ("table.safetensors", "tokenizer.json"):
            if not (folder / name).is_file():
                raise FileNotFoundError(folder / name)
        return cls(load_file(folder / "table.safetensors"), Tokenizer.from_file(str(folder / "tokenizer.json")))

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({k: np.ascontiguousarray(v) for k, v in self._tensors.items()}, folder / "table.safetensors")
        self._tokenizer.save(str(folder / "tokenizer.json"), pretty=False)

    @property
    def dim(self) -> int:
        """Length of `condition`: embedding, one probability a class, traits."""
        return int(self._table.shape[1] + self._head.shape[1] + TRAITS)

    def embed(self, prompt: str) -> Vector:
        """Unit vector (table width,); zeros for a prompt without a known word."""
        ids = self._tokenizer.encode(prompt.lower(), add_special_tokens=False).ids[:MAX_TOKENS]
        if not ids:
            return np.zeros(self._table.shape[1], np.float32)
        total = (self._table[ids].astype(np.float32) * self._scale[ids, None]).sum(0)
        norm = float(np.linalg.norm(total))
        return (total / norm).astype(np.float32) if norm > 1e-6 else np.zeros_like(total)

    def posterior(self, prompt: str) -> Vector:
        """Probability of each trained class, (classes,), sums to 1."""
        logits = self.embed(prompt) @ self._head + self._bias
        e = np.exp(logits - logits.max())
        return (e / e.sum()).astype(np.float32)

    def condition(self, prompt: str, traits: Traits | None = None) -> Vector:
        """What the denoiser sees, (dim,): embedding with unit RMS, class probabilities, traits; zeros if empty."""
        vector = self.embed(prompt)
        if not vector.any():
            return np.zeros(self.dim, np.float32)
        parts = [vector * np.sqrt(len(vector)), 3.0 * self.posterior(prompt), (traits or Traits()).vector()]
        return np.concatenate(parts).astype(np.float32)

    def nearest(self, prompt: str, k: int) -> list[tuple[str, float]]:
        """The `k` class names closest to a prompt with their cosine similarity, best first; [] for no known word."""
        vector = self.embed(prompt)
        if not vector.any():
            return []
        score = self._centroids @ vector
        return [(NAMES[i], float(score[i])) for i in np.argsort(-score)[:k]]


@lru_cache(maxsize=2)
def cached_text(folder: Path) -> StaticText:
    """The text encoder of a weights folder, read once."""
    return StaticText.load(folder)
