# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue generate with objects, in stereo, and with several engines: one press, several generations, one answer."""

import json
from fractions import Fraction

import msgspec
import opentimelineio as otio
import pytest

from fakes.backend import MINI, FakeBackend
from foleycue_plugin.cli.main import main
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.job_ids import new_job_ids, round_of
from foleycue_shared.messages import Generate, RegionKey
from foleycue_shared.timeline import find_placed
from foleycue_shared.timing import FrameRange
from plugin.media_files import clip, span, write_timeline

RATE = Fraction(25)
TANGO = msgspec.structs.replace(MINI, id="tango", name="Tango")


@pytest.fixture
def backend(home):
    with FakeBackend(home) as fake:
        fake.engines = (MINI, TANGO)
        yield fake


@pytest.fixture
def source(tmp_path, movies):
    folder = tmp_path / "work"
    folder.mkdir()
    return write_timeline(folder / "edit.otio", RATE, 90_000, [clip("one", str(movies["25"]), span(90_000, 60, RATE))])


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def test_each_object_becomes_a_stem_on_its_own_track(backend, source, capsys):
    folder = source.parent
    status, out, err = run(
        capsys, "generate", source, "--range", "10f", "50f", "--object", "red car=0.1,0.2,0.3,0.4",
        "--object", "dog=0.6,0.2,0.3,0.4", "--object", "dog=20:0.5,0.2,0.3,0.4", "--stereo", "--seed", 4,
        "--takes", 2, "--save", folder / "out.otio", "--audio", folder / "hit.wav", "--json",
    )  # fmt: skip
    assert status == 0, err
    answer = json.loads(out)
    sent = [request for request, _ in backend.requests if isinstance(request, Generate)]
    assert [(r.stem, r.prompt, r.seeds, r.stereo) for r in sent] == [
        ("red car", "red car", (4, 5), True),
        ("dog", "dog", (4, 5), True),
    ]
    assert sent[1].cues.regions == (
        RegionKey(frame=0, x=0.6, y=0.2, width=0.3, height=0.4),
        RegionKey(frame=20, x=0.5, y=0.2, width=0.3, height=0.4),
    )
    assert len({round_of(request.job_id) for request in sent}) == 1
    assert [take["stem"] for take in answer["takes"]] == ["red car", "red car", "dog", "dog"]
    names = ["hit-red-car.wav", "hit-red-car-2.wav", "hit-dog.wav", "hit-dog-2.wav"]
    assert [take["audio"] for take in answer["takes"]] == [str(folder / name) for name in names]
    assert [placed["track"] for placed in answer["placements"]] == ["red car", "dog"]
    header = read_wav_header(folder / "hit-dog.wav")
    assert (header.channels, header.samples) == (2, 40 * 1920)
    saved = otio.adapters.read_from_file(str(folder / "out.otio"))
    for track in ("red car", "dog"):
        assert find_placed(saved, track) == FrameRange(10, 40, RATE)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["edit.otio", "out.otio", *names])


def test_engines_are_compared_in_one_table(backend, source, capsys):
    status, out, err = run(
        capsys, "generate", source, "--engine", "mini,tango", "--engine", "mini", "--prompt", "knock", "--seed", 9,
        "--save", source.parent / "out.otio",
    )  # fmt: skip
    assert status == 0, err
    sent = [request for request, _ in backend.requests if isinstance(request, Generate)]
    assert [(r.engine, r.seeds, r.prompt) for r in sent] == [("mini", (9,), "knock"), ("tango", (9,), "knock")]
    table = out.splitlines()[-3:]
    assert table[0].split() == [
        "engine", "object", "seed", "cue", "error", "lift", "missed", "loudness", "licence", "of", "the", "weights",
    ]  # fmt: skip
    assert [row.split()[0] for row in table[1:]] == ["mini", "tango"]
    saved = otio.adapters.read_from_file(str(source.parent / "out.otio"))
    placed = next(iter(saved.audio_tracks()[-1].find_clips()))
    assert len(placed.media_references()) == 2, "the other engine's take is an alternative"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--object", "car"], "is no object such as"),
        (["--object", "=0,0,1,1"], "is no object such as"),
        (["--object", "car=0,0,1,2"], "is no object such as"),
        (["--object", "car=0,0,1,1", "--region", "0:0,0,1,1"], "--object or --region"),
        (["--engine", "mini,nobody"], "no engine 'nobody'"),
        (["--object", "a=0,0,1,1", "--object", "b=0,0,1,1", "--save", "x.edl"], "one stem only"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(backend, source, capsys, arguments, said):
    status, _, err = run(capsys, "generate", source, *arguments)
    assert status
    assert said in err
    assert not [request for request, _ in backend.requests if isinstance(request, Generate)]


def test_ids_of_one_press_belong_together():
    ids = new_job_ids(3)
    assert len(set(ids)) == 3
    assert {round_of(found) for found in ids} == {ids[0].partition("-")[0]}
    (alone,) = new_job_ids(1)
    assert round_of(alone) == alone
