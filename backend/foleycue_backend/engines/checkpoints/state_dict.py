# SPDX-License-Identifier: GPL-3.0-or-later
"""State dicts of published files: prefixes off, and a load that names every key that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor, nn

from foleycue_shared.errors import ErrorCode, FoleyCueError

State = Mapping[str, Tensor]
Module = TypeVar("Module", bound=nn.Module)
_SHOWN = 8


@dataclass(frozen=True)
class KeyReport:
    """How a state dict fits a module: keys by name, shapes as `key: found, expected`."""

    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    misshaped: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether every key and shape agrees."""
        return not (self.missing or self.unexpected or self.misshaped)

    def sentence(self) -> str:
        """All three lists in one line, each cut to a few names with the count in front."""
        groups = (("missing", self.missing), ("unexpected", self.unexpected), ("mis-shaped", self.misshaped))
        return "; ".join(f"{len(keys)} {name} ({_few(keys)})" for name, keys in groups if keys)


def _few(keys: list[str]) -> str:
    return ", ".join(keys[:_SHOWN]) + (", ..." if len(keys) > _SHOWN else "")


def strip_prefix(state: State, prefix: str) -> dict[str, Tensor]:
    """The entries below `prefix`, without it."""
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def split_parts(state: State, prefixes: Mapping[str, str], what: str) -> dict[str, dict[str, Tensor]]:
    """The state dict of each part by its prefix; raises FoleyCueError (bad-input) for absent parts and foreign keys."""
    parts = {name: strip_prefix(state, prefix) for name, prefix in prefixes.items()}
    absent = [prefix for name, prefix in prefixes.items() if not parts[name]]
    foreign = [key for key in state if not key.startswith(tuple(prefixes.values()))]
    if absent or foreign:
        trouble = [f"no key begins with {' or '.join(absent)}"] if absent else []
        trouble += [f"{len(foreign)} keys belong to nothing ({_few(foreign)})"] if foreign else []
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"This is no checkpoint of {what}: {'; '.join(trouble)}.")
    return parts


def compare_keys(module: nn.Module, state: State, optional: tuple[str, ...] = ()) -> KeyReport:
    """What `state` lacks, has too much or has in another shape; `optional` keys may be absent."""
    wanted = module.state_dict()
    return KeyReport(
        missing=[key for key in wanted if key not in state and key not in optional],
        unexpected=[key for key in state if key not in wanted],
        misshaped=[
            f"{key}: {list(state[key].shape)}, expected {list(value.shape)}"
            for key, value in wanted.items()
            if key in state and state[key].shape != value.shape
        ],
    )


def load_exactly(
    module: nn.Module, state: State, what: str, optional: tuple[str, ...] = (), *, assign: bool = False
) -> None:
    """Load `state` into `module`; nothing is loaded unless everything fits.

    `assign` takes the tensors themselves instead of copies, so that a module on the meta device gets its weights.
    Raises FoleyCueError (bad-input) that names the missing, unexpected and mis-shaped keys.
    """
    report = compare_keys(module, state, optional)
    if not report.fits:
        message = f"The weights do not fit the {what}: {report.sentence()}. Check that the files belong together."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    module.load_state_dict(dict(state), strict=not optional, assign=assign)


def filled(build: Callable[[], Module], state: State, what: str) -> Module:
    """A module with exactly these weights, in eval mode; raises FoleyCueError if a key or shape does not fit.

    `build` must leave nothing but parameters and saved buffers to be filled: it runs without memory for them.
    """
    with torch.device("meta"):
        module = build()
    load_exactly(module, state, what, assign=True)
    return module.eval()
