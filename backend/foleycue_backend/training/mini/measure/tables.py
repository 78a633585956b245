# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of figures: a line a measure, a column a maker, the demand beside them; as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from foleycue_backend.evaluation.bootstrap import Figure


@dataclass(frozen=True, slots=True)
class Row:
    """One measure; `figures` by column, rounded to `places` when shown; `demand` in words."""

    label: str
    figures: Mapping[str, Figure]
    places: int = 3
    demand: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title, with notes on how to read them."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = field(default=())

    def markdown(self) -> str:
        """The table with 95 % intervals in brackets."""
        columns = list(dict.fromkeys(name for row in self.rows for name in row.figures))
        lines = [f"### {self.title}", "", f"| | {' | '.join(columns)} | demand |", "|---" * (len(columns) + 2) + "|"]
        for row in self.rows:
            cells = (_cell(row.figures.get(name), row.places) for name in columns)
            lines.append(f"| {row.label} | {' | '.join(cells)} | {row.demand} |")
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes)]) + "\n"

    def entry(self) -> dict[str, object]:
        """The same for JSON, unrounded."""
        return {
            "title": self.title,
            "notes": list(self.notes),
            "rows": [
                {
                    "label": row.label,
                    "demand": row.demand,
                    "figures": {
                        name: {"value": figure.value, "interval": figure.interval, "n": figure.n}
                        for name, figure in row.figures.items()
                    },
                }
                for row in self.rows
            ],
        }


def _cell(figure: Figure | None, places: int) -> str:
    if figure is None or figure.value is None:
        return "–"
    text = f"{figure.value:.{places}f}"
    if figure.interval is None:
        return text
    low, high = figure.interval
    return f"{text} [{low:.{places}f}, {high:.{places}f}]"
