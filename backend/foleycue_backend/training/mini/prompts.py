# SPDX-License-Identifier: GPL-3.0-or-later
"""Random prompts for labelled clips, as the denoiser's text input."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.phrases import train_phrases, train_prompts


class PromptBook:
    """Text conditions of every training prompt, computed once."""

    def __init__(self, text: StaticText) -> None:
        self.text = text
        self._rows = [torch.from_numpy(np.stack([text.condition(p) for p in train_prompts(n)])) for n in NAMES]

    def _draw(self, label: int, bed: int, gen: torch.Generator) -> Tensor:
        if bed < 0:
            rows = self._rows[label]
            return rows[int(torch.randint(len(rows), (), generator=gen))]
        a, b = train_phrases(NAMES[label]), train_phrases(NAMES[bed])
        i, j = (int(torch.randint(len(x), (), generator=gen)) for x in (a, b))
        return torch.from_numpy(self.text.condition(f"{a[i]} with {b[j]} in the background"))

    def batch(self, labels: Tensor, cfg: TrainConfig, gen: torch.Generator) -> Tensor:
        """(count, dim) conditions for (count, 2) labels.

        Some are dropped whole (for guidance); some lose only the words and keep the class probabilities, so that
        a new wording of a known class works as well as a trained one.
        """
        count = len(labels)
        rows = torch.stack([self._draw(int(a), int(b), gen) for a, b in labels.tolist()])
        words = rows.shape[1] - len(NAMES)
        rows[:, :words] += 0.2 * torch.randn(count, words, generator=gen)
        rows[:, :words] *= (torch.rand(count, 1, generator=gen) >= cfg.drop_words).float()
        return rows * (torch.rand(count, 1, generator=gen) >= cfg.drop_text).float()
