# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycrafter from a hub to a take by the command line, with real backend and worker, on a small checkpoint."""

import json
import sys

import numpy as np
import pytest

from fakes import command_line
from fakes.command_line import SAMPLES, interrupted, phases, run
from fakes.hub import FakeHub
from foleycue_shared.broadcast_wav import read_wav

pytest.importorskip("torch", reason="no engine without torch")
# The later tests use what the first one has pulled.
pytestmark = pytest.mark.timeout(400)

MARKED = (*command_line.MARKED, "--engine", "foleycrafter")


def test_pulled_and_converted_with_the_licence_said(real_home, tmp_path, monkeypatch, capsys):
    from fakes.published_foleycrafter import publish, write_published

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as hub:
        publish(write_published(tmp_path / "published"), hub)
        status, out, err = run(capsys, "models", "pull", "foleycrafter", "--yes", "--endpoint", hub.endpoint)
    assert status == 0, err
    assert "NOT FOR COMMERCIAL USE" in err
    assert "2 unexpected (time_conv_in.weight, motion.scale)" in out


def test_its_own_cues_are_shown_and_edited_ones_count(real_home, tmp_path, capsys):
    status, out, err = run(capsys, "cues", *MARKED, "--json")
    assert status == 0, err
    own = json.loads(out)["cues"]
    assert own
    assert {cue["source"] for cue in own} == {"picture"}

    def take(name, *options):
        path = tmp_path / f"{name}.wav"
        common = ("--prompt", "knock on wood", "--negative", "music", "--guide-cues", 1, "--seed", 3, "--steps", 1)
        status, out, err = run(capsys, "generate", *MARKED, *common, "--audio", path, *options, "--json")
        assert status == 0, err
        (made,) = json.loads(out)["takes"]
        assert (made["engine"], made["seed"], made["samples"]) == ("foleycrafter", 3, SAMPLES)
        return read_wav(path)[0], err

    def sheet(name, cues):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(cues))
        return "--cues", path

    unasked, err = take("unasked")
    assert {"text", "diffuse", "vocode"} <= phases(err)
    again, err = take("again")
    assert np.array_equal(unasked, again)
    assert not {"decode", "analyse", "text"} & phases(err)
    unedited, _ = take("unedited", *sheet("unedited", own))
    moved, _ = take("moved", *sheet("moved", [{**own[0], "time": own[0]["time"] + 0.3}, *own[1:]]))
    empty, _ = take("empty", *sheet("empty", []))
    for one, other in ((unedited, moved), (unedited, empty), (moved, empty)):
        assert not np.array_equal(one, other)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process on Windows")
def test_ctrl_c_cancels_and_leaves_nothing(real_home, tmp_path):
    asked = ("generate", *MARKED, "--faithful", "--audio", str(tmp_path / "a.wav"))
    status, out, err = interrupted(asked, "diffuse")
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert not list(tmp_path.iterdir())
