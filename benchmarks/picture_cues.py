# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from real pictures against the salient onsets of their sound: lift over chance.

    python benchmarks/picture_cues.py SCORE.py CLIPS [--percussive 2]

CLIPS holds a folder for each clip with video.mp4. The lift is F1 minus its mean over circular shifts of the same cues,
so that dense cues gain nothing; 0 is chance. Rows, all with the automatic count: our cues at five sensitivities, in the
region of data/clip_regions.json (drawn from frames before anything was scored), and in the same region pushed into the
farthest corner, on the clips that have one. Beside them: as many random cues as there are onsets (50 ms apart), a
regular grid of as many, the guide track, the onsets themselves, and a simulated eye, which sees the share of onsets
that one person found visible (53 % on 20 clips) within a frame. Then how well the confidence tells the clips rated 2
or 3 from the others, over all clips.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from common import Record, document, interval, load_scorer

from foleycue_backend.pipeline import Pipeline
from foleycue_shared.cues import CueSource
from foleycue_shared.media.pictures import MediaReader
from foleycue_shared.messages import Analyse, Analysed, CueRequest, RegionKey, Scope

RATE = 30
SEEN = 0.53
Times = list[float]
#: Salient onsets of each clip, and its length in seconds.
Truth = Mapping[Path, tuple[Times, float]]
Key = tuple[int, float, float, float, float]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--percussive", type=int, default=2, help="score clips whose clip.json says at least this")
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    every = sorted(path.parent for path in options.clips.glob("*/video.mp4"))
    clips = [clip for clip in every if percussive(clip) >= options.percussive]
    truth = {clip: onsets_of(scorer, clip / "video.mp4") for clip in clips}
    print(f"{len(clips)} clips, {sum(len(onsets) for onsets, _ in truth.values())} salient onsets")
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder) / "cache", Path(folder) / "outbox")
        print_ours(scorer, pipeline, truth)
        print_others(scorer, pipeline, truth)
        print_confidence(pipeline, every)


def percussive(clip: Path) -> int:
    """How separate a clip's events were judged to be, 0 … 3; 3 where nobody judged."""
    notes = clip / "clip.json"
    return int(json.loads(notes.read_text())["percussive"]) if notes.is_file() else 3


def onsets_of(scorer: ModuleType, path: Path) -> tuple[Times, float]:
    """Salient onsets of a clip's own sound, and its length in seconds."""
    sound, rate = scorer.load_audio(str(path))
    return scorer.event_onsets(sound, rate, True).tolist(), len(sound) / rate


def print_ours(scorer: ModuleType, pipeline: Pipeline, truth: Truth) -> None:
    """Our cues: sensitivities, then the whole picture, regions and wrong corners where there are regions."""
    for sensitivity in (0.0, 0.35, 0.5, 0.65, 1.0):
        wanted = CueRequest(sensitivity=sensitivity)
        found = {clip: times_of(analysed(pipeline, clip, wanted)) for clip in truth}
        print_row(scorer, f"picture, sensitivity {sensitivity:g}", found, truth)
    drawn = json.loads((Path(__file__).parent / "data" / "clip_regions.json").read_text())
    kept = {clip: heard for clip, heard in truth.items() if clip.name in drawn}
    if not kept:
        return
    rows: dict[str, Callable[[Key], Key] | None] = {
        "same clips, whole": None, "region": lambda key: key, "region in wrong corner": corner,
    }  # fmt: skip
    for name, move in rows.items():
        found = {}
        for clip in kept:
            regions = () if move is None else region_keys([move(key) for key in drawn[clip.name]])
            found[clip] = times_of(analysed(pipeline, clip, CueRequest(regions=regions)))
        print_row(scorer, name, found, kept)


