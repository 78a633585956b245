# SPDX-License-Identifier: GPL-3.0-or-later
"""Wall time of ten seconds of sound with a warm worker, by phase; then of the same range with another prompt.

python benchmarks/speed.py [--engine mini] [--runs 5] [--seconds 10]
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from common import Record, document
from memory import RATE, render

from foleycue_backend.pipeline import Pipeline
from foleycue_shared.messages import Generate, Scope


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="mini")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    frames = options.seconds * RATE
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        media = place / "picture.mp4"
        render(media, options.seconds)
        pipeline = Pipeline(place / "cache", place / "outbox")
        started = time.perf_counter()
        pipeline.load(options.engine, lambda _: None)
        print(f"load {time.perf_counter() - started:.2f} s")
        totals = []
        for run in range(options.runs):
            request = Generate(
                job_id=f"s{run}",
                engine=options.engine,
                scope=Scope(rate=f"{RATE}/1", frames=frames),
                prompt=["knock on a door", "metal hit", "glass clink"][run % 3],
                seeds=(run,),
            )
            record = Record()
            started = time.perf_counter()
            pipeline.run(request, document(media, frames, RATE), record)
            totals.append(time.perf_counter() - started)
            parts = "  ".join(f"{name} {value:.2f}" for name, value in record.seconds.items() if name != "start")
            print(f"run {run}: {totals[-1]:.2f} s   {parts}", flush=True)
    print(f"first {totals[0]:.2f} s, later ones (median) {np.median(totals[1:] or totals):.2f} s")


if __name__ == "__main__":
    main()
