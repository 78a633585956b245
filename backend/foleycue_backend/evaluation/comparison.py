# SPDX-License-Identifier: GPL-3.0-or-later
"""Several systems on the same clips: their reports side by side, chance rows once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foleycue_backend.evaluation.evaluate import FORM, Report
from foleycue_backend.evaluation.report import GENERATED, Row, Watch, markdown
from foleycue_shared.errors import ErrorCode, FoleyCueError


@dataclass(frozen=True)
class Comparison:
    """A report for each system, by its name."""

    reports: Mapping[str, Report]

    def json(self) -> dict[str, object]:
        """Every report whole, fit for JSON."""
        return {"form": FORM, "systems": {name: report.json() for name, report in self.reports.items()}}

    def markdown(self) -> str:
        """One table with a column a system, what was skipped or missing below it."""
        first = next(iter(self.reports.values()))
        rows = [
            self._row(row, [report.rows[number] for report in self.reports.values()])
            for number, row in enumerate(first.rows)
        ]
        facts = dict(first.facts())
        facts.update(
            (f"{name}: {fact}", value)
            for fact in first.system_facts()
            for name, report in self.reports.items()
            if (value := report.system_facts()[fact])
        )
        return markdown(rows, facts)

    def _row(self, first: Row, rows: Sequence[Row]) -> Row:
        """One metric of all systems; without a figure where one of them has none."""
        notes = {
            f"{name}: {row.note}": None for name, row in zip(self.reports, rows, strict=True) if row.note != first.note
        }
        if notes or first.note:
            return replace(first, figures={}, note="; ".join([*([first.note] if first.note else []), *notes]))
        own = {name: row.figures[GENERATED] for name, row in zip(self.reports, rows, strict=True)}
        return replace(first, figures=own | {name: f for name, f in first.figures.items() if name != GENERATED})


def compare(folders: Sequence[Path], evaluate: Callable[[Path, Watch], Report], watch: Watch) -> Comparison:
    """The report of each folder of generated sounds, named by the folder. Raises BAD_INPUT for two of one name."""
    named = {folder.resolve().name: folder for folder in folders}
    if len(named) < len(folders):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "Two of the folders have the same name: rename one, since columns are named by them."
        )

    def told(name: str) -> Watch:
        return lambda phase, item, done, total: watch(f"{name}, {phase}", item, done, total)

    return Comparison({name: evaluate(folder, told(name)) for name, folder in named.items()})
