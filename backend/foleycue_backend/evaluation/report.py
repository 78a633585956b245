# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of figures, and their tables in Markdown and JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from foleycue_backend.evaluation.bootstrap import Figure

#: The column of the system under test; all others begin with @.
GENERATED = "generated"

#: Hears phase, what is done next, how many such steps are done and how many there are; may raise to stop.
Watch = Callable[[str, str, int, int], None]


class Steps:
    """Counts the steps of one phase for a Watch."""

    def __init__(self, watch: Watch, phase: str, total: int) -> None:
        self._watch, self._phase, self._total = watch, phase, total
        self._done = 0

    def next(self, item: str) -> None:
        """Say what comes next."""
        self._watch(self._phase, item, self._done, self._total)
        self._done += 1


@dataclass(frozen=True)
class Row:
    """One metric: its figure in each column, each clip's value, and why there is no figure where there is none."""

    key: str
    label: str
    meaning: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    clips: Mapping[str, float | None] = field(default_factory=dict)
    note: str = ""


def markdown(rows: Sequence[Row], facts: Mapping[str, object]) -> str:
    """A table with one line a metric, and what must be known to read it."""
    columns = _columns(rows)
    lines = [
        "| metric | n | " + " | ".join(columns) + " |",
        "|---|---" + "|---" * len(columns) + "|",
        *(_line(row, columns) for row in rows),
        "",
        "Means over clips with 95 % bootstrap intervals over clips; columns with @ are chance rows and bounds.",
        "",
        *(f"- {row.label}: {row.meaning}." for row in rows if not row.note),
        *(f"- {name}: {_plain(value)}" for name, value in facts.items()),
    ]
    return "\n".join(lines) + "\n"


def entries(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The rows as the JSON holds them."""
    return [
        {
            "metric": row.key,
            "label": row.label,
            "meaning": row.meaning,
            "note": row.note,
            "columns": {name: _entry(figure) for name, figure in row.figures.items()},
            "clips": dict(row.clips),
        }
        for row in rows
    ]


def _columns(rows: Sequence[Row]) -> list[str]:
    """All columns, the systems' first; a table of notes alone has the one that would be there."""
    names = dict.fromkeys(name for row in rows for name in row.figures) or {GENERATED: None}
    return sorted(names, key=lambda name: name.startswith("@"))


def _line(row: Row, columns: Sequence[str]) -> str:
    if row.note:
        return f"| {row.label} | 0 | {row.note} |" + " |" * (len(columns) - 1)
    cells = [_cell(row, row.figures.get(column)) for column in columns]
    return f"| {row.label} | {next(iter(row.figures.values())).n} | " + " | ".join(cells) + " |"


def _cell(row: Row, figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "–"
    text = _number(row, figure.value)
    if figure.interval is None:
        return text
    low, high = (_number(row, bound) for bound in figure.interval)
    return f"{text} [{low}, {high}]"


def _number(row: Row, value: float) -> str:
    signed, places = "+" if "lift" in row.key else "", 0 if row.key.endswith("_ms") else 2
    return f"{round(value, places) + 0.0:{signed}.{places}f}"  # adding 0 makes -0.0 plain


def _entry(figure: Figure) -> dict[str, object]:
    return {"value": figure.value, "interval": figure.interval, "n": figure.n}


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "none"
    return str(value)
