# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Kdenlive, real panel, real backend: offered, opened, generated, inserted, undone, on a new track, exchanged.

And stems: each on a track of its own, out again with one key.
"""

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
from foleycue_plugin.hosts.mlt.timeline import setting
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


def assert_heard(project: Path, folder: Path, *takes: Path) -> None:
    """melt's render is the sum of the takes from their exact sample on, to the last one, with silence before it."""
    first = START - 20
    out = folder / "render.wav"
    run_melt(project, out, first, START + FRAMES + 4, "vn=1", "video_off=1", "ar=48000", "ac=2", "acodec=pcm_f32le")
    heard = read_wav_float(out)
    sounds = [read_wav(take) for take in takes]
    sound = sum(np.broadcast_to(samples.T, (2, samples.shape[0])).T for samples, _ in sounds)
    assert {rate for _, rate in sounds} == {48_000} and len(sound) == frames_to_samples(FRAMES, RATE, 48_000)
    at = frames_to_samples(START, RATE, 48_000) - frames_to_samples(first, RATE, 48_000)
    assert all(np.abs(samples).max() > 0.01 for samples, _ in sounds), "a take is silent"
    assert np.abs(heard[:at]).max() < 1e-3
    # MLT spreads one channel over two with less of it on each; sample for sample it must be the take.
    level = float(np.vdot(heard[at : at + len(sound)], sound) / np.vdot(sound, sound))
    rest = {k: float(np.abs(heard[at + k : at + k + len(sound)] - level * sound).max()) for k in (-1, 0, 1)}
    assert 0.5 < level < 1.1 and rest[0] < 5e-4 < 0.1 * min(rest[-1], rest[1]), (level, rest)


def read_wav_float(path: Path) -> np.ndarray:
    """Both channels of melt's 32-bit floats, (n, 2); its header is ffmpeg's."""
    data = path.read_bytes()
    at = data.index(b"data") + 8
    return np.frombuffer(data[at : len(data) - (len(data) - at) % 8], np.float32).reshape(-1, 2)


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
        assert_heard(edit, tmp_path, Path(takes[0]))

        kdenlive.do("edit_undo", "file_save")
        assert audio(edit) == [("Dialogue", []), ("", [])]

        # With A2 locked as well nothing is free: the take gets a track of its own.
        kdenlive.do("activate_audio_2", "switch_track_lock")
        said = panel("insert", number=0)
        assert said["kind"] == "info" and "FoleyCue of Kdenlive" in said["text"], said
        assert audio(edit) == [("Dialogue", []), ("", []), ("FoleyCue", [(START, FRAMES, takes[0])])]
        assert_heard(edit, tmp_path, Path(takes[0]))
        desktop.photograph(tmp_path / "both.png")

        takes = panel("generate", prompt="a mallet hits metal", takes=1)["takes"]
        said = panel("insert", number=0)
        assert said["kind"] == "info" and "FoleyCue of Kdenlive" in said["text"], said
        with Kdenlive(kdenlive.id) as line:
            line.activate_always("file_save")
        assert audio(edit)[2] == ("FoleyCue", [(START, FRAMES, takes[0])])
        assert_heard(edit, tmp_path, Path(takes[0]))


def test_stems_lie_on_tracks_of_their_own_and_one_key_takes_them_and_these_out(desktop, real_home, tmp_path):
    """Sound and picture that lie there, and their group, stay; each stem is heard where its object is seen."""
    film = TIMELINE.with_name("mallet.mp4")
    there = (START - 30, 110, 0)
    lanes = [Lane([], audio=True), Lane([there], audio=True, name="Sync"), Lane([there])]
    pair = [{"data": f"{track}:{there[0]}", "leaf": "clip", "type": "Leaf"} for track in (1, 2)]
    groups = json.dumps([{"type": "AVSplit", "children": pair}])
    zone = (START, START + FRAMES)
    project = Project(RATE, film, 122, lanes, zone=zone, position=START + 5, active=2, groups=groups)
    edit = project.write(tmp_path / "edit", "kdenlive-1")
    with desktop.kdenlive(edit) as kdenlive, panel_on(desktop, real_home) as panel:
        panel("open")
        kdenlive.save()
        before, tracks = edit_facts(edit), audio(edit)
        kept = {"zonein": zone[0], "zoneout": zone[1], "position": START + 5}
        assert before == {**kept, "activeTrack": 2, "grouped": [f"1:{there[0]}", f"2:{there[0]}"]}
        for name, box in (("mallet", (0.0, 0.1, 0.1, 0.3)), ("table", (0.9, 0.6, 0.1, 0.3))):
            panel("point_at", name=name, box=box)
            panel("add_cue")
        takes = panel("generate", prompt="a mallet hits wood", takes=1, stereo=True)["takes"]
        left, right = (np.square(read_wav(Path(take))[0]).sum(axis=0) for take in takes)
        assert left[1] < 0.05 * left[0] and right[0] < 0.05 * right[1], (left, right)

        # What was undone can be done again.
        for _ in range(2):
            said = panel("insert_stems")
            assert said["kind"] == "info" and "mallet, table of Kdenlive" in said["text"], said
            names = zip(("mallet", "table"), takes, strict=True)
            assert audio(edit) == [*tracks, *((name, [(START, FRAMES, take)]) for name, take in names)]
            assert edit_facts(edit) == {**kept, "activeTrack": 4, "grouped": [f"3:{there[0]}", f"4:{there[0]}"]}
            assert_heard(edit, tmp_path, *map(Path, takes))

            said = panel("undo")
            assert said == {"kind": "info", "text": "The insertion was undone.", "detail": ""}
            assert (audio(edit), edit_facts(edit)) == (tracks, before)
        assert bin_clips(edit) == {str(film)}


def edit_facts(project: Path) -> dict[str, object]:
    """Where zone, playhead and active track are, and which clips are grouped."""
    edit, sequence = read_edit(project)
    facts = {name: setting(edit, sequence, name) for name in ("zonein", "zoneout", "position", "activeTrack")}
    groups = json.loads(edit.setting("groups"))
    return {**facts, "grouped": [leaf["data"] for group in groups for leaf in group["children"]]}


def bin_clips(project: Path) -> set[str]:
    """The files in Kdenlive's bin."""
    edit, _ = read_edit(project)
    assert edit.bin is not None
    return {edit.service(entry).property("resource") for entry in edit.bin.named("entry")}
