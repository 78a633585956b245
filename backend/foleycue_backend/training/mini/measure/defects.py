# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that no take may have: dead silence, clipping, a constant offset, clicks at its edges, a wrong length."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.special import betaincinv

from foleycue_backend.evaluation.bootstrap import Figure
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.measure.makers import Maker
from foleycue_backend.training.mini.measure.obedience import level_db
from foleycue_backend.training.mini.measure.orders import LENGTH, Order
from foleycue_backend.training.mini.measure.tables import Row, Table
from foleycue_backend.training.mini.measure.written import write_take
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio
from foleycue_shared.broadcast_wav import read_wav

#: A cue is answered by at least this level in dBFS, and a bed never falls below it.
AUDIBLE = -55.0
OFFSET = 1e-3
_EDGE, _NEXT = round(0.003 * SAMPLE_RATE), round(0.1 * SAMPLE_RATE)
_STEP, _LEAST = 4.0, 0.01
_TAIL = 0.025

#: Faults of takes, by the names of their classes: what one column of the table counts.
Faulty = Sequence[tuple[str, tuple[str, ...]]]


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
        "length": len(audio) != round(LENGTH * SAMPLE_RATE),
    }
    return tuple(name for name, there in found.items() if there)


def faults(maker: Maker, orders: Sequence[Order], log: Log) -> Faulty:
    """Each take of a maker written as the product writes it, read back and judged; one file at a time."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, order in enumerate(orders, 1):
            audio, _ = read_wav(write_take(maker(order), order, Path(folder)))
            found.append((order.name, defects(audio, order)))
            if number % 50 == 0:
                log(f"  {number} of {len(orders)} takes, {sum(bool(names) for _, names in found)} with a fault")
    return found


def faults_table(columns: Mapping[str, Faulty]) -> Table:
    """The share of takes with any fault, then how many have which."""
    shares = {k: share_figure(sum(bool(names) for _, names in v), len(v)) for k, v in columns.items()}
    kinds = sorted({name for faulty in columns.values() for _, names in faulty for name in names})
    rows = [
        Row(kind, {k: Figure(sum(kind in names for _, names in v), None, len(v)) for k, v in columns.items()}, 0, "0")
        for kind in kinds
    ]
    takes = Row("takes", {k: Figure(len(v), None, len(v)) for k, v in columns.items()}, 0)
    notes = [
        f"{column}, {kind}: {', '.join(dict.fromkeys(name for name, names in faulty if kind in names))}"
        for column, faulty in columns.items()
        for kind in kinds
        if any(kind in names for _, names in faulty)
    ]
    return Table("Faults of finished takes", [takes, Row("share with a fault", shares, 4, "0"), *rows], notes)


def share_figure(count: int, of: int) -> Figure:
    """A share of independent takes with its exact interval (Clopper and Pearson, 1934), which also holds for none."""
    low = float(betaincinv(count, of - count + 1, _TAIL)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - _TAIL)) if count < of else 1.0
    return Figure(count / of, (low, high), of)
