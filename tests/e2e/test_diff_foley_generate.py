# SPDX-License-Identifier: GPL-3.0-or-later
"""diff-foley from a hub to a take by the command line, with real backend and worker, on a small checkpoint."""

import json
import sys

import numpy as np
import pytest

from fakes import command_line
from fakes.command_line import SAMPLES, interrupted, run
from fakes.hub import FakeHub
from foleycue_shared.broadcast_wav import read_wav

pytest.importorskip("torch", reason="no engine without torch")
# The later tests use what the first one has pulled.
pytestmark = pytest.mark.timeout(400)

MARKED = (*command_line.MARKED, "--engine", "diff-foley")


def test_pulled_and_converted(real_home, tmp_path, monkeypatch, capsys):
    from fakes.published_diff_foley import publish, write_published

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub() as hub:
        publish(write_published(tmp_path / "published"), hub)
        status, out, err = run(capsys, "models", "pull", "diff-foley", "--yes", "--endpoint", hub.endpoint)
        assert not hub.downloads("eval_classifier.ckpt")
    assert status == 0, err
    assert "CreativeML OpenRAIL-M" in err
    assert out.count("all fit") == 6


def test_takes_of_the_picture_alone(real_home, tmp_path, capsys):
    def take(name, *options):
        path = tmp_path / f"{name}.wav"
        status, out, err = run(capsys, "generate", *MARKED, "--steps", 2, "--audio", path, *options, "--json")
        assert status == 0, err
        (made,) = json.loads(out)["takes"]
        assert (made["engine"], made["samples"]) == ("diff-foley", SAMPLES)
        sound = read_wav(path)[0]
        assert len(sound) == SAMPLES
        return sound, command_line.phases(err)

    first, phases = take("first", "--seed", 3)
    assert {"decode", "analyse", "diffuse", "vocode"} <= phases
    assert "text" not in phases
    again, phases = take("again", "--seed", 3, "--prompt", "it reads no words")
    assert not {"decode", "analyse"} & phases
    others = [
        take(name, "--seed", seed, *options)[0]
        for name, seed, options in (
            ("other", 4, ()),
            ("loose", 3, ("--guide-alignment", 0)),
            ("faithful", 3, ("--faithful",)),
        )
    ]
    assert np.array_equal(first, again)
    assert not any(np.array_equal(first, other) for other in others)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process on Windows")
def test_ctrl_c_cancels_and_leaves_nothing(real_home, tmp_path):
    asked = ("generate", *MARKED, "--steps", "500", "--audio", str(tmp_path / "a.wav"))
    status, out, err = interrupted(asked, "diffuse")
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert not list(tmp_path.iterdir())
