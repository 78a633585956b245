# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of golden: how to recognise it, and how to compute it with the product's modules."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor, nn

from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.golden import Golden


@dataclass(frozen=True)
class Kind:
    """`run` computes every result that it knows; what it leaves out counts as a failure."""

    name: str
    recognises: Callable[[Golden], bool]
    run: Callable[[Golden], Outcome]
    strictness: Strictness = Strictness.MODULE


def published_state(golden: Golden, prefix: str, sized: Callable[[], nn.Module], part: str = "") -> dict[str, Tensor]:
    """The state dict of one module under its published keys, without the checkpoint's prefix.

    Stored weights are looked for below that prefix, then without it. Where none are stored, the recipe rebuilds those
    of the module that `sized` makes; `part` names its hash prefix where the golden has several.
    """
    stored = golden.stored(prefix) or golden.stored()
    if stored:
        return stored
    with torch.device("meta"):
        shapes = {key: tuple(value.shape) for key, value in sized().state_dict().items()}
    return golden.rebuilt(shapes, golden.hash_prefix(part))


def value_count(*modules: nn.Module) -> int:
    """Trained values of modules."""
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


def known_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of a scheduler's JSON what DDPM knows: the rest has no effect in the published systems either."""
    known = inspect.signature(DDPMScheduler.__init__).parameters
    return {key: value for key, value in facts.items() if key in known}
