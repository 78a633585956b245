# SPDX-License-Identifier: GPL-3.0-or-later
"""Random prompts for labelled clips, as the denoiser's text input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.engines.mini.traits import TRAITS
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.phrases import TEMPLATES, train_prompts


class PromptBook:
    """Text conditions of every training prompt, computed once: of the trained classes, then of `captions`."""

    def __init__(self, text: StaticText, captions: Sequence[str] = ()) -> None:
        self.text = text
        wordings = [train_prompts(n) for n in NAMES] + [sorted({t.format(c) for t in TEMPLATES}) for c in captions]
        self._rows = [torch.from_numpy(np.stack([text.condition(p) for p in prompts])) for prompts in wordings]

    def batch(self, labels: Tensor, traits: Tensor, cfg: TrainConfig, gen: torch.Generator) -> Tensor:
        """(count, dim) conditions for (count,) labels and (count, TRAITS) traits.

        Some are dropped whole (for guidance); some lose only the words and keep the class probabilities, so that
        a new wording of a known class works as well as a trained one; each trait is left open now and then.
        """
        count = len(labels)
        picked = [self._rows[i] for i in labels.tolist()]
        rows = torch.stack([rows[int(torch.randint(len(rows), (), generator=gen))] for rows in picked])
        kept = (torch.rand(count, TRAITS // 2, generator=gen) >= cfg.drop_traits).float().repeat(1, 2)
        rows[:, -TRAITS:] = traits * kept
        words = rows.shape[1] - len(NAMES) - TRAITS
        rows[:, :words] += 0.2 * torch.randn(count, words, generator=gen)
        # A caption of one's own has nothing but its words: the classes do not know it.
        named = (labels >= len(NAMES))[:, None]
        rows[:, :words] *= ((torch.rand(count, 1, generator=gen) >= cfg.drop_words) | named).float()
        return rows * (torch.rand(count, 1, generator=gen) >= cfg.drop_text).float()
