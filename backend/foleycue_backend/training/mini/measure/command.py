# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that measure and show a weights folder of the embedded model: `evaluate`, `sheet`, `listen`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.engines.mini.weights import default_weights
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.measure.listen import listening_page
from foleycue_backend.training.mini.measure.makers import held_out_bank, model_maker, true_maker
from foleycue_backend.training.mini.measure.pictures import sheet
from foleycue_backend.training.mini.measure.report import MEASURES, Measurement, report


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the three commands to the subparsers of the training."""
    judge = what.add_parser("evaluate", help="measure a weights folder of the embedded model")
    judge.add_argument("--out", type=Path, required=True, help="work folder: the judge, report.md and report.json")
    judge.add_argument("--per-class", type=int, default=4, help="takes of each class in each column")
    judge.add_argument("--measures", default=",".join(MEASURES), help="some of them: %(default)s")
    judge.add_argument("--recordings", type=Path, help="folder of recorded one-shots, some of which the judge hears")
    judge.set_defaults(run=_evaluate)
    picture = what.add_parser("sheet", help="spectrograms of every class by true sound and kind of prompt, as a PNG")
    picture.add_argument("--out", type=Path, required=True, help="the PNG")
    picture.set_defaults(run=_sheet)
    page = what.add_parser("listen", help="a page with forty examples to hear")
    page.add_argument("--out", type=Path, required=True, help="folder of the page and its sounds")
    page.set_defaults(run=_listen)
    for each in (judge, picture, page):
        each.add_argument("--weights", type=Path, default=default_weights())


def _evaluate(args: argparse.Namespace, log: Log) -> None:
    measurement = Measurement(args.weights, args.out, args.per_class, args.recordings, log)
    report(measurement, [name for name in args.measures.split(",") if name])


def _sheet(args: argparse.Namespace, log: Log) -> None:
    model = model_maker(MiniPipeline.from_pretrained(args.weights))
    # So few colours are lost on nobody, and the file is a third as large.
    sheet(true_maker(held_out_bank()), model, log).quantize(64).save(args.out, optimize=True)
    log(f"wrote {args.out}")


def _listen(args: argparse.Namespace, log: Log) -> None:
    log(f"open {listening_page(model_maker(MiniPipeline.from_pretrained(args.weights)), args.out, log)}")
