# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of figures, and their tables in Markdown and JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from foleycue_backend.evaluation.bootstrap import Figure

#: The column of the system under test; all others begin with @.
GENERATED = "generated"

#: Hears what is done next; may raise to stop.
Watch = Callable[[str], None]


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
        *(_line(row, columns) for row in rows if row.figures and not row.note),
        "",
        "Means over clips with 95 % bootstrap intervals over clips; columns with @ are chance rows and bounds.",
        "",
        *(f"- {row.label}: {row.note}" for row in rows if row.note),
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
    return list(dict.fromkeys([GENERATED, *(name for row in rows for name in row.figures)]))


def _line(row: Row, columns: Sequence[str]) -> str:
    cells = [_cell(row, row.figures.get(column)) for column in columns]
    return f"| {row.label} | {row.figures[GENERATED].n} | " + " | ".join(cells) + " |"


def _cell(row: Row, figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "–"
    signed, places = "+" if "lift" in row.key else "", 0 if row.key.endswith("_ms") else 2
    text = f"{figure.value:{signed}.{places}f}"
    if figure.interval is None:
        return text
    low, high = figure.interval
    return f"{text} [{low:{signed}.{places}f}, {high:{signed}.{places}f}]"


def _entry(figure: Figure) -> dict[str, object]:
    return {"value": figure.value, "interval": figure.interval, "n": figure.n}


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "none"
    return str(value)
