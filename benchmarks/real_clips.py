# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound made for real pictures, held against the salient onsets of the sound that belongs to them: lift over chance.

    python benchmarks/real_clips.py SCORE.py CLIPS [--engine mini] [--seeds 3] [--prompt TEXT]

CLIPS holds a folder for each clip with video.mp4 and clip.json, whose sound_class is the prompt. The cues are the
salient onsets of the clip's own sound, as an editor would mark them, then those that the product finds in the guide
track. Each row says what the cues alone would score and what the finished takes do, over clips (mean over seeds),
with 95 % intervals; 0 is chance.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from common import Record, document, interval, load_scorer

from foleycue_backend.pipeline import Pipeline
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.media.pictures import MediaReader
from foleycue_shared.messages import CueRequest, Generate, Scope
from foleycue_shared.timing import CUE_RATE

RATE = 30
#: Clips up to this length are the short ones.
SHORT = 4.2


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip, the salient onsets of its own sound and that sound's length, in seconds."""

    folder: Path
    prompt: str
    onsets: list[float]
    end: float

    @property
    def frames(self) -> int:
        """Whole frames that the picture covers."""
        reader = MediaReader(str(self.folder / "video.mp4"))
        return int(max(shown.end for shown in reader.pictures(0)) * RATE)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Lift:
    """Salient lift within 50 ms of a clip: of the cues that were followed, and of the takes; cues and onsets found."""

    cues: float
    takes: float
    counts: tuple[float, float, float]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--engine", default="mini")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--prompt", help="one prompt for all clips")
    parser.add_argument("--all", action="store_true", help="also the clips longer than 4 s")
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    clips = [clip_at(scorer, path.parent, options.prompt) for path in sorted(options.clips.glob("*/video.mp4"))]
    if not options.all:
        clips = [clip for clip in clips if clip.end <= SHORT]
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder) / "cache", Path(folder) / "outbox")
        for name in ("markers", "guide track"):
            rows = {}
            for clip in clips:
                request = asked(clip, options.engine, options.seeds, name == "markers")
                rows[clip] = score(scorer, clip, made(pipeline, clip, request))
                print(f"  {clip.folder.name:26} cues {rows[clip].cues:+.2f}  takes {rows[clip].takes:+.2f}", flush=True)
            report(name, rows)


def clip_at(scorer: ModuleType, folder: Path, prompt: str | None) -> Clip:
    """A clip from its folder."""
    sound, rate = scorer.load_audio(str(folder / "video.mp4"))
    onsets = scorer.event_onsets(sound, rate, salient=True).tolist()
    return Clip(
        folder,
        prompt or json.loads((folder / "clip.json").read_text())["sound_class"],
        onsets,
        len(sound) / rate,
    )


def asked(clip: Clip, engine: str, seeds: int, markers: bool) -> Generate:
    """A job as an editor would give it, with markers of their own or cues from the guide track."""
    frames = clip.frames
    inside = [t for t in clip.onsets if t < frames / RATE]
    return Generate(
        job_id="clip",
        engine=engine,
        scope=Scope(rate=f"{RATE}/1", frames=frames),
        prompt=clip.prompt,
        seeds=tuple(range(seeds)),
        cue_sheet=tuple(Cue(round(t * CUE_RATE)) for t in inside) if markers else None,
        cues=CueRequest(source=CueSource.GUIDE),
    )


def made(pipeline: Pipeline, clip: Clip, request: Generate) -> Record:
    """The job, done by the product's own pipeline."""
    record = Record()
    pipeline.run(request, document(clip.folder / "video.mp4", request.scope.frames, RATE), record)
    return record


def score(scorer: ModuleType, clip: Clip, record: Record) -> Lift:
    """Lift of a clip's cues and takes; sound beyond the end of the clip's own is left out."""

    def lift(times: list[float]) -> float:
        inside = np.array([t for t in times if t < clip.end])
        return float(scorer.event_scores(inside, clip.onsets, clip.end)["lift_50"] or 0.0)

    heard = [scorer.event_onsets(*read_wav(Path(take.path)), salient=True).tolist() for take in record.takes]
    cues = [cue.seconds for cue in record.takes[0].cues]
    counts = (len(clip.onsets), len(cues), float(np.mean([len(times) for times in heard])))
    return Lift(lift(cues), float(np.mean([lift(times) for times in heard])), counts)


def report(name: str, rows: dict[Clip, Lift]) -> None:
    """Print one kind of cues: the short clips, and all if there are others."""
    groups = {f"clips up to {SHORT:g} s": [lift for clip, lift in rows.items() if clip.end <= SHORT]}
    if len(rows) > len(next(iter(groups.values()))):
        groups["all clips"] = list(rows.values())
    for group, lifts in groups.items():
        true, cues, heard = np.sum([lift.counts for lift in lifts], axis=0)
        print(
            f"{name:12} {len(lifts):3} {group:18} salient lift within 50 ms: cues alone "
            f"{interval([lift.cues for lift in lifts])}, takes {interval([lift.takes for lift in lifts])}; "
            f"for each true onset {cues / true:.2f} cues, {heard / true:.2f} onsets heard"
        )


if __name__ == "__main__":
    main()
