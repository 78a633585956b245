# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of golden: how to recognise it, and how to compute it with the product's modules."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import nn

from foleycue_backend.engines.parts.state_dict import load_exactly
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.golden import Golden


@dataclass(frozen=True)
class Kind:
    """`run` computes every result that it knows; what it leaves out counts as a failure."""

    name: str
    recognises: Callable[[Golden], bool]
    run: Callable[[Golden], Outcome]
    strictness: Strictness = Strictness.MODULE


def speaks_of(golden: Golden, *words: str) -> bool:
    """Whether the component's text has all of these words, in any case."""
    text = golden.component.lower()
    return all(word.lower() in text for word in words)


def module_weights(golden: Golden, module: nn.Module, published_prefix: str = "", part: str = "") -> int:
    """Fill a module whose keys are the published ones; returns the number of its values.

    Stored weights are looked for below the checkpoint's prefix first, then without it; otherwise they are rebuilt
    under the golden's own hash prefix. Raises FoleyCueError if a key or shape does not fit.
    """
    state = (published_prefix and golden.stored(published_prefix)) or golden.stored()
    if not state:
        shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
        state = golden.rebuilt(shapes, golden.hash_prefix(part))
    load_exactly(module, state, part or published_prefix.rstrip(".") or type(module).__name__, assign=True)
    module.eval()
    return value_count(module)


def value_count(*modules: nn.Module) -> int:
    """Trained values of modules."""
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


def known_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of a scheduler's JSON what DDPM knows: the rest has no effect in the published systems either."""
    known = inspect.signature(DDPMScheduler.__init__).parameters
    return {key: value for key, value in facts.items() if key in known}
