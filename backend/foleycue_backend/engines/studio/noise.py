# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise that belongs to a place: a function of seed, step and absolute latent frame, so that windows agree on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

_BLOCK = 64
_MASK = (1 << 63) - 1
#: Odd constants that spread neighbouring numbers over all bits (SplitMix64 and its kin).
_SEED, _PLACE, _STEP, _OFFSET = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0xBF58476D1CE4E5B9, 0x632BE59BD9B4E019


def noise_at(seed: int, first: int, frames: int, channels: int, bands: int, step: int = 0) -> Tensor:
    """Unit normal (channels, frames, bands) for latent frames first … first + frames - 1 of one take.

    step 0 is the first latent, 1 and up the noise of the sampler's steps.
    """
    blocks = range(first // _BLOCK, (first + frames - 1) // _BLOCK + 1)
    drawn = [
        torch.randn(channels, _BLOCK, bands, generator=torch.Generator().manual_seed(_key(seed, block, step)))
        for block in blocks
    ]
    offset = first - blocks.start * _BLOCK
    return torch.cat(drawn, 1)[:, offset : offset + frames]


def noise_of_takes(seeds: Sequence[int], first: int, frames: int, channels: int, bands: int, step: int = 0) -> Tensor:
    """The noise of several takes, (takes, channels, frames, bands)."""
    return torch.stack([noise_at(seed, first, frames, channels, bands, step) for seed in seeds])


def step_noise(
    seeds: Sequence[int], first: int, frames: int, channels: int, bands: int, device: torch.device
) -> Iterator[Tensor]:
    """The noise of step after step, (takes, channels, frames, bands)."""
    step = 0
    while True:
        step += 1
        yield noise_of_takes(seeds, first, frames, channels, bands, step).to(device)


def _key(seed: int, block: int, step: int) -> int:
    return (seed * _SEED + block * _PLACE + step * _STEP + _OFFSET) & _MASK
