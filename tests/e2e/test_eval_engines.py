# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue eval --engines: the embedded model's sound for films with known contacts, measured."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from fakes.evaluation_sets import clicks, write_sound
from foleycue_plugin import demo
from foleycue_plugin.cli.main import main

pytest.importorskip("torch", reason="no engine without torch")
pytestmark = pytest.mark.timeout(300)

#: Frames of the film before the ones that the demo's timeline shows.
HANDLE = 8


def test_an_engine_makes_the_sounds_that_are_measured(real_home, tmp_path, capsys):
    films, truth = tmp_path / "films", tmp_path / "truth"
    films.mkdir()
    truth.mkdir()
    demo_folder = Path(demo.TIMELINE).parent
    shutil.copy(demo_folder / "ball.mp4", films)
    told = json.loads((demo_folder / "events.json").read_text())
    frames = [HANDLE + event["frame"] for event in told["events"] if event["shot"] == "ball"]
    seconds = [frame / Fraction(told["rate"]) for frame in frames]
    write_sound(truth / "ball.wav", clicks(tuple(map(float, seconds)), seconds=4.2))
    captions = tmp_path / "captions.json"
    captions.write_text('{"ball": "a hammer hits wood"}')
    keep, figures = tmp_path / "sounds", tmp_path / "figures.json"
    command = ["eval", "--engines", "mini", "--truth", str(truth), "--videos", str(films), "--keep", str(keep)]
    command += ["--captions", str(captions), "--metrics", "salient", "--json", str(figures), "--force"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out.startswith("| metric | n | mini | @random |")
    (made,) = keep.glob("mini/*.wav")
    assert made.name == "ball.wav"
    rows = {row["metric"]: row for row in json.loads(figures.read_text())["systems"]["mini"]["rows"]}
    lift = rows["salient_lift_100"]["columns"]["generated"]["value"]
    assert lift > 0.3
    # What is there is not made again.
    before = made.stat().st_mtime_ns
    assert main(command) == 0
    assert made.stat().st_mtime_ns == before
