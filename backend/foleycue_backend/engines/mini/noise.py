# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise that a sound is made from: a function of seed and place, and much the same at every strike of a take.

What is struck is decided by the noise after a cue. Strikes that share most of theirs sound like one object; the rest is
each one's own, so that no two are the same.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from foleycue_backend.engines.mini.cues import PATCH

#: Part of the power of a strike's noise that all strikes of a take have in common.
COMMON = 0.8
_BLOCK = 64
_MASK = (1 << 63) - 1


def unit_noise(channels: int, frames: int, seed: int) -> Tensor:
    """(channels, frames) normal numbers, a function of place and seed: a longer range begins like a shorter one."""
    blocks = []
    for block in range((frames + _BLOCK - 1) // _BLOCK):
        key = (seed * 0x9E3779B97F4A7C15 + block * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _MASK
        blocks.append(torch.randn(channels, _BLOCK, generator=torch.Generator().manual_seed(key)))
    return torch.cat(blocks, 1)[:, :frames]


def frames_since_cue(controls: Tensor) -> Tensor:
    """(..., frames) latent frames since the last cue of (..., ROWS, frames) control rows; -1 before the first."""
    hit = controls[..., :PATCH, :].amax(-2) > 0
    # A cue between two latents is split between them; it begins in the first.
    begins = hit & ~pad(hit, (1, 0))[..., :-1]
    at = torch.arange(hit.shape[-1], device=hit.device)
    last = torch.where(begins, at, -1).cummax(-1).values
    return torch.where(last < 0, -1, at - last)


def strike_noise(own: Tensor, common: Tensor, controls: Tensor) -> Tensor:
    """Unit noise (..., channels, frames): after each cue `common` from its start, COMMON of the power, and `own`."""
    since = frames_since_cue(controls)[..., None, :]
    shared = common.gather(-1, since.clamp_min(0).expand_as(own))
    return torch.where(since < 0, own, COMMON**0.5 * shared + (1 - COMMON) ** 0.5 * own)
