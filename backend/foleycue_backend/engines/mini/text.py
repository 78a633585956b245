# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompt encoder without a network: a table of word-piece vectors distilled from a sentence encoder.

A prompt is the weighted mean of its token vectors, made unit length (static embeddings in the manner of
Arora, Liang and Ma, 2017). A linear head says which trained class it is close to. NumPy and `tokenizers` only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from foleycue_backend.engines.mini.classes import NAMES, FoleyClass
from foleycue_backend.engines.mini.traits import TRAITS, Traits

Vector = npt.NDArray[np.float32]
MAX_TOKENS = 128
#: Names the sounds that the user has taught the model, where there are any.
OWN = "own.json"
CENTRE = 0.1
SURE = 3


class StaticText:
    """Token table (vocabulary, dim) int8 with a scale per token, a class head, class centroids, training phrases."""

    def __init__(
        self, tensors: dict[str, npt.NDArray[np.generic]], tokenizer: Tokenizer, own: Sequence[FoleyClass] = ()
    ) -> None:
        """`own`: sounds beside the trained classes that the user has taught the model; each is called by its label."""
        self._tensors = tensors
        self._tokenizer = tokenizer
        self._table = tensors["table"]
        self._scale = tensors["scale"].astype(np.float32)
        self._centroids = tensors["centroids"].astype(np.float32)
        self._head = tensors["head"].astype(np.float32)
        self._bias = tensors["bias"].astype(np.float32)
        self._phrases = tensors["phrases"].astype(np.float32)
        self._phrase_class = tensors["phrase_class"].astype(np.int64)
        self.own = tuple(own)
        self._own = np.array([self.embed(sound.label) for sound in own], np.float32)

    @classmethod
    def load(cls, folder: Path) -> StaticText:
        """Read `table.safetensors`, `tokenizer.json`, and `own.json` if there is one.

        Raises FileNotFoundError if one of the first two is missing.
        """
        for name in ("table.safetensors", "tokenizer.json"):
            if not (folder / name).is_file():
                raise FileNotFoundError(folder / name)
        path = folder / OWN
        own = [FoleyClass(**row) for row in json.loads(path.read_text("utf-8"))] if path.is_file() else []
        return cls(load_file(folder / "table.safetensors"), Tokenizer.from_file(str(folder / "tokenizer.json")), own)

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({k: np.ascontiguousarray(v) for k, v in self._tensors.items()}, folder / "table.safetensors")
        self._tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        (folder / OWN).unlink(missing_ok=True)
        if self.own:
            (folder / OWN).write_text(json.dumps([asdict(sound) for sound in self.own], indent=1), encoding="utf-8")

    def with_own(self, own: Sequence[FoleyClass]) -> StaticText:
        """The same table, with these sounds of the user's own and those that it has already."""
        kept = [sound for sound in self.own if sound.name not in {new.name for new in own}]
        return StaticText(self._tensors, self._tokenizer, [*kept, *own])

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

    def class_condition(self, prompt: str, traits: Traits) -> Vector:
        """`condition` for a trained class: without the words, and surer of the class; (dim,).

        The sounds of a class do not depend on how it was called, but new words for it leave the head less sure, and the
        denoiser then paints a mixture of classes. A part of the training went without the words, too.
        """
        told = self.condition(prompt, traits)
        words = self._table.shape[1]
        sure = self.posterior(prompt) ** SURE
        told[:words] = 0
        told[words : words + len(NAMES)] = 3.0 * sure / sure.sum()
        return told

    def nearest(self, prompt: str, k: int) -> list[tuple[str, float]]:
        """The `k` class names closest to a prompt with their similarity 0..1, best first; [] for no known word.

        A class is as near as its nearest training phrase, or as its centre: some classes are called by many names, and
        a name that lies between all of them counts CENTRE more.
        """
        vector = self.embed(prompt)
        if not vector.any():
            return []
        score = self._centroids @ vector + CENTRE
        np.maximum.at(score, self._phrase_class, self._phrases @ vector)
        return [(NAMES[i], float(np.clip(score[i], 0, 1))) for i in np.argsort(-score)[:k]]

    def nearest_own(self, prompt: str) -> tuple[FoleyClass, float] | None:
        """The nearest of the user's own sounds with its similarity 0..1; None if there is none."""
        if not self.own:
            return None
        score = self._own @ self.embed(prompt)
        best = int(score.argmax())
        return self.own[best], float(np.clip(score[best], 0, 1))
