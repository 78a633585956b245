# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the report, from what was heard: obedience, prompts, distances, fidelity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.evaluation.bootstrap import Figure, mean_figure, pooled_median_figure
from foleycue_backend.training.mini.measure.fidelity import Fidelity
from foleycue_backend.training.mini.measure.frechet import frechet_figure
from foleycue_backend.training.mini.measure.hearing import Heard
from foleycue_backend.training.mini.measure.obedience import Obedience
from foleycue_backend.training.mini.measure.orders import BEDS, EVENTS, IMPACTS, SHARP
from foleycue_backend.training.mini.measure.tables import Row, Table

#: What a maker's takes were heard as, by the maker's column.
Columns = Mapping[str, Sequence[Heard]]

#: The column that the others are held against.
TRUE = "true mixtures"
#: The model by the kind of its prompts.
TRAINED, HELD_OUT = "trained phrases", "held-out phrases"
#: A clip with nothing placed is silent if its peak lies this far below the same clip's with cues, in dB.
SILENT = 25.0
_GESTURES = tuple(name for name in EVENTS if name not in IMPACTS)


def _obeyed(heard: Sequence[Heard], classes: Sequence[str]) -> list[Obedience]:
    return [h.obeyed for h in heard if h.obeyed is not None and h.order.name in classes]


def _mean_row(
    label: str, columns: Columns, classes: Sequence[str], of: Callable[[Obedience], float], demand: str = ""
) -> Row:
    return Row(label, {k: mean_figure([of(o) for o in _obeyed(v, classes)]) for k, v in columns.items()}, 3, demand)


def obedience_table(columns: Columns) -> Table:
    """Cues in time and in strength."""
    errors = {
        name: pooled_median_figure([np.abs(o.errors) * 1000 for o in _obeyed(heard, IMPACTS)])
        for name, heard in columns.items()
    }
    before = {name: mean_figure([o.before for o in _obeyed(heard, IMPACTS)]) for name, heard in columns.items()}
    rows = [
        _mean_row("F1 at 50 ms, impacts", columns, IMPACTS, lambda o: o.f1, "0.95 of the true mixtures'"),
        _mean_row("F1 at 50 ms, sharp impacts", columns, SHARP, lambda o: o.f1, "0.90"),
        _mean_row("F1 at 50 ms, gestures", columns, _GESTURES, lambda o: o.f1),
        _mean_row("chance: another take's cues", columns, IMPACTS, lambda o: o.chance),
        Row("median error of impacts, ms", errors, 1, "at most 10"),
        _mean_row("strength, rank correlation, impacts", columns, IMPACTS, lambda o: o.strength, "0.80"),
        _mean_row("strength, rank correlation, gestures", columns, _GESTURES, lambda o: o.strength),
        _mean_row("strikes of a take alike, correlation of spectra", columns, IMPACTS, lambda o: o.alike),
        Row("peak before the first cue, dB of the peak", before, 1),
        Row("bed along its line, rank correlation", _along(columns), 3),
    ]
    return Table("Obedience", rows, ["Five cues a clip, at least 250 ms apart; waveform onset detector."])


def _along(columns: Columns) -> dict[str, Figure]:
    return {name: mean_figure([h.along for h in heard]) for name, heard in columns.items()}


def silence_row(placed: Sequence[Heard], empty_peaks: Sequence[float]) -> Row:
    """`empty_peaks` in dBFS of the same orders without any cue."""
    below = [h.peak - peak for h, peak in zip(placed, empty_peaks, strict=True)]
    figure = mean_figure([float(b >= SILENT) for b in below])
    return Row(f"nothing placed: clips with a peak {SILENT:.0f} dB under the event's", {"share": figure}, 3, "0.95")


