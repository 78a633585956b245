# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on a weights folder: every table that is asked for, written as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.measure import sections
from foleycue_backend.training.mini.measure.class_judge import load_judge
from foleycue_backend.training.mini.measure.crepe import load_crepe
from foleycue_backend.training.mini.measure.defects import faults, faults_table
from foleycue_backend.training.mini.measure.fidelity import resynthesised
from foleycue_backend.training.mini.measure.hearing import Heard, Judges
from foleycue_backend.training.mini.measure.makers import Maker, held_out_bank, model_maker, noise_maker, true_maker
from foleycue_backend.training.mini.measure.obedience import peak_db
from foleycue_backend.training.mini.measure.orders import EVENTS, IMPACTS, Order, orders
from foleycue_backend.training.mini.measure.tables import Table

#: What can be asked for.
MEASURES = ("obedience", "silence", "prompts", "faults", "distance", "fidelity", "classes")


@dataclass
class Measurement:
    """Everything that is heard once and used by several tables, made when first needed."""

    weights: Path
    work: Path
    per_class: int
    recordings: Path | None
    log: Log

    @cached_property
    def model(self) -> Maker:
        """The model under test."""
        return model_maker(MiniPipeline.from_pretrained(self.weights))

    @cached_property
    def true(self) -> Maker:
        """True mixtures of held-out one-shots."""
        return true_maker(self._bank)

    @cached_property
    def _bank(self) -> Bank:
        return held_out_bank()

    @cached_property
    def judges(self) -> Judges:
        """The class judge, trained on first use, and CREPE where it is installed."""
        return Judges(load_judge(self.work / "judge.pt", self.recordings, self.log), load_crepe())

    def _orders(self, *, held_out: bool) -> list[Order]:
        return orders(self.per_class, held_out=held_out)

    def _hear(self, name: str, maker: Maker, wanted: Sequence[Order]) -> list[Heard]:
        self.log(f"listening to {len(wanted)} takes: {name}")
        return self.judges.hear_all(maker, wanted, self.log)

    @cached_property
    def columns(self) -> dict[str, list[Heard]]:
        """The same orders from the generator and the model, and held-out words for the model."""
        trained, held_out = self._orders(held_out=False), self._orders(held_out=True)
        return {
            sections.TRUE: self._hear(sections.TRUE, self.true, trained),
            sections.TRAINED: self._hear(sections.TRAINED, self.model, trained),
            sections.HELD_OUT: self._hear(sections.HELD_OUT, self.model, held_out),
        }

    def silence(self) -> Table:
        """Event classes with no cue placed, beside the same takes with their cues."""
        placed = [h for h in self.columns[sections.TRAINED] if h.order.name in EVENTS]
        empty = [Order(h.order.name, h.order.prompt, [], None, h.order.seed) for h in placed]
        self.log(f"listening to {len(empty)} takes with nothing placed")
        peaks = [peak_db(self.model(order)) for order in empty]
        return Table("Silence", [sections.silence_row(placed, peaks)])

    def faults(self) -> Table:
        """What is wrong with finished takes; no judge listens."""
        columns = {}
        for name, held_out in ((sections.TRAINED, False), (sections.HELD_OUT, True)):
            self.log(f"finishing takes: {name}")
            columns[name] = faults(self.model, self._orders(held_out=held_out), self.log)
        return faults_table(columns)

    def distance(self) -> Table:
        """Fréchet distances, with another draw of true mixtures and with noise."""
        wanted = self._orders(held_out=False)
        again = self._hear("true mixtures, another draw", true_maker(self._bank, draw=1), wanted)
        noise = self._hear("noise", noise_maker(), wanted)
        return sections.distance_table(self.columns, again, noise)

    def fidelity(self) -> Table:
        """The vocoder on one true mixture of each impact."""
        self.log("resynthesis")
        return sections.fidelity_table(resynthesised(self.true, orders(1, held_out=False, classes=IMPACTS)))

    def table(self, measure: str) -> Table:
        """One of MEASURES. Raises KeyError for another name."""
        return {
            "obedience": lambda: sections.obedience_table(self.columns),
            "silence": self.silence,
            "prompts": lambda: sections.following_table(self.columns),
            "faults": self.faults,
            "distance": self.distance,
            "fidelity": self.fidelity,
            "classes": lambda: sections.class_table(self.columns),
        }[measure]()


def report(measurement: Measurement, measures: Sequence[str]) -> None:
    """Print the tables and write `report.md` and `report.json` into the work folder, each table as soon as it is done.

    Raises ValueError for a measure that there is not.
    """
    unknown = [name for name in measures if name not in MEASURES]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such measure, choose from {', '.join(MEASURES)}")
    torch.set_num_threads(1)
    measurement.work.mkdir(parents=True, exist_ok=True)
    tables: list[Table] = []
    for name in measures:
        tables.append(measurement.table(name))
        measurement.log("\n" + tables[-1].markdown())
        text = "\n".join(table.markdown() for table in tables)
        (measurement.work / "report.md").write_text(text, encoding="utf-8")
        content = json.dumps([table.entry() for table in tables], indent=1)
        (measurement.work / "report.json").write_text(content + "\n", encoding="utf-8")
