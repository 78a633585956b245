# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from rendered pictures whose contact times are known: clean, hand-held, beside a second mover, with a region.

    python benchmarks/rendered_cues.py [--scenes 3]

Five kinds of contact (tests/fakes/contact_scenes.py), so many scenes of each, and the demo's two ray-traced shots. F1
within 50 and 100 ms (one to one, mean and 95 % interval over scenes), bias of what was matched, and cues a contact.
Beside them: as many random cues as there are contacts (50 ms apart), a regular grid of as many, and the region pushed
into the farthest corner. Two objects that both sound: point_at_it.py.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from common import interval

from foleycue_backend.stages.motion import measure
from foleycue_backend.stages.picture_cues import predict
from foleycue_backend.stages.pictures import GreyFrame, grey_frames
from foleycue_backend.stages.region import Regions
from foleycue_shared.cues import match_cues
from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import CUE_RATE, FrameRange

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))

from fakes.contact_scenes import KINDS, Filming, Scene, contact_scene  # noqa: E402

DEMO = ROOT / "plugin" / "foleycue_plugin" / "demo"
Box = tuple[float, float, float, float]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=3, help="of each kind")
    scenes = parser.parse_args().scenes
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    films = {
        "clean": Filming(),
        "clean, 60 fps": Filming(rate=60),
        "hand-held": Filming(shake=6),
        "second mover": Filming(mover=True),
        "hand-held, second mover": Filming(shake=6, mover=True),
    }
    for name, filming in films.items():
        made = [contact_scene(kind, seed, filming) for seed in range(scenes) for kind in KINDS]
        print_row(f"{name}: whole", made, [cues(scene, filming.rate) for scene in made])
        if filming.mover:
            print_row(f"{name}: region", made, [cues(scene, filming.rate, scene.box) for scene in made])
            print_row(f"{name}: wrong corner", made, [cues(scene, filming.rate, corner(scene.box)) for scene in made])
        if name == "clean":
            shapes = [(len(scene.contacts), scene.frames / filming.rate) for scene in made]
            print_row("random", made, [spaced(rng, *shape) for shape in shapes])
            print_row("regular grid", made, [grid(*shape) for shape in shapes])
    print_demo()


def cues(scene: Scene, rate: float, box: Box | None = None) -> list[float]:
    """Seconds of the cues that the product finds in a scene, inside a box or anywhere."""
    frames = (GreyFrame(0, k / rate, scene.draw(k)) for k in range(scene.frames))
    span = FrameRange(0, scene.frames, Fraction(int(rate)))
    keys = [] if box is None else [RegionKey(frame=0, x=box[0], y=box[1], width=box[2], height=box[3])]
    regions = Regions(keys, [Piece(start=0, frames=scene.frames, media="scene", name="scene")], span)
    return [cue.seconds for cue in predict(measure(frames, regions), span, 0.5).cues]


def corner(box: Box) -> Box:
    """The same box in the corner farthest from it."""
    x, y, width, height = box
    return (0.0 if x + width / 2 > 0.5 else 1 - width, 0.0 if y + height / 2 > 0.5 else 1 - height, width, height)


def spaced(rng: np.random.Generator, count: int, seconds: float) -> list[float]:
    """Random times at least 50 ms apart."""
    return (np.sort(rng.uniform(0, seconds - 0.05 * count, count)) + 0.05 * np.arange(count)).tolist()


def grid(count: int, seconds: float) -> list[float]:
    """Evenly spread times."""
    return ((np.arange(count) + 0.5) * seconds / max(1, count)).tolist()


def matched(found: Sequence[float], contacts: Sequence[float], tolerance: float) -> tuple[float, list[float]]:
    """F1 of a one-to-one matching, and found minus contact of each pair in seconds."""
    times = [round(time * CUE_RATE) for time in found]
    wanted = [round(time * CUE_RATE) for time in contacts]
    pairs = match_cues(times, wanted, round(tolerance * CUE_RATE))
    return 2 * len(pairs) / max(1, len(times) + len(wanted)), [found[i] - contacts[j] for i, j in pairs]


def print_row(name: str, scenes: Sequence[Scene], found: Sequence[Sequence[float]]) -> None:
    """Print F1 within 50 and 100 ms, bias, and cues a contact."""
    near, wide = (
        [matched(times, scene.contacts, tolerance) for times, scene in zip(found, scenes, strict=True)]
        for tolerance in (0.05, 0.1)
    )
    errors = [error for _, pairs in near for error in pairs]
    bias = f"{1000 * float(np.mean(errors)):+.0f} ms" if errors else "-"
    ratio = sum(map(len, found)) / sum(len(scene.contacts) for scene in scenes)
    print(
        f"{name:38} F1 50 {interval([f1 for f1, _ in near])}  100 {np.mean([f1 for f1, _ in wide]):.2f}"
        f"  bias {bias}  cues/contact {ratio:.2f}",
        flush=True,
    )


def print_demo() -> None:
    """The demo's ray-traced ball and mallet, coded as H.264."""
    known = json.loads((DEMO / "events.json").read_text())
    rate = Fraction(known["rate"])
    for shot, first, used, offset in (("ball", 8, 90, 0), ("mallet", 12, 98, 90)):
        path = str(DEMO / f"{shot}.mp4")
        piece = Piece(start=0, frames=used, media=path, name=shot, media_start=first / rate)
        span = FrameRange(0, used, rate)
        contacts = [(event["frame"] - offset) / float(rate) for event in known["events"] if event["shot"] == shot]
        found = [cue.seconds for cue in predict(measure(grey_frames([piece], span)), span, 0.5).cues]
        f1, errors = matched(found, contacts, 0.05)
        print(f"{'demo: ' + shot:38} F1 50 {f1:.2f}  bias {1000 * float(np.mean(errors or [np.nan])):+.0f} ms")


if __name__ == "__main__":
    main()
