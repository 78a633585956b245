# SPDX-License-Identifier: GPL-3.0-or-later
"""State dicts of published files: prefixes off, and a load that names every key that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from foleycue_shared.errors import ErrorCode, FoleyCueError

State = Mapping[str, Tensor]
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
