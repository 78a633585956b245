# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from real pictures against the salient onsets of their sound: lift over chance.

    python benchmarks/picture_cues.py SCORE.py CLIPS [--percussive N]

CLIPS holds a folder for each clip with video.mp4. The lift is F1 minus its mean over circular shifts of the same cues,
so that dense cues gain nothing; 0 is chance. Rows: our cues at three sensitivities, as many random cues as there are
onsets (50 ms apart), a regular grid of as many, and the guide track itself.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
from common import Record, document, interval, load_scorer

from foleycue_backend.pipeline import Pipeline
from foleycue_shared.cues import CueSource
from foleycue_shared.media.pictures import MediaReader
from foleycue_shared.messages import Analyse, CueRequest, Scope

RATE = 30
Predict = Callable[[Path, float], list[float]]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--percussive", type=int, default=0, help="only clips whose clip.json says at least this")
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    clips = sorted(path.parent for path in options.clips.glob("*/video.mp4"))
    clips = [clip for clip in clips if percussive(clip) >= options.percussive]
    truth = {clip: onsets_of(scorer, clip / "video.mp4") for clip in clips}
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder) / "cache", Path(folder) / "outbox")
        rows: dict[str, Predict] = {
            f"picture, sensitivity {s:g}": ours(pipeline, CueRequest(sensitivity=s)) for s in (0.35, 0.5, 0.65, 0.8)
        }
        rows["guide track"] = ours(pipeline, CueRequest(source=CueSource.GUIDE))
        rows["random"] = lambda clip, end: scorer.spaced(rng, len(truth[clip][0]), end, 0.05).tolist()
        rows["regular grid"] = lambda clip, end: (
            (np.arange(n := len(truth[clip][0])) + 0.5) * end / max(1, n)
        ).tolist()
        print(f"{len(clips)} clips, {sum(len(onsets) for onsets, _ in truth.values())} salient onsets")
        for name, predict in rows.items():
            print_row(scorer, name, predict, truth)


def percussive(clip: Path) -> int:
    """How separate a clip's events were judged to be, 0 … 3; 3 where nobody judged."""
    notes = clip / "clip.json"
    return int(json.loads(notes.read_text())["percussive"]) if notes.is_file() else 3


def onsets_of(scorer: ModuleType, path: Path) -> tuple[list[float], float]:
    """Salient onsets of a clip's own sound, and its length in seconds."""
    sound, rate = scorer.load_audio(str(path))
    return scorer.event_onsets(sound, rate, True).tolist(), len(sound) / rate


def ours(pipeline: Pipeline, cues: CueRequest) -> Predict:
    """Cues by the product's own pipeline."""

    def predict(clip: Path, end: float) -> list[float]:
        path = clip / "video.mp4"
        reach = max(shown.end for shown in MediaReader(str(path)).pictures(0))  # type: ignore[arg-type]
        frames = int(reach * RATE)
        record = Record()
        request = Analyse(job_id="a", scope=Scope(rate=f"{RATE}/1", frames=frames), cues=cues)
        pipeline.run(request, document(path, frames, RATE), record)
        return [cue.seconds for cue in record.analyses[0].cues if cue.seconds < end]

    return predict


def print_row(scorer: ModuleType, name: str, predict: Predict, truth: dict[Path, tuple[list[float], float]]) -> None:
    """Print lifts within 50 and 100 ms with their intervals over clips, raw F1, and cues an onset."""
    scores = []
    picked = 0
    for clip, (onsets, end) in truth.items():
        cues = predict(clip, end)
        picked += len(cues)
        scores.append(scorer.event_scores(np.array(cues), onsets, end))
    lift = [interval([score[f"lift_{t}"] or 0.0 for score in scores]) for t in (50, 100)]
    f1 = [np.mean([score[f"f1_{t}"] or 0.0 for score in scores]) for t in (50, 100)]
    total = sum(len(onsets) for onsets, _ in truth.values())
    print(f"{name:26} lift 50 {lift[0]}  100 {lift[1]}  F1 {f1[0]:.2f} {f1[1]:.2f}  cues/onset {picked / total:.2f}")


if __name__ == "__main__":
    main()
