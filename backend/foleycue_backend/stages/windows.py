# SPDX-License-Identifier: GPL-3.0-or-later
"""Long ranges in pieces: where windows lie, and how their sound is joined so that nobody hears it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foleycue_backend.stages.raw_audio import Audio


@dataclass(frozen=True)
class Window:
    """Positions start … stop - 1 are this window's own; it is computed from low … high - 1."""

    start: int
    stop: int
    low: int
    high: int


def plan_windows(total: int, longest: int, context: int, cuts: Sequence[int] = ()) -> list[Window]:
    """Windows that cover 0 … total - 1, each at most `longest` of its own, with `context` on either side.

    A cut (sorted) in the second half of a window ends it; else windows are of even length.
    """
    windows: list[Window] = []
    start = 0
    while start < total:
        left = total - start
        even = -(-left // -(-left // longest))
        near = cuts[bisect_left(cuts, start + longest // 2 + 1) : bisect_right(cuts, start + longest)]
        stop = min(total, near[-1] if near and left > longest else start + even)
        windows.append(Window(start, stop, max(0, start - context), min(total, stop + context)))
        start = stop
    return windows


def join(blocks: Iterable[tuple[int, Audio]], fade: int) -> Iterator[Audio]:
    """One sound from overlapping blocks (start, samples), given in order; memory holds two blocks.

    Each pair is crossfaded over `fade` samples where their overlap is quietest, with weights that keep the power
    constant for the correlation found there (Fink, Holters and Zölzer, Signal-matched power-complementary
    cross-fading, DAFx 2016). Blocks that only touch are put side by side.
    """
    position, held = 0, np.zeros(0, np.float32)
    for start, block in blocks:
        if not len(held):
            position, held = start, block
            continue
        overlap = position + len(held) - start
        if overlap < 0:
            raise ValueError("blocks leave a hole")
        width = min(fade, overlap)
        tail = held[len(held) - overlap :]
        at = _quietest_place(tail, block[:overlap], width)
        yield held[: len(held) - overlap + at]
        if width:
            yield crossfade(tail[at : at + width], block[at : at + width])
        position, held = start + at + width, block[at + width :]
    yield held


def crossfade(old: Audio, new: Audio) -> Audio:
    """From old to new (both (n,)), at constant power whatever their correlation."""
    ramp = (np.arange(len(old)) + 0.5) / len(old)
    a, b = np.cos(ramp * np.pi / 2) ** 2, np.sin(ramp * np.pi / 2) ** 2
    scale = float(np.sqrt(np.dot(old, old) * np.dot(new, new)))
    correlation = max(0.0, float(np.dot(old, new)) / scale) if scale > 0 else 1.0
    power = np.sqrt(a * a + b * b + 2 * correlation * a * b)
    return ((a * old + b * new) / power).astype(np.float32)


def _quietest_place(old: Audio, new: Audio, width: int) -> int:
    """Where a stretch of width samples has the least energy in both; the most central of equals."""
    places = len(old) - width + 1
    if width == 0 or places <= 1:
        return 0
    total = np.concatenate([[0.0], np.cumsum(old.astype(np.float64) ** 2 + new.astype(np.float64) ** 2)])
    energy = total[width:] - total[:-width]
    best = np.flatnonzero(energy <= energy.min() * (1 + 1e-9) + 1e-12)
    return int(best[np.argmin(np.abs(best - places // 2))])
