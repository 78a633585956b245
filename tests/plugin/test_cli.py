# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, in process, against the scriptable backend."""

import errno
import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest

from fakes.backend import FakeBackend, Script
from foleycue_plugin import usecases
from foleycue_plugin.cli.main import main
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import Analyse, Cancel, Generate, Guidance, KnownSound, SoundClass, Understood
from foleycue_shared.timeline import find_placed
from plugin.conftest import CLOCKS
from plugin.media_files import clip, gap, span, write_movie, write_sound, write_timeline

RATE = Fraction(25)


@pytest.fixture
def backend(home):
    with FakeBackend(home) as fake:
        yield fake


@pytest.fixture
def source(tmp_path, movies):
    """A timeline of 60 frames at 25 with a gap from 20 to 30, in a folder of its own."""
    folder = tmp_path / "work"
    folder.mkdir()
    url = str(movies["25"])
    children = [clip("one", url, span(90_000, 20, RATE)), gap(10, RATE), clip("two", url, span(90_010, 30, RATE))]
    return write_timeline(folder / "edit.otio", RATE, 90_000, children, audio=[clip("s", url, span(90_000, 60, RATE))])


def run(capsys, *arguments):
    """Exit status, stdout and stderr of one command."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def test_the_answer_has_exactly_the_contracts_fields(backend, source, capsys):
    folder = source.parent
    status, out, _ = run(
        capsys, "generate", source, "--range", "01:00:01:05", "60f", "--prompt", "knock", "--takes", 2, "--seed", 5,
        "--save", folder / "out.otio", "--audio", folder / "hit.wav", "--json",
    )  # fmt: skip
    assert status == 0
    answer = json.loads(out)
    assert set(answer) == {"range", "takes", "placement", "saved"}
    assert answer["range"] == {"start_frame": 30, "frames": 30, "rate": "25/1", "timecode": "01:00:01:05"}
    assert answer["placement"] == {"track": "FoleyCue", "timecode": "01:00:01:05", "start_frame": 30, "frames": 30}
    assert answer["saved"] == str(folder / "out.otio")
    first, second = answer["takes"]
    assert set(first) >= {
        "audio", "seed", "engine", "sample_rate", "samples", "cues", "onsets", "cue_error_ms", "cue_lift",
    }  # fmt: skip
    assert (first["seed"], second["seed"]) == (5, 6)
    assert (first["audio"], second["audio"]) == (str(folder / "hit.wav"), str(folder / "hit-2.wav"))
    assert first["samples"] == 30 * 1920 == read_wav_header(folder / "hit.wav").samples
    assert set(first["cues"][0]) == {"time", "strength", "source"}
    saved = otio.adapters.read_from_file(str(folder / "out.otio"))
    assert find_placed(saved, "FoleyCue").start == 30
    assert sorted(p.name for p in folder.iterdir()) == ["edit.otio", "hit-2.wav", "hit.wav", "out.otio"]


def test_without_audio_takes_lie_in_the_store(backend, source, home, capsys):
    status, out, err = run(capsys, "generate", source, "--range", "0f", "20f", "--json")
    assert status == 0
    take = json.loads(out)["takes"][0]
    assert Path(take["audio"]).is_relative_to(home)
    assert Path(take["audio"]).is_file()
    assert json.loads(out)["saved"] is None
    assert not list((home / "outbox").glob("*.wav"))
    assert "diffuse" in err
    assert usecases.TakeStore(backend.places).unfinished() == []


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_lands_on_its_frame(backend, edits, tmp_path, capsys, clock):
    rate, start, timecode, _ = CLOCKS[clock]
    status, out, _ = run(
        capsys, "generate", edits[clock], "--range", f"{timecode[:9]}07", "50f", "--save", tmp_path / "o.otio", "--json"
    )
    answer = json.loads(out)
    assert status == 0
    assert answer["range"]["timecode"] == answer["placement"]["timecode"] == f"{timecode[:9]}07"
    assert answer["takes"][0]["samples"] == round(Fraction(43 * 48_000) / rate)
    scope = backend.wait_for(Generate).scope
    assert (scope.frames, scope.start_frame, Fraction(scope.rate)) == (43, start + 7, rate)


def test_people_get_words(backend, source, capsys):
    status, out, _ = run(capsys, "generate", source, "--range", "0f", "20f", "--save", source.parent / "o.otio")
    assert status == 0
    assert "seed" in out
    assert "o.otio  track FoleyCue, 20 frames at 01:00:00:00" in out


def test_cues_as_table_and_json(backend, source, capsys):
    status, out, _ = run(capsys, "cues", source, "--range", "0f", "20f", "--from", "guide", "--json")
    answer = json.loads(out)
    assert status == 0
    assert set(answer) == {"range", "cues", "confidence"}
    assert answer["cues"][0] == {"time": 0.1, "strength": 0.9, "source": "picture"}
    assert backend.wait_for(Analyse).cues.source == "guide"
    status, out, _ = run(capsys, "cues", source, "--range", "0f", "20f")
    assert "01:00:00:02      0.100 s  0.90  picture" in out


def test_cue_sheets_reach_the_engine(backend, source, capsys):
    sheet = source.parent / "cues.json"
    sheet.write_text('[{"time": 0.5, "strength": 0.25}, {"time": 0.1}]')
    status, _, _ = run(capsys, "generate", source, "--range", "0f", "20f", "--cues", sheet, "--json")
    assert status == 0
    assert [(cue.sample, cue.strength) for cue in backend.wait_for(Generate).cue_sheet] == [
        (4_800, 1.0),
        (24_000, 0.25),
    ]


def test_steps_and_guidance_reach_the_engine(backend, source, capsys):
    options = ("--steps", "7", "--guide-text", "2.5", "--guide-picture", "0", "--guide-alignment", "75")
    assert run(capsys, "generate", source, "--range", "0f", "20f", *options)[0] == 0
    asked = backend.wait_for(Generate)
    assert (asked.steps, asked.guidance, asked.setting) == (
        7,
        Guidance(text=2.5, picture=0.0, alignment=75.0),
        "default",
    )


def test_engines_are_listed(backend, capsys):
    status, out, _ = run(capsys, "engines", "--json")
    assert status == 0
    assert [engine["id"] for engine in json.loads(out)["engines"]] == ["mini", "sta-v2a"]
    status, out, _ = run(capsys, "engines")
    assert "not available: The weights are not installed." in out


def test_the_sounds_of_an_engine(backend, capsys):
    sounds = (SoundClass(label="Knock", group="Doors"), SoundClass(label="Rain"))
    backend.engines = (msgspec.structs.replace(backend.engines[0], sounds=sounds), backend.engines[1])
    assert run(capsys, "engines", "--sounds", "mini")[:2] == (0, "Doors\n  Knock\n  Rain\n")
    _, out, _ = run(capsys, "engines", "--sounds", "mini", "--json")
    assert json.loads(out)["sounds"] == [{"label": "Knock", "group": "Doors"}, {"label": "Rain", "group": ""}]
    assert run(capsys, "engines", "--sounds", "sta-v2a")[1] == "sta-v2a takes any words.\n"
    status, _, err = run(capsys, "engines", "--sounds", "maxi")
    assert status == 2 and "choose one of mini, sta-v2a" in err


def test_how_a_prompt_is_read(backend, capsys):
    near = (KnownSound(label="Dog bark", similarity=0.31, note="far away"), KnownSound(label="Bird", similarity=0.2))
    backend.understood["a seal"] = Understood(engine="mini", prompt="a seal", sounds=near, known=False)
    backend.understood["a dog"] = Understood(engine="mini", prompt="a dog", sounds=near[:1])
    backend.understood["xyzzy"] = Understood(engine="mini", prompt="xyzzy", known=False)
    _, out, _ = run(capsys, "understand", "a seal")
    assert "nearest to it are:\n  Dog bark, far away (0.31)\n  Bird (0.20)\n" in out
    assert "It will make:\n  Dog bark" in run(capsys, "understand", "a dog")[1]
    assert "knows no sound" in run(capsys, "understand", "xyzzy")[1]
    assert "as it stands" in run(capsys, "understand", "anything", "--engine", "sta-v2a")[1]
    answer = json.loads(run(capsys, "understand", "a seal", "--json")[1])
    assert (answer["engine"], answer["known"], answer["sounds"][1]["label"]) == ("mini", False, "Bird")
    assert run(capsys, "understand", "x" * 1_001)[0] == 2


def test_backend_status(home, capsys):
    assert run(capsys, "backend", "status")[:2] == (0, "No backend is running.\n")
    assert run(capsys, "backend", "stop")[:2] == (0, "No backend was running.\n")
    with FakeBackend(home):
        assert "runs as process" in run(capsys, "backend", "status")[1]
        assert "runs as process" in run(capsys, "backend", "start")[1]


def write_bad_files(folder, movies):
    """What nobody should be able to generate from, and files that are in the way."""
    url = str(movies["25"])
    (folder / "garbage.otio").write_text("garbage")
    (folder / "deep.otio").write_text("[" * 200_000)
    (folder / "clip.otio").write_text('{"OTIO_SCHEMA": "Gap.1"}')
    (folder / "garbage.txt").write_text("garbage")
    (folder / "empty.mp4").touch()
    (folder / "broken.xml").write_text("<xmeml")
    (folder / "broken.otioz").write_text("PK")
    otio.adapters.write_to_file(otio.schema.Timeline("none"), str(folder / "empty.otio"))
    whole = movies["25"].read_bytes()
    (folder / "cut.mov").write_bytes(whole[: len(whole) // 3])
    (folder / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    write_sound(folder / "sound.wav")
    write_sound(folder / "nothing.wav", 0)
    write_movie(folder / "silent.mov", RATE, 30)
    (folder / "sound.json").write_text('[{"time": 99}]')
    (folder / "list.json").write_text('{"time": 0}')
    (folder / "there.wav").touch()
    (folder / "there.otio").touch()
    part = span(0, 20, RATE)
    write_timeline(folder / "offline.otio", RATE, 0, [clip("away", "lost/take 1.mov", part)])
    write_timeline(folder / "guideless.otio", RATE, 0, [clip("c", str(folder / "silent.mov"), part)])
    write_timeline(
        folder / "empty guide.otio", RATE, 0, [clip("c", url, span(90_000, 20, RATE))],
        audio=[clip("g", str(folder / "nothing.wav"), part)],
    )  # fmt: skip
    write_timeline(folder / "bad media.otio", RATE, 0, [clip("c", str(folder / "noise.mp4"), part)])
    write_timeline(folder / "heard only.otio", RATE, 0, [clip("c", str(folder / "sound.wav"), part)])


def bad_inputs(folder):
    """Every way to ask for nonsense: arguments, and a word of the sentence."""
    edit = folder / "edit.otio"
    generate, heard = ["generate", edit], folder / "heard too.otio"
    return {
        "missing file": (["generate", folder / "nope.otio"], "does not exist"),
        "a folder": (["generate", folder], "is a folder"),
        "a device": (["generate", os.devnull], "not a regular file"),
        "a zero byte": (["generate", "a\0b"], "cannot be opened"),
        "not a timeline": (["generate", folder / "garbage.otio"], "not a timeline"),
        "endless nesting": (["generate", folder / "deep.otio"], "not a timeline"),
        "another schema": (["generate", folder / "clip.otio"], "not a timeline"),
        "some text": (["generate", folder / "garbage.txt"], "neither a timeline nor"),
        "broken xml": (["generate", folder / "broken.xml"], "not a timeline"),
        "broken bundle": (["generate", folder / "broken.otioz"], "not a timeline"),
        "an empty timeline": (["generate", folder / "empty.otio"], "empty"),
        "no video": (["generate", folder / "sound.wav"], "no picture"),
        "sound as picture": (["generate", folder / "heard only.otio"], "no picture"),
        "video without a byte": (["generate", folder / "empty.mp4"], "cannot be read"),
        "truncated video": (["generate", folder / "cut.mov"], "cannot be read"),
        "corrupt video": (["generate", folder / "noise.mp4"], "cannot be read"),
        "corrupt media": (["generate", folder / "bad media.otio"], "cannot be read"),
        "media offline": (["generate", folder / "offline.otio"], "lost/take 1.mov"),
        "no guide": (["generate", folder / "guideless.otio", "--cues-from", "guide"], "no sound"),
        "empty guide": (["cues", folder / "empty guide.otio", "--from", "guide"], "no sound"),
        "gap": ([*generate, "--range", "20f", "30f"], "only gap"),
        "empty range": ([*generate, "--range", "5f", "5f"], "empty"),
        "reversed range": ([*generate, "--range", "6f", "5f"], "reversed"),
        "out of bounds": ([*generate, "--range", "0f", "61f"], "leaves the timeline"),
        "no position": ([*generate, "--range", "x", "5f"], "not a position"),
        "half a range": ([*generate, "--range", "5f"], "expected 2"),
        "no cue file": ([*generate, "--cues", folder / "nope.json"], "cannot be read"),
        "cues of another range": ([*generate, "--cues", folder / "sound.json"], "outside the range"),
        "cues of another form": ([*generate, "--cues", folder / "list.json"], "not a JSON list"),
        "cues from nowhere": ([*generate, "--cues-from", "moon"], "invalid choice"),
        "unknown engine": ([*generate, "--engine", "moog"], "choose one of"),
        "engine that cannot run": ([*generate, "--engine", "sta-v2a"], "not installed"),
        "a setting the engine lacks": ([*generate, "--faithful"], "no faithful setting"),
        "no steps": ([*generate, "--steps", "0"], "number of steps"),
        "guidance that is no number": ([*generate, "--guide-cues", "much"], "no scale between"),
        "guidance beyond reason": ([*generate, "--guide-text", "51"], "no scale between"),
        "engine id of no form": ([*generate, "--engine", "../x"], "choose one of"),
        "long prompt": ([*generate, "--prompt", "x" * 1001], "1000 are the most"),
        "prompt that is no text": ([*generate, "--prompt", "a\udcff"], "not valid text"),
        "prompt with a bell": ([*generate, "--prompt", "a\a"], "control characters"),
        "long negative prompt": ([*generate, "--negative", "x" * 1001], "1000 are the most"),
        "no takes": ([*generate, "--takes", "0"], "number of takes"),
        "nine takes": ([*generate, "--takes", "9"], "number of takes"),
        "takes in words": ([*generate, "--takes", "two"], "number of takes"),
        "seed below 0": ([*generate, "--seed", "-1"], "no seed"),
        "seed that grows too high": ([*generate, "--seed", str(2**53 - 1), "--takes", "2"], "seed"),
        "audio exists": ([*generate, "--audio", folder / "there.wav"], "--force"),
        "timeline exists": ([*generate, "--save", folder / "there.otio"], "--force"),
        "second take exists": ([*generate, "--audio", folder / "there-.wav", "--takes", "2"], None),
        "audio of another kind": ([*generate, "--audio", folder / "a.mp3"], ".wav"),
        "timeline of another kind": ([*generate, "--save", folder / "a.mp4"], ".otio"),
        "no folder": ([*generate, "--audio", folder / "no" / "a.wav"], "does not exist"),
        "audio is a folder": ([*generate, "--audio", folder.parent / "dir.wav", "--force"], "choose another name"),
        "save on the source": ([*generate, "--save", edit, "--force"], "never written"),
        "audio on the media": (["generate", heard, "--audio", folder / "sound.wav", "--force"], "never written"),
        "unknown option": ([*generate, "--louder"], "Unrecognized"),
        "unknown command": (["sing"], "invalid choice"),
        "no command": ([], "required"),
    }  # fmt: skip


def test_bad_input_is_one_sentence_status_2_and_nothing_written(backend, source, movies, home, capsys):
    folder = source.parent
    write_bad_files(folder, movies)
    table = bad_inputs(folder)
    (folder.parent / "dir.wav").mkdir()
    (folder / "there--2.wav").touch()
    url = str(movies["25"])
    write_timeline(
        folder / "heard too.otio", RATE, 0, [clip("c", url, span(90_000, 20, RATE))],
        audio=[clip("g", str(folder / "sound.wav"), span(0, 20, RATE))],
    )  # fmt: skip
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, (arguments, words) in table.items():
        status, out, err = run(capsys, *arguments)
        lines = err.strip().splitlines()
        assert status == 2, (name, status, err)
        assert out == "", name
        assert len(lines) == 1, (name, err)
        assert lines[0].startswith("foleycue: "), name
        assert lines[0].endswith("."), (name, err)
        assert words is None or words in lines[0], (name, err)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert not any(isinstance(request, Generate) for request, _ in backend.requests)
    assert not list((home / "data").glob("takes/*.wav"))


def test_a_job_that_fails_is_status_1_and_leaves_nothing(backend, source, capsys):
    backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped: try again."))
    status, out, err = run(capsys, "generate", source, "--range", "0f", "20f", "--audio", source.parent / "a.wav")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == "foleycue: The sound engine stopped: try again."
    backend.script = Script(refuse=(ErrorCode.QUEUE_FULL, "Too many jobs wait: try later."))
    assert run(capsys, "generate", source, "--range", "0f", "20f")[0] == 1
    assert sorted(p.name for p in source.parent.iterdir()) == ["edit.otio"]


def test_a_timeline_that_cannot_be_saved_takes_the_audio_back(backend, source, capsys, monkeypatch):
    folder = source.parent
    (folder / "a.wav").write_text("old sound")
    monkeypatch.setattr(
        "foleycue_plugin.hosts.otio_save._write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space"))
    )
    status, out, err = run(
        capsys, "generate", source, "--range", "0f", "20f", "--takes", 2, "--audio", folder / "a.wav", "--save",
        folder / "b.otio", "--force",
    )  # fmt: skip
    assert (status, out) == (2, "")
    assert "no room left" in err
    assert sorted(p.name for p in folder.iterdir()) == ["a.wav", "edit.otio"]
    assert (folder / "a.wav").read_text() == "old sound"


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(backend, source, capsys):
    folder = source.parent
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    runs = ["generate", source, "--range", "30f", "60f", "--audio", folder / "a.wav"]
    store = usecases.TakeStore(backend.places)
    adopt = usecases.TakeStore.adopt

    def adopt_then_fill(self, take, plan):
        stored = adopt(self, take, plan)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        return stored

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usecases.TakeStore, "adopt", adopt_then_fill)
        try:
            status, out, err = run(capsys, *runs)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (status, out) == (2, "")
    assert "no room left" in err
    assert [p.name for p in folder.iterdir()] == ["edit.otio"]
    assert store.unfinished() == []


def test_interrupting_cancels_the_job(backend, source, capsys):
    backend.script = Script(hold_at="diffuse")

    def interrupt():
        backend.wait_for(Generate)
        os.kill(os.getpid(), signal.SIGINT)
        backend.wait_for(Cancel)
        backend.release()

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, out, err = run(capsys, "generate", source, "--range", "0f", "20f", "--audio", source.parent / "a.wav")
    thread.join()
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "foleycue: Cancelled."
    assert [p.name for p in source.parent.iterdir()] == ["edit.otio"]


def test_existing_files_are_replaced_when_asked(backend, source, capsys):
    target = source.parent / "a.wav"
    target.touch()
    assert run(capsys, "generate", source, "--range", "0f", "20f", "--audio", target, "--force")[0] == 0
    assert read_wav_header(target).samples == 20 * 1920


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt(), 130), (ZeroDivisionError("x"), 1)])
def test_whatever_happens_is_one_sentence(home, monkeypatch, capsys, error, status):
    def broken(*_):
        raise error

    monkeypatch.setattr("foleycue_plugin.cli.backend.backend_status", broken)
    found, out, err = run(capsys, "backend", "status")
    assert (found, out, err.count("\n")) == (status, "", 1)
    if status == 1:
        assert "ZeroDivisionError" in (home / "data" / "logs" / "command-line.log").read_text()


def python(*arguments, **options):
    command = [sys.executable, "-m", "foleycue_plugin.cli.main", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, check=False, timeout=120, **options)


def test_help_is_quick_and_imports_nothing_heavy():
    code = (
        "import sys; from foleycue_plugin.cli.arguments import parse\n"
        "try: parse(['generate', '--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('av', 'opentimelineio', 'numpy', 'zmq', 'torch', 'PyQt6') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_does_no_harm(home):
    read, write = os.pipe()
    os.close(read)
    done = python("backend", "status", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_that_cannot_be_written_is_said(home):
    with Path("/dev/full").open("wb") as full:
        done = python("backend", "status", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode != 0
    assert done.stderr.decode().count("\n") == 1
    assert "Traceback" not in done.stderr.decode()


def test_progress_renews_one_line_on_a_terminal():
    from foleycue_plugin.cli.progress import ProgressLine
    from foleycue_shared.messages import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    events = [Progress(job_id="j", phase="diffuse", step=k, steps=9, fraction=k / 10, eta_seconds=70) for k in (1, 2)]
    for stream, lines in ((Terminal(), 1), (io.StringIO(), 1)):
        with ProgressLine(stream, takes=2) as line:
            for event in events:
                line.progress(event)
        assert stream.getvalue().count("\n") == lines
        assert "diffuse 1/9, take 1 of 2, 10%, 1 min 10 s left" in stream.getvalue()
    closed = io.StringIO()
    closed.close()
    ProgressLine.__init__(line, Terminal())
    line._stream = closed
    line.progress(events[0])


def test_the_panel_is_another_process(home, monkeypatch, capsys):
    calls = []

    class Done:
        returncode = 0

    monkeypatch.setattr("subprocess.run", lambda command, **_: calls.append(command) or Done())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert run(capsys, "panel", "a.otio")[0] == 0
    assert calls == [[sys.executable, "-m", "foleycue_ui", "a.otio"]]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, _, err = run(capsys, "panel")
    assert status == 1
    assert 'pip install "foleycue[panel]"' in err
