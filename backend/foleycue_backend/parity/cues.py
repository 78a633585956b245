# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of the alignment metric: AA-Align of onset times that the JSON itself holds. Exact, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from foleycue_backend.evaluation.alignment import aa_align
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind


def _is_alignment(golden: Golden) -> bool:
    return "file" not in golden.facts and bool({"aa_align", "synthetic"} & golden.facts.keys())


def _scalar(score: float | None) -> Tensor:
    return torch.tensor([float("nan") if score is None else score], dtype=torch.float64)


def _synthetic(cases: dict[str, Any]) -> Iterator[tuple[str, float | None, float]]:
    for name, case in cases.items():
        yield f"synthetic.{name}", aa_align(case["gen"], case["gt"]), case["score"]


def _recorded(golden: Golden) -> Iterator[tuple[str, float | None, float]]:
    """Scores between recorded lists: `gt=first,gen=second` goes by their order, `self` is each with itself."""
    lists = list(golden.facts.get("onset_times", {}).values())
    words = dict(zip(("first", "second", "third", "fourth"), lists, strict=False))
    words |= golden.facts.get("onset_times", {})
    for name, score in golden.facts.get("aa_align", {}).items():
        if name == "self":
            for index, times in enumerate(lists):
                yield f"aa_align.self.{index}", aa_align(times, times), score
            continue
        sides = dict(pair.split("=", 1) for pair in name.split(",") if "=" in pair)
        if sides.get("gt") not in words or sides.get("gen") not in words:
            raise unreadable(f"the score {name!r} names no recorded onset times")
        yield f"aa_align.{name}", aa_align(words[sides["gen"]], words[sides["gt"]]), score


def alignment(golden: Golden) -> Outcome:
    """Every score of the JSON from the times beside it."""
    rows = [*_recorded(golden), *_synthetic(golden.facts.get("synthetic", {}))]
    found = {name: _scalar(score) for name, score, _ in rows}
    return Outcome(found, expected={name: _scalar(score) for name, _, score in rows})


KINDS = (Kind("AA-Align", _is_alignment, alignment, Strictness.EXACT),)
