# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Kdenlive, real panel, real backend: offered, opened, generated, inserted, undone, on a new track, exchanged."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fakes.impulse_take import run_melt
from fakes.kdenlive import Desktop, require_kdenlive
from fakes.mlt_projects import Lane, Project
from foleycue_backend.engines.registry import engine_info
from foleycue_plugin.demo import TIMELINE
from foleycue_plugin.hosts.kdenlive.bus import Kdenlive
from foleycue_plugin.hosts.mlt.files import read_edit
from foleycue_shared.broadcast_wav import read_wav
from foleycue_shared.places import HOME_VARIABLE, Places
from foleycue_shared.timing import frames_to_samples

pytestmark = [
    pytest.mark.skipif(not engine_info("mini").available, reason="the weights of mini are not here"),
    pytest.mark.timeout(600),
]

ROOT = Path(__file__).parents[2]
RATE = Fraction(24000, 1001)
START, FRAMES = 15_110, 48


@pytest.fixture
def desktop(tmp_path, monkeypatch):
    require_kdenlive()
    with Desktop(tmp_path / "desktop") as made:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.environment["DBUS_SESSION_BUS_ADDRESS"])
        yield made


class Panel:
    """The panel's process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, word: str, **order: object) -> dict:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"word": word, **order}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"failed": "it ended"}')
        assert "failed" not in answer, answer
        return answer


@contextmanager
def panel_on(desktop: Desktop, places: Places) -> Iterator[Panel]:
    path = os.pathsep.join(str(ROOT / part) for part in ("shared", "backend", "plugin", "ui", "tests"))
    environment = {**desktop.environment, "PYTHONPATH": path, HOME_VARIABLE: str(places.root)}
    command = [sys.executable, "-m", "fakes.panel_hand"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield Panel(process)
        process.stdin.write('{"word": "quit"}\n')
        process.stdin.close()
        process.wait(30)


def audio(project: Path) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Audio tracks from the top, with what lies on them."""
    _, sequence = read_edit(project)
    return [
        (track.name, [(item.start, item.frames, item.service.property("resource")) for item in track.items])
        for track in reversed(sequence.audio_tracks)
    ]


def assert_heard(project: Path, take: Path, folder: Path) -> None:
    """melt's render of the project is the take from its exact sample on, to its last one, and silence before it."""
    first = START - 20
    out = folder / "render.wav"
    run_melt(project, out, first, START + FRAMES + 4, "vn=1", "video_off=1", "ar=48000", "ac=2", "acodec=pcm_f32le")
    heard, _ = read_wav_float(out)
    sound, rate = read_wav(take)
    assert rate == 48_000 and len(sound) == frames_to_samples(FRAMES, RATE, rate)
    at = frames_to_samples(START, RATE, rate) - frames_to_samples(first, RATE, rate)
    assert np.abs(sound).max() > 0.01, "the take is silent"
    assert np.abs(heard[:at]).max() < 1e-3
    # MLT spreads one channel over two with less of it on each; sample for sample it must be the take.
    level = float(heard[at : at + len(sound)] @ sound / (sound @ sound))
    rest = {k: float(np.abs(heard[at + k : at + k + len(sound)] - level * sound).max()) for k in (-1, 0, 1)}
    assert 0.5 < level < 1.1 and rest[0] < 5e-4 < 0.1 * min(rest[-1], rest[1]), (level, rest)


def read_wav_float(path: Path) -> tuple[np.ndarray, int]:
    """The left channel of melt's 32-bit floats; its header is ffmpeg's."""
    data = path.read_bytes()
    at = data.index(b"data") + 8
    return np.frombuffer(data[at : len(data) - (len(data) - at) % 8], np.float32)[::2], 48_000


def test_the_whole_way_through_the_panels_own_buttons(desktop, real_home, tmp_path):
    film = TIMELINE.with_name("mallet.mp4")
    items = [(START - 30, 110, 0)]
    lanes = [Lane([], audio=True), Lane([], audio=True, name="Dialogue", locked=True), Lane(items)]
    zone = (START, START + FRAMES)
    project = Project(RATE, film, 122, lanes, zone=zone, position=START + 5, active=2)
    edit = project.write(tmp_path / "edit", "kdenlive-1")
    with desktop.kdenlive(edit) as kdenlive, panel_on(desktop, real_home) as panel:
        opened = panel("open")
        assert opened.pop("text") == "Kdenlive runs with edit.kdenlive."
        assert opened == {"start": START, "frames": FRAMES, "rate": str(RATE)}
        takes = panel("generate", prompt="a mallet hits wood", takes=2)["takes"]
        said = panel("insert", number=0)
        assert said["kind"] == "info" and "A2 of Kdenlive" in said["text"], said
        assert audio(edit) == [("Dialogue", []), ("", [(START, FRAMES, takes[0])])]
        assert_heard(edit, Path(takes[0]), tmp_path)

        kdenlive.do("edit_undo", "file_save")
        assert audio(edit) == [("Dialogue", []), ("", [])]

        # With A2 locked as well nothing is free: the take gets a track of its own.
        kdenlive.do("activate_audio_2", "switch_track_lock")
        said = panel("insert", number=0)
        assert said["kind"] == "info" and "FoleyCue of Kdenlive" in said["text"], said
        assert audio(edit) == [("Dialogue", []), ("", []), ("FoleyCue", [(START, FRAMES, takes[0])])]
        assert_heard(edit, Path(takes[0]), tmp_path)
        desktop.photograph(tmp_path / "both.png")

        takes = panel("generate", prompt="a mallet hits metal", takes=1)["takes"]
        said = panel("insert", number=0)
        assert said["kind"] == "info" and "FoleyCue of Kdenlive" in said["text"], said
        with Kdenlive(kdenlive.id) as line:
            line.activate_always("file_save")
        assert audio(edit)[2] == ("FoleyCue", [(START, FRAMES, takes[0])])
        assert_heard(edit, Path(takes[0]), tmp_path)
