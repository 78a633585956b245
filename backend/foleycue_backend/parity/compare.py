# SPDX-License-Identifier: GPL-3.0-or-later
"""How near is near enough: one relative error a tensor, one table of bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from torch import Tensor

#: Weights from which a network counts as full width: its sums are long enough to show another order of adding.
FULL_WIDTH = 10_000_000
_FULL_SCALE = 32768


class Strictness(Enum):
    """What kind of thing a golden holds."""

    EXACT = "exact"
    MODULE = "module"
    LOOP = "loop"


@dataclass(frozen=True)
class Outcome:
    """What the product computed, by the golden's tensor names, and how many weights took part."""

    tensors: Mapping[str, Tensor]
    weights: int = 0
    #: Results that are not in a tensor file but in the JSON.
    expected: Mapping[str, Tensor] = field(default_factory=dict)
    #: Bounds of results that are not as near as the others can be, because they enlarge the rounding of a network.
    bounds: Mapping[str, float] = field(default_factory=dict)
    #: 16-bit samples at the end of a chain, and by how many steps they may differ.
    steps: Mapping[str, int] = field(default_factory=dict)
    #: What a golden gave without saying so in the tensor's name.
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """The line of one golden: its worst tensor, or why there is none."""

    name: str
    worst: str = "-"
    error: float = math.inf
    bound: float = 0.0
    reason: str = ""
    errors: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything that the golden holds was reproduced."""
        return not self.reason and self.error <= self.bound

    def line(self) -> str:
        """name, worst tensor, relative error, bound, ok or not."""
        end = "ok" if self.ok else f"not ok: {self.reason}" if self.reason else "not ok"
        return f"{self.name}  {self.worst}  {self.error:.2e}  {self.bound:.0e}  {end}"


def bound_of(strictness: Strictness, weights: int) -> float:
    """Exact results: 0. Single modules: 1e-5. Denoise loops and full-width networks: 1e-4."""
    if strictness is Strictness.EXACT:
        return 0.0
    return 1e-4 if strictness is Strictness.LOOP or weights >= FULL_WIDTH else 1e-5


def relative_error(found: Tensor, wanted: Tensor) -> float:
    """Largest absolute difference over the largest absolute wanted value; infinite for other shapes or a NaN.

    Whole numbers (indices, time steps, 16-bit samples) have no rounding to forgive: any difference is infinite.
    """
    if found.shape != wanted.shape:
        return math.inf
    if not wanted.numel():
        return 0.0
    difference = (found.double() - wanted.double()).abs().max().item()
    if not math.isfinite(difference):
        return math.inf
    if not wanted.is_floating_point():
        return math.inf if difference else 0.0
    scale = wanted.double().abs().max().item()
    return difference / scale if scale else difference


def sample_error(found: Tensor, wanted: Tensor) -> float:
    """Largest difference of 16-bit samples over their full scale; infinite for other shapes."""
    if found.shape != wanted.shape:
        return math.inf
    return (found.int() - wanted.int()).abs().max().item() / _FULL_SCALE


def judge(name: str, outcome: Outcome, wanted: Mapping[str, Tensor], strictness: Strictness) -> Verdict:
    """Compare everything that is wanted; what was not computed fails by name."""
    bound = bound_of(strictness, outcome.weights)
    wanted = {key: value for key, value in wanted.items() if key not in outcome.given}
    unknown = sorted(set(wanted) - set(outcome.tensors))
    if unknown:
        return Verdict(name, unknown[0], bound=bound, reason=f"not computed: {', '.join(unknown)}")
    if not wanted:
        return Verdict(name, bound=bound, reason="it holds no result to compare")
    errors = {key: relative_error(outcome.tensors[key], value) for key, value in wanted.items()}
    errors |= {key: sample_error(outcome.tensors[key], wanted[key]) for key in outcome.steps if key in wanted}
    bounds = {key: outcome.bounds.get(key, bound) for key in errors}
    bounds |= {key: steps / _FULL_SCALE for key, steps in outcome.steps.items()}
    worst = max(errors, key=lambda key: errors[key] / bounds[key] if bounds[key] else errors[key])
    why = "" if errors[worst] <= bounds[worst] else _why(worst, outcome.tensors[worst], wanted[worst])
    return Verdict(name, worst, errors[worst], bounds[worst], why, errors)


def _why(name: str, found: Tensor, wanted: Tensor) -> str:
    """What an infinite error means; nothing for one that a number tells."""
    if found.shape != wanted.shape:
        return f"{name} has the shape {list(found.shape)}, wanted {list(wanted.shape)}"
    if not wanted.is_floating_point() and not bool((found == wanted).all()):
        return f"{name} differs in {int((found != wanted).sum())} of {wanted.numel()} whole numbers"
    return "" if bool(found.isfinite().all()) else f"{name} is not finite"
