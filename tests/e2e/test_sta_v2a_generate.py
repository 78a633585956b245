# SPDX-License-Identifier: GPL-3.0-or-later
"""sta-v2a by the command line, with real backend and worker, on a small checkpoint in the published layout."""

import json
import sys

import numpy as np
import pytest

from fakes.command_line import MARKED, SAMPLES, interrupted, phases, run
from foleycue_shared.broadcast_wav import read_wav, read_wav_header

pytest.importorskip("torch", reason="no engine without torch")
# The later tests use what the first one has imported.
pytestmark = pytest.mark.timeout(400)


def generate(capsys, *arguments):
    """`foleycue generate --engine sta-v2a` on 58 frames of the demo picture."""
    return run(capsys, "generate", *MARKED, "--engine", "sta-v2a", "--prompt", "knock on wood", *arguments, "--json")


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
    assert [(take["engine"], take["seed"], take["samples"], take["cues"]) for take in takes] == [
        ("sta-v2a", 3, SAMPLES, []), ("sta-v2a", 4, SAMPLES, []),
    ]  # fmt: skip
    first, second = (read_wav(tmp_path / name)[0] for name in ("out.wav", "out-2.wav"))
    assert len(first) == read_wav_header(tmp_path / "out.wav").samples == SAMPLES
    assert not np.array_equal(first, second)
    assert {"decode", "analyse", "text", "diffuse", "vocode"} <= phases(err)
    # Another seed for the same range: neither pictures nor prompt are read again.
    status, _, err = generate(capsys, "--seed", 4, "--audio", tmp_path / "again.wav")
    assert status == 0, err
    assert not {"decode", "analyse", "text"} & phases(err)
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
    asked = ("generate", *MARKED[:1], "--faithful", "--engine", "sta-v2a", "--audio", str(tmp_path / "a.wav"))
    status, out, err = interrupted(asked, "diffuse")
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert not list(tmp_path.iterdir())
