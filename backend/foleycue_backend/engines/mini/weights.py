# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the shipped weights are, and what they know. Imports no torch, so the broker may ask."""

from __future__ import annotations

from pathlib import Path

from foleycue_backend.engines.mini.text import cached_text


def default_weights() -> Path:
    """Folder of the shipped weights inside the package."""
    return Path(__file__).resolve().parent / "weights"


def nearest_classes(prompt: str, k: int = 3) -> list[tuple[str, float]]:
    """Trained classes closest to a prompt: (name, cosine similarity -1..1), best first.

    [] if the prompt has no known word. Raises FileNotFoundError if the weights are not installed.
    """
    return cached_text(default_weights() / "text").nearest(prompt, k)
