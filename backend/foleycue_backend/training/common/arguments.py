# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command lines of all trainings have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """An argument type: a number above 0."""

    def convert(text: str) -> float:
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    convert.__name__ = kind.__name__
    return convert


def share(text: str) -> float:
    """An argument type: a share of 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def add_length(parser: argparse.ArgumentParser) -> None:
    """`--steps` or `--minutes`."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive(int), help="optimisation steps (exactly repeatable)")
    length.add_argument("--minutes", type=positive(float), help="minutes of optimisation; 30 if nothing is said")