def print_others(scorer: ModuleType, pipeline: Pipeline, truth: Truth) -> None:
    """What our cues are held against."""
    rng = np.random.default_rng(0)
    guide = CueRequest(source=CueSource.GUIDE)
    print_row(scorer, "guide track", {c: times_of(analysed(pipeline, c, guide)) for c in truth}, truth)
    counts = {clip: (len(onsets), end) for clip, (onsets, end) in truth.items()}
    print_row(scorer, "random", {c: scorer.spaced(rng, n, end, 0.05).tolist() for c, (n, end) in counts.items()}, truth)
    even = {clip: ((np.arange(n) + 0.5) * end / max(1, n)).tolist() for clip, (n, end) in counts.items()}
    print_row(scorer, "regular grid", even, truth)
    seen = {
        clip: [t + rng.uniform(-1, 1) / RATE for t in heard if rng.random() < SEEN]
        for clip, (heard, _) in truth.items()
    }
    print_row(scorer, "simulated eye", seen, truth)
    print_row(scorer, "the onsets themselves", {clip: heard for clip, (heard, _) in truth.items()}, truth)


def print_confidence(pipeline: Pipeline, clips: Sequence[Path]) -> None:
    """Area under the curve of the confidence: clips rated 2 or 3 against the others, with a bootstrap over clips."""
    sure = {clip: analysed(pipeline, clip, CueRequest()).confidence for clip in clips}
    with_events = np.array([sure[clip] for clip in clips if percussive(clip) >= 2])
    without = np.array([sure[clip] for clip in clips if percussive(clip) < 2])
    if not len(with_events) or not len(without):
        return
    rng = np.random.default_rng(0)
    draws = [area(rng.choice(with_events, len(with_events)), rng.choice(without, len(without))) for _ in range(2000)]
    low, high = np.percentile(draws, [2.5, 97.5])
    print(
        f"confidence: AUC {area(with_events, without):.2f} [{low:.2f}, {high:.2f}], "
        f"{len(with_events)} clips with events, {len(without)} without"
    )


def area(above: np.ndarray, below: np.ndarray) -> float:
    """The chance that one of the first is larger than one of the second, ties counted half."""
    return float(np.mean(above[:, None] > below) + 0.5 * np.mean(above[:, None] == below))


def region_keys(keys: Sequence[Key]) -> tuple[RegionKey, ...]:
    """Keys as the protocol has them."""
    return tuple(RegionKey(frame=f, x=x, y=y, width=width, height=height) for f, x, y, width, height in keys)


def corner(key: Key) -> Key:
    """The same rectangle in the corner farthest from it."""
    frame, x, y, width, height = key
    left, top = 0.0 if x + width / 2 > 0.5 else 1 - width, 0.0 if y + height / 2 > 0.5 else 1 - height
    return frame, left, top, width, height


def analysed(pipeline: Pipeline, clip: Path, cues: CueRequest) -> Analysed:
    """What the product's own pipeline says about a clip."""
    path = clip / "video.mp4"
    reach = max(shown.end for shown in MediaReader(str(path)).pictures(0))  # type: ignore[arg-type]
    frames = int(reach * RATE)
    record = Record()
    request = Analyse(job_id="a", scope=Scope(rate=f"{RATE}/1", frames=frames), cues=cues)
    pipeline.run(request, document(path, frames, RATE), record)
    return record.analyses[0]


def times_of(analysis: Analysed) -> Times:
    """The cues in seconds."""
    return [cue.seconds for cue in analysis.cues]


def print_row(scorer: ModuleType, name: str, found: Mapping[Path, Times], truth: Truth) -> None:
    """Print lifts within 50 and 100 ms with their intervals over clips, raw F1, and cues an onset."""
    scores = []
    picked = 0
    for clip, (onsets, end) in truth.items():
        cues = [time for time in found[clip] if 0 <= time < end]
        picked += len(cues)
        scores.append(scorer.event_scores(np.array(cues), onsets, end))
    lift = [interval([score[f"lift_{t}"] or 0.0 for score in scores]) for t in (50, 100)]
    f1 = [np.mean([score[f"f1_{t}"] or 0.0 for score in scores]) for t in (50, 100)]
    total = sum(len(onsets) for onsets, _ in truth.values())
    print(
        f"{name:26} lift 50 {lift[0]}  100 {lift[1]}  F1 {f1[0]:.2f} {f1[1]:.2f}  cues/onset {picked / total:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
