# SPDX-License-Identifier: GPL-3.0-or-later
"""Guidance by text, picture and cues as separate scales; only the branches that a result needs are computed.

With the branches n (negative text), t (text), p (negative text, no picture) and c (negative text, no cues):

    v = n + text (t - n) + (picture - 1) (n - p) + (cues - 1) (n - c)

The published behaviour is (3, 1, 1): picture and cues in both halves of classifier-free guidance (Ho and Salimans,
2022). A scale of 1 for picture and cues adds nothing, 0 takes that condition's own push away.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from foleycue_backend.engines.parts import guidance
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.sta_v2a.settings import CUE_SCALE, PICTURE_SCALE, TEXT_SCALE

#: Order of the branches on the batch axis. The last one runs without the ControlNet.
_ORDER = ("negative", "text", "no picture", "no cues")


@dataclass(frozen=True)
class Scales:
    """How strongly text, picture and cues push; 1 takes the condition as it is."""

    text: float = TEXT_SCALE
    picture: float = PICTURE_SCALE
    cues: float = CUE_SCALE

    def branch_weights(self) -> dict[str, float]:
        """Weight of each branch that is needed, in batch order; they sum to 1."""
        picture, cues = self.picture - 1, self.cues - 1
        weights = (1 - self.text + picture + cues, self.text, -picture, -cues)
        return {branch: weight for branch, weight in zip(_ORDER, weights, strict=True) if weight != 0}


#: Guidance on text alone.
PUBLISHED = Scales()


@dataclass(frozen=True)
class Branches(guidance.Branches):
    """`control` of the first rows, those that have cues, maybe none."""

    control: Tensor


def _states(text: TextStates, tokens: Tensor | None, branch: str) -> tuple[Tensor, Tensor]:
    half = len(text.states) // 2
    rows = slice(half, None) if branch == "text" else slice(0, half)
    states, mask = text.states[rows], text.mask[rows]
    if tokens is None:
        return states, mask
    seen = branch != "no picture"
    # The ControlNet gets no mask, so a token that is not there must also be zero.
    tokens = tokens if seen else torch.zeros_like(tokens)
    return torch.cat([states, tokens], 1), torch.cat([mask, mask.new_full(tokens.shape[:2], float(seen))], 1)


def branches(scales: Scales, text: TextStates, tokens: Tensor | None, control: Tensor) -> Branches:
    """Conditions of the branches that `scales` need, in the dtype of `control`.

    `text` for B sounds; `tokens` (B, k, width) stand after the text, None if the model has none; `control` (B, ...),
    embedded. Raises ValueError if a picture scale is asked of a model without picture tokens.
    """
    if tokens is None and scales.picture != 1:
        raise ValueError("this model has no picture tokens, so it cannot be guided by the picture: leave that scale 1")
    weights = scales.branch_weights()
    parts = [_states(text, tokens, branch) for branch in weights]
    states = torch.cat([part[0] for part in parts]).to(control.dtype)
    mask = torch.cat([part[1] for part in parts]).to(control.dtype)
    with_cues = len(weights) - ("no cues" in weights)
    return Branches(
        states,
        None if bool(mask.all()) else mask,
        torch.tensor(list(weights.values()), dtype=torch.float32, device=control.device),
        control.repeat(with_cues, *[1] * (control.ndim - 1)),
    )