def following_table(columns: Columns) -> Table:
    """Does the class judge hear what the prompt says?"""
    groups: list[tuple[str, Sequence[str]]] = [("all classes", NAMES), ("events", EVENTS), ("beds", BEDS)]
    rows = [
        Row(
            label,
            {k: mean_figure([float(h.right) for h in v if h.order.name in names]) for k, v in columns.items()},
            3,
            "true 0.90, trained 0.80, held-out 0.75" if label == "all classes" else "",
        )
        for label, names in groups
    ]
    worst = {name: _worst(heard) for name, heard in columns.items()}
    notes = [
        *(f"{name}, worst classes: {text}" for name, text in worst.items()),
        *(f"{name}, confused: {_confusions(heard)}" for name, heard in columns.items()),
    ]
    return Table("Prompt following", rows, notes)


def class_table(columns: Columns) -> Table:
    """F1 (events) and class accuracy of every class."""
    rows = []
    for name in NAMES:
        figures = {}
        for column, heard in columns.items():
            mine = [h for h in heard if h.order.name == name]
            scores = [h.obeyed.f1 for h in mine if h.obeyed is not None]
            figures[f"{column}: F1"] = _plain(scores)
            figures[f"{column}: class"] = _plain([float(h.right) for h in mine])
        rows.append(Row(name, figures, 2))
    return Table("Class by class", rows)


def _plain(values: Sequence[float]) -> Figure:
    """A mean without an interval: there are too few takes of one class for one."""
    return Figure(float(np.mean(values)) if values else None, None, len(values))


def _worst(heard: Sequence[Heard], count: int = 6) -> str:
    scores = {n: np.mean([h.right for h in heard if h.order.name == n]) for n in {h.order.name for h in heard}}
    return ", ".join(f"{n} {scores[n]:.2f}" for n in sorted(scores, key=lambda n: (scores[n], n))[:count])


def _confusions(heard: Sequence[Heard], count: int = 12) -> str:
    pairs = Counter((h.order.name, h.said) for h in heard if not h.right)
    return ", ".join(f"{a} as {b} {k}" for (a, b), k in pairs.most_common(count)) or "none"


def distance_table(columns: Columns, true_again: Sequence[Heard], noise: Sequence[Heard]) -> Table:
    """Fréchet distances to the true mixtures, in the judge's embedding and in CREPE's."""
    others = {name: heard for name, heard in columns.items() if name != TRUE}
    sets = {**others, "true, another draw": true_again, "noise": noise}
    rows = [
        Row("class judge's embedding", {k: _distance(v, columns[TRUE], "vector") for k, v in sets.items()}, 2),
    ]
    if all(h.foreign is not None for h in noise):
        figures = {k: _distance(v, columns[TRUE], "foreign") for k, v in sets.items()}
        rows.append(Row("CREPE's embedding (torchcrepe), x 1000", figures, 2))
    notes = [
        "The class judge was trained on the same generator, so its distance says how near the model comes to its "
        "teacher. CREPE was trained elsewhere, on pitch and up to 8 kHz: a coarse second opinion.",
    ]
    return Table("Fréchet distance to true mixtures", rows, notes)


def _distance(made: Sequence[Heard], true: Sequence[Heard], what: str) -> Figure:
    scale = 1.0 if what == "vector" else 1000.0
    a, b = ([getattr(h, what) * np.float32(scale**0.5) for h in heard] for heard in (made, true))
    return frechet_figure(a, b)


def fidelity_table(rows: Mapping[str, Sequence[Fidelity]]) -> Table:
    """The vocoder beside Griffin-Lim, on the mel pictures of true mixtures."""
    measures: list[tuple[str, Callable[[Fidelity], float | None], int]] = [
        ("log-spectral distance, window 1024, dB", lambda f: f.long, 2),
        ("log-spectral distance, window 256, dB", lambda f: f.short, 2),
        ("mel error, nat", lambda f: f.mel, 3),
        ("pre-echo, dB of the attack's peak", lambda f: f.pre_echo, 1),
    ]
    lines = [
        Row(label, {name: mean_figure([of(f) for f in found]) for name, found in rows.items()}, places)
        for label, of, places in measures
    ]
    notes = ["Pre-echo is the listening proxy: the level 20 to 2 ms before a cue, against the peak after it."]
    return Table("Fidelity of the vocoder on true mixtures", lines, notes)
