# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that no take may have: dead silence, clipping, a constant offset, clicks at its edges."""

from __future__ import annotations

import numpy as np

from foleycue_backend.stages.finish import FADE, PEAK_DBFS
from foleycue_backend.training.mini.measure.obedience import level_db
from foleycue_backend.training.mini.measure.orders import Order
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio

#: A cue is answered by at least this level in dBFS, and a bed never falls below it.
AUDIBLE = -55.0
OFFSET = 1e-3
_EDGE, _NEXT = round(0.003 * SAMPLE_RATE), round(0.1 * SAMPLE_RATE)
_STEP, _LEAST = 4.0, 0.01


def as_finished(audio: Audio) -> Audio:
    """A model's sound as a take is written when no loudness is asked for: its peak bounded, its edges faded."""
    gain = min(1.0, 10 ** (PEAK_DBFS / 20) / max(float(np.abs(audio).max()), 1e-9))
    index = np.arange(len(audio))
    edge = np.minimum(index, index[::-1]) / (FADE * SAMPLE_RATE)
    return (audio * gain * np.minimum(1.0, edge)).astype(np.float32)


def _dead(audio: Audio, order: Order) -> bool:
    if order.line is not None:
        size = SAMPLE_RATE // 4
        return min(level_db(audio[at : at + size]) for at in range(0, len(audio) - size + 1, size)) < AUDIBLE
    starts = [round(t * SAMPLE_RATE) for t, _ in order.cues or []]
    return any(level_db(audio[at : at + SAMPLE_RATE // 4]) < AUDIBLE for at in starts)


def _clipped(audio: Audio) -> bool:
    """A sample beyond full scale, or three in a row at it."""
    full = np.abs(audio) >= 0.9999
    return bool((np.abs(audio) > 1.0).any() or (full[2:] & full[1:-1] & full[:-2]).any())


def _click(audio: Audio) -> bool:
    """The first 3 ms jump far more than the 100 ms after them."""
    jumps = np.abs(np.diff(audio, prepend=np.float32(0)))
    edge = float(jumps[:_EDGE].max())
    return edge > _LEAST and edge > _STEP * float(jumps[_EDGE : _EDGE + _NEXT].max())


def defects(audio: Audio, order: Order) -> tuple[str, ...]:
    """Names of the faults of a take as it is written."""
    found = {
        "dead": _dead(audio, order),
        "clipped": _clipped(audio),
        "offset": abs(float(audio.mean())) > OFFSET,
        "start click": _click(audio),
        "end click": _click(audio[::-1]),
        "not finite": not bool(np.isfinite(audio).all()),
    }
    return tuple(name for name, there in found.items() if there)
