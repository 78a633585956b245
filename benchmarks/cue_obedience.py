# SPDX-License-Identifier: GPL-3.0-or-later
"""How well sounds obey cues: five cues at random times, onsets found by a scorer that is not ours.

    python benchmarks/cue_obedience.py SCORE.py [--takes 40] [--engine mini] [--raw]

Prints F1 within 50 ms (mean and 95 % interval over takes), the same for the onsets held against another take's cues
(chance), and the figures before alignment with --raw.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from common import Record, document, interval, load_scorer

from foleycue_backend.engines.mini.classes import CLASSES
from foleycue_backend.pipeline import Pipeline
from foleycue_backend.stages import align
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.cues import Cue
from foleycue_shared.messages import Generate, Scope
from foleycue_shared.timing import CUE_RATE

RATE = 25
LEAST_GAP, EDGE = 0.25, 0.3


def random_cues(rng: np.random.Generator, seconds: float, count: int = 5) -> list[float]:
    """Times in EDGE … seconds - EDGE, at least LEAST_GAP apart."""
    free = seconds - 2 * EDGE - LEAST_GAP * (count - 1)
    return (EDGE + np.sort(rng.uniform(0, free, count)) + LEAST_GAP * np.arange(count)).tolist()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--takes", type=int, default=40)
    parser.add_argument("--engine", default="mini")
    parser.add_argument("--raw", action="store_true", help="leave the alignment stage out")
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    if options.raw:
        align.plan_turns = lambda *_: []
    classes = [c for c in CLASSES if c.kind == "impact"]
    rng = np.random.default_rng(0)
    rows: list[tuple[str, list[float], list[float], float | None]] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        media = place / "unseen.mp4"
        media.touch()
        pipeline = Pipeline(place / "cache", place / "outbox")
        for seed in range(options.takes):
            frames = int(rng.integers(4 * RATE, 5 * RATE + 1))
            times = random_cues(rng, frames / RATE)
            name = classes[seed % len(classes)]
            request = Generate(
                job_id=f"take{seed}",
                engine=options.engine,
                scope=Scope(rate=f"{RATE}/1", frames=frames),
                prompt=name.label,
                seeds=(seed,),
                cue_sheet=tuple(Cue(round(t * CUE_RATE)) for t in times),
            )
            record = Record()
            pipeline.run(request, document(media, frames, RATE), record)
            onsets = scorer.event_onsets(*read_wav(Path(record.takes[0].path)), salient=True)
            rows.append((name.name, times, onsets.tolist(), record.takes[0].cue_error_ms))
    report(scorer, rows)


def report(scorer: object, rows: list[tuple[str, list[float], list[float], float | None]]) -> None:
    """Print the table: each class, all takes, and chance."""

    def f1(times: list[float], onsets: list[float], tolerance: float) -> float:
        hits = len(scorer.match(onsets, times, tolerance))  # type: ignore[attr-defined]
        return 2 * hits / (len(times) + len(onsets))

    for name in dict.fromkeys(row[0] for row in rows):
        values = [f1(times, onsets, 0.05) for label, times, onsets, _ in rows if label == name]
        print(f"{name:20} F1 50 ms {np.mean(values):.3f}   ({len(values)} takes)")
    others = rows[1:] + rows[:1]
    for tolerance in (0.05, 0.1):
        own = [f1(times, onsets, tolerance) for _, times, onsets, _ in rows]
        chance = [f1(other[1], row[2], tolerance) for row, other in zip(rows, others, strict=True)]
        print(f"F1 within {tolerance * 1000:.0f} ms {interval(own)}   chance {interval(chance)}")
    offsets = np.concatenate([scorer.match(row[2], row[1], 0.1) for row in rows])  # type: ignore[attr-defined]
    print(f"onsets a cue {sum(len(r[2]) for r in rows) / sum(len(r[1]) for r in rows):.2f}", end="   ")
    print(f"median offset {1000 * np.median(offsets):+.1f} ms, median error {1000 * np.median(np.abs(offsets)):.1f} ms")
    errors = [row[3] for row in rows if row[3] is not None]
    print(f"error as the takes say it: {np.mean(errors):.2f} ms")


if __name__ == "__main__":
    main()
