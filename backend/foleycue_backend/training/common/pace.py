# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace of a run: its randomness step by step, its learning rate, and files that are whole or not there."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

Log = Callable[[str], None]


def step_generator(seed: int, step: int) -> torch.Generator:
    """Randomness of one step, a function of (seed, step) alone: a resumed run draws what an unbroken one does."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step) & 0x7FFFFFFF)


def cosine(progress: float) -> float:
    """From 1 at progress 0 down to 0 at progress 1, along half a cosine."""
    return 0.5 * (1 + math.cos(math.pi * progress))


def done_part(step: int, steps: int | None, elapsed: float, minutes: float | None) -> float:
    """Done part of a run, 0..1: by its steps if they are given, otherwise by seconds of its minutes (30)."""
    if steps is not None:
        return min(1.0, step / steps) if steps else 1.0
    return min(1.0, elapsed / (60.0 * (minutes or 30.0)))


def save_whole(state: dict[str, Any], path: Path) -> None:
    """Write a checkpoint; the old one stays until the new one is whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
