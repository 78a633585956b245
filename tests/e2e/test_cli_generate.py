# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with the real backend, worker and engine, on the demo picture."""

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from foleycue_plugin import demo
from foleycue_plugin.cli.main import main
from foleycue_shared.broadcast_wav import read_wav, read_wav_header
from foleycue_shared.timeline import find_placed

pytest.importorskip("torch", reason="no engine without torch")

RATE = Fraction(24000, 1001)
CLIPS = Path(__file__).parents[2].parent / "shared" / "clips"


def events(start, end):
    """Seconds from a range's start at which the demo picture is known to sound."""
    listing = json.loads(demo.EVENTS.read_text())["events"]
    return [float((event["frame"] - start) / RATE) for event in listing if start <= event["frame"] < end]


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.timeout(400)
def test_the_whole_way_on_the_demo_picture(real_home, tmp_path, capsys):
    before = demo.TIMELINE.read_bytes()
    status, out, err = run(
        capsys, "generate", demo.TIMELINE, "--range", "01:00:03:22", "152f", "--prompt", "wooden knock", "--seed", 3,
        "--save", tmp_path / "out.otio", "--audio", tmp_path / "out.wav", "--json",
    )  # fmt: skip
    assert status == 0, err
    answer = json.loads(out)
    take = answer["takes"][0]
    samples = round(Fraction(58 * 48_000) / RATE)
    header = read_wav_header(tmp_path / "out.wav")
    assert take["samples"] == header.samples == samples
    assert header.time_reference == round(Fraction((86_400 + 94) * 48_000) / RATE)
    assert (header.rate, header.drop_frame) == (RATE, False)
    assert [cue["source"] for cue in take["cues"]] == ["picture"] * len(take["cues"])
    assert [cue["time"] for cue in take["cues"]] == pytest.approx(events(94, 152), abs=0.021)
    assert take["cue_error_ms"] < 20
    sound, _ = read_wav(tmp_path / "out.wav")
    assert float(np.abs(sound).max()) > 0.01
    saved = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
    found = find_placed(saved, "FoleyCue")
    assert (found.start, found.frames, found.rate) == (94, 58, RATE)
    assert demo.TIMELINE.read_bytes() == before
    assert "diffuse" in err


@pytest.mark.timeout(400)
def test_cues_of_the_demo_picture_are_the_known_events(real_home, capsys):
    status, out, err = run(capsys, "cues", demo.TIMELINE, "--json")
    assert status == 0, err
    found = [cue["time"] for cue in json.loads(out)["cues"]]
    known = events(0, 10**6)
    hits = sum(any(abs(time - cue) <= 0.05 for cue in found) for time in known)
    assert 2 * hits / (len(found) + len(known)) >= 0.9


@pytest.mark.timeout(400)
def test_an_unknown_engine_and_the_guide_of_a_silent_picture(real_home, tmp_path, capsys):
    status, out, err = run(capsys, "generate", demo.TIMELINE, "--engine", "moog", "--audio", tmp_path / "a.wav")
    assert (status, out) == (2, "")
    assert "mini" in err.splitlines()[-1]
    status, _, err = run(capsys, "cues", demo.TIMELINE, "--from", "guide")
    assert status == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process on Windows")
def test_ctrl_c_cancels_and_leaves_nothing(real_home, tmp_path):
    command = [sys.executable, "-m", "foleycue_plugin.cli.main", "generate", str(demo.TIMELINE), "--takes", "8"]
    process = subprocess.Popen(
        [*command, "--audio", str(tmp_path / "a.wav")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("diffuse"):
            break
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert time.monotonic() - asked < 20
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(400)
@pytest.mark.skipif(not CLIPS.is_dir(), reason="needs the evaluation clips beside the repository")
@pytest.mark.parametrize("name", ["sam_01", "dff_drum", "sta_4VWx9mdOGVs_000025"])
def test_real_clips_give_sound_of_their_exact_length(real_home, tmp_path, capsys, name):
    clip = CLIPS / name / "video.mp4"
    status, out, err = run(capsys, "generate", clip, "--range", "1s", "2.5s", "--save", tmp_path / "o.otio", "--json")
    assert status == 0, err
    answer = json.loads(out)
    rate = Fraction(answer["range"]["rate"])
    assert answer["takes"][0]["samples"] == round(Fraction(answer["range"]["frames"] * 48_000) / rate)
    saved = otio.adapters.read_from_file(str(tmp_path / "o.otio"))
    assert find_placed(saved, "FoleyCue").start == answer["range"]["start_frame"] == round(rate)
