# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactness on real media: every clip of a folder as it is, and timelines made from the clips at seven rates.

    python benchmarks/exactness.py FOLDER        (FOLDER/NAME/video.mp4, or FOLDER/NAME.mp4)

Each case goes through the real command line and backend. Checked: samples of the WAV, TimeReference, the placed clip
read back, everything else on the timeline unchanged. Prints a line a case and ends with status 1 if any failed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from foleycue_shared import timeline as timelines
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.timecode import format_timecode, parse_timecode
from foleycue_shared.timing import FrameRange, frames_to_samples

ORIGINS = [
    (Fraction(24000, 1001), "01:00:00:00"),
    (Fraction(25), "10:00:00:00"),
    (Fraction(30000, 1001), "01:00:00;00"),
    (Fraction(30000, 1001), "00:59:59:29"),
    (Fraction(50), "00:00:00:00"),
    (Fraction(60000, 1001), "01:00:00;00"),
    (Fraction(60000, 1001), "23:00:00:00"),
]
T, R = otio.opentime.RationalTime, otio.opentime.TimeRange


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder.resolve()
    media = sorted([*folder.glob("*/video.mp4"), *folder.glob("*.mp4")])
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        cases = [(path.parent.name, path, None) for path in media]
        for number, (rate, origin) in enumerate(ORIGINS):
            edit = work / f"edit-{number}.otio"
            first, second = media[number % len(media)], media[(number + 1) % len(media)]
            otio.adapters.write_to_file(compose(rate, origin, first, second), str(edit))
            cases += [(f"{rate} {origin} whole", edit, None), (f"{rate} {origin} part", edit, ("7f", "60f"))]
        for number, (name, source, marks) in enumerate(cases):
            wrong = check(source, marks, work / f"{number}.wav", work / f"{number}.otio")
            print(
                f"{'FAILED' if wrong else 'exact '} {name}: {'; '.join(wrong) or 'samples, TimeReference, placement'}"
            )
            failed += bool(wrong)
    print(f"{len(cases) - failed} of {len(cases)} cases exact")
    return int(failed > 0)


def compose(rate: Fraction, origin: str, first: Path, second: Path) -> otio.schema.Timeline:
    """Shot, gap, shot at double speed, nested stack, second file: with an origin timecode."""
    fps = float(rate)

    def clip(path: Path, start: int, frames: int, speed: float = 1.0) -> otio.schema.Clip:
        effects = [otio.schema.LinearTimeWarp(time_scalar=speed)] if speed != 1 else []
        source = R(T(start, fps), T(frames, fps))
        return otio.schema.Clip(path.parent.name, otio.schema.ExternalReference(str(path)), source, effects=effects)

    nested = otio.schema.Stack("nested", source_range=R(T(2, fps), T(20, fps)))
    nested.append(otio.schema.Track("inner", children=[clip(first, 4, 12), clip(second, 3, 30)]))
    gap = otio.schema.Gap(duration=T(11, fps))
    items = [clip(first, 5, 23), gap, clip(first, 10, 17, 2.0), nested, clip(second, 1, 19)]
    frame = parse_timecode(origin, rate)[0]
    timeline = otio.schema.Timeline("edit", global_start_time=T(frame, fps))
    timeline.tracks.append(otio.schema.Track("V1", children=items, kind=otio.schema.TrackKind.Video))
    return timeline


def check(source: Path, marks: tuple[str, str] | None, wav: Path, saved: Path) -> list[str]:
    """What is wrong with one generation, as sentences."""
    command = [sys.executable, "-m", "foleycue_plugin", "generate", str(source), "--prompt", "wooden knock", "--json"]
    command += ["--seed", "1", "--audio", str(wav), "--save", str(saved), *(["--range", *marks] if marks else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"]
    answer = json.loads(done.stdout)
    span, take = answer["range"], answer["takes"][0]
    rate = Fraction(span["rate"])
    wanted = round(span["frames"] * rate.denominator * 48_000 / rate.numerator)
    header = read_wav_header(wav)
    edit = otio.adapters.read_from_file(str(saved))
    record = timelines.start_frame(edit) + span["start_frame"]
    placed = timelines.find_placed(edit, answer["placement"]["track"])
    drop = ";" in span["timecode"]
    wrong = {
        f"{header.samples} samples, not {wanted}": header.samples != wanted or take["samples"] != wanted,
        f"TimeReference {header.time_reference}": header.time_reference != frames_to_samples(record, rate, 48_000),
        f"placed at {placed}": placed != FrameRange(span["start_frame"], span["frames"], rate),
        f"timecode {span['timecode']}": format_timecode(record, rate, drop) != span["timecode"],
        f"marked {span}": marks is not None and (span["start_frame"], span["frames"]) != (7, 53),
        "the rest of the timeline changed": source.suffix == ".otio" and not unchanged(edit, source),
    }
    return [sentence for sentence, failed in wrong.items() if failed]


def unchanged(edit: otio.schema.Timeline, source: Path) -> bool:
    """Whether the edit without its last track is the source."""
    del edit.tracks[-1]
    return edit.to_json_string() == otio.adapters.read_from_file(str(source)).to_json_string()


if __name__ == "__main__":
    sys.exit(main())
