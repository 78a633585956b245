# SPDX-License-Identifier: GPL-3.0-or-later
"""sta-v2a by the command line, with real backend and worker, on a small checkpoint in the published layout."""

import json
import os
import signal
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from foleycue_plugin import demo
from foleycue_plugin.cli.main import main
from foleycue_shared.broadcast_wav import read_wav, read_wav_header

pytest.importorskip("torch", reason="no engine without torch")
# The later tests use what the first one has imported.
pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("heavy")]

RATE = Fraction(24000, 1001)


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def generate(capsys, *arguments):
    """`foleycue generate --engine sta-v2a` on 58 frames of the demo picture."""
    marked = (demo.TIMELINE, "--range", "01:00:03:22", "152f", "--engine", "sta-v2a")
    return run(capsys, "generate", *marked, "--prompt", "knock on wood", *arguments, "--json")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    from fakes.published_sta_v2a import write_published

    folder = tmp_path_factory.mktemp("published")
    write_published(folder)
    return folder


def test_before_it_is_installed_it_says_how_to_get_it(real_home, tmp_path, capsys):
    status, out, err = generate(capsys, "--audio", tmp_path / "a.wav")
    assert (status, out) == (2, "")
    assert "foleycue models pull sta-v2a" in err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_takes_of_exact_length_from_an_imported_checkpoint(real_home, published, tmp_path, capsys):
    status, _, err = run(capsys, "models", "import", "sta-v2a", published)
    assert status == 0, err
    status, out, err = generate(capsys, "--takes", 2, "--seed", 3, "--audio", tmp_path / "out.wav")
    assert status == 0, err
    takes = json.loads(out)["takes"]
    samples = round(Fraction(58 * 48_000) / RATE)
    assert [(take["engine"], take["seed"], take["samples"], take["cues"]) for take in takes] == [
        ("sta-v2a", 3, samples, []), ("sta-v2a", 4, samples, []),
    ]  # fmt: skip
    first, second = (read_wav(tmp_path / name)[0] for name in ("out.wav", "out-2.wav"))
    assert len(first) == read_wav_header(tmp_path / "out.wav").samples == samples
    assert not np.array_equal(first, second)
    for phase in ("decode", "analyse", "text", "diffuse", "vocode"):
        assert phase in err
    # Another seed for the same range: neither pictures nor prompt are read again.
    status, _, err = generate(capsys, "--seed", 4, "--audio", tmp_path / "again.wav")
    assert status == 0, err
    assert not {"decode", "analyse", "text"} & {line.split()[0].rstrip(",") for line in err.splitlines()}
    again = read_wav(tmp_path / "again.wav")[0]
    assert np.abs(again - second).max() < 1e-3


def test_a_cue_sheet_steers_and_the_faithful_setting_runs(real_home, tmp_path, capsys):
    sheet = tmp_path / "cues.json"
    sheet.write_text('[{"time": 0.6}, {"time": 1.5, "strength": 0.5}]')
    sounds = {}
    cued, faithful = ("--cues", sheet), ("--faithful", "--steps", 3)
    for name, options in (("free", ()), ("cued", cued), ("faithful", (*cued, *faithful))):
        path = tmp_path / f"{name}.wav"
        status, out, err = generate(capsys, "--seed", 5, "--audio", path, *options)
        assert status == 0, err
        sounds[name] = read_wav(path)[0]
        assert [cue["time"] for cue in json.loads(out)["takes"][0]["cues"]] == ([] if name == "free" else [0.6, 1.5])
    assert not np.array_equal(sounds["free"], sounds["cued"])
    assert not np.array_equal(sounds["faithful"], sounds["cued"])


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process on Windows")
def test_ctrl_c_cancels_and_leaves_nothing(real_home, tmp_path):
    command = [sys.executable, "-m", "foleycue_plugin.cli.main", "generate", str(demo.TIMELINE), "--faithful"]
    process = subprocess.Popen(
        [*command, "--engine", "sta-v2a", "--audio", str(tmp_path / "a.wav")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("diffuse"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert not list(tmp_path.iterdir())
