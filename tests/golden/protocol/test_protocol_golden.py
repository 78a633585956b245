# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol's bytes, fixed for each minor version.

A test that fails here after a change to a message: raise PROTOCOL_MINOR (or PROTOCOL_MAJOR when older sides would
misunderstand), then write the new version's files by `python tests/golden/protocol/test_protocol_golden.py`, which
needs the four component roots and tests on PYTHONPATH. Files of released versions are never written again.
"""

import sys
import typing
from pathlib import Path

import msgspec
import pytest

from foleycue_shared import wire
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import (
    Accepted,
    Acknowledge,
    Analyse,
    Analysed,
    Attach,
    Cancel,
    Cancelled,
    CueRequest,
    Done,
    EngineInfo,
    EngineList,
    Event,
    Failed,
    FinderInfo,
    Generate,
    Guidance,
    Hello,
    KnownSound,
    ListEngines,
    Load,
    Locate,
    Located,
    LocatedObject,
    Message,
    PicturePoint,
    Ping,
    Pong,
    Progress,
    Refused,
    RegionKey,
    Request,
    Scope,
    Shot,
    ShotPrompt,
    SoundClass,
    Stop,
    Take,
    TakeReady,
    Understand,
    Understood,
    Unload,
    Welcome,
    WorkerState,
)
from foleycue_shared.version import PROTOCOL_MAJOR, PROTOCOL_MINOR

HERE = Path(__file__).parent
CURRENT = f"{PROTOCOL_MAJOR}.{PROTOCOL_MINOR}"
CUES = (Cue(0, 1.0, CueSource.PICTURE), Cue(48_000, 0.25, CueSource.PERFORMED))
SCOPE = Scope(rate="30000/1001", frames=300, start_frame=107_892, drop_frame=True)
TAKE = Take(
    take_id="job-1",
    job_id="job",
    index=1,
    seed=2**53 - 1,
    engine="mini",
    prompt="a hammer hits wood",
    negative="music",
    path="/outbox/job-1.wav",
    sha256="00ff",
    sample_rate=48_000,
    samples=480_480,
    cues=CUES,
    onsets=(12, 48_010),
    cue_error_ms=0.5,
    missed=1,
    loudness_lufs=-23.0,
    licence="CC0-1.0",
    created="2025-01-01T00:00:00+00:00",
    sounds_like=("speech",),
    stem="car",
    channels=2,
    cue_lift=0.25,
)
CUE_REQUEST = CueRequest(
    source=CueSource.GUIDE,
    sensitivity=0.75,
    regions=(RegionKey(frame=12, x=0.25, y=0.0, width=0.5, height=1.0),),
)
ENGINE = EngineInfo(
    id="mini",
    name="FoleyCue mini",
    sample_rate=16_000,
    window_seconds=10.0,
    listens=("text", "cues"),
    code_licence="GPL-3.0-or-later",
    weights_licence="CC0-1.0",
    size_bytes=1,
    memory_bytes=2,
    available=False,
    reason="No weights.",
    settings=("default", "faithful"),
    sounds=(SoundClass(label="Hand clap", group="Bodies"),),
    guidance=Guidance(text=2.5, cues=1.5),
)

#: Every message with every field away from its default.
EXAMPLES: tuple[Message, ...] = (
    Hello(major=1, minor=0, product="0.1.0", session="s-1"),
    Ping(nonce=1),
    Analyse(job_id="job", scope=SCOPE, engine="other", cues=CUE_REQUEST),
    Generate(
        job_id="job",
        scope=SCOPE,
        engine="other",
        prompt="Schläge „auf“ Holz",
        negative="music",
        seeds=(0, 2**53 - 1),
        cue_sheet=CUES,
        cues=CUE_REQUEST,
        guidance=Guidance(text=1.5, cues=2.0, picture=0.0, alignment=75.0),
        steps=12,
        sample_rate=96_000,
        loudness=None,
        setting="faithful",
        shot_prompts=(ShotPrompt(frame=48, prompt="rain"),),
        stem="car",
        stereo=True,
    ),
    Locate(job_id="job", scope=SCOPE, words="the car", point=PicturePoint(frame=3, x=0.25, y=1.0)),
    Cancel(job_id="job"),
    Attach(job_id="job", after=3),
    Acknowledge(take_id="job-1"),
    ListEngines(),
    Understand(engine="other", prompt="a clap far away"),
    Load(engine="other"),
    Unload(),
    Stop(force=True),
    Welcome(major=1, minor=0, product="0.1.0", build="0.1.0+00", pid=1, features=("x",)),
    Refused(code=ErrorCode.VERSION, message="No.", job_id="job"),
    Pong(nonce=1),
    EngineList(engines=(ENGINE,), finder=FinderInfo(available=False, reason="No weights.")),
    Understood(
        engine="other",
        prompt="a clap far away",
        sounds=(KnownSound(label="Hand clap", similarity=0.75, note="far away"),),
        known=False,
    ),
    WorkerState(state="busy", device="cuda:0", engine="mini", queued=2),
    Accepted(job_id="job", seq=1, ahead=2),
    Progress(job_id="job", seq=2, phase="diffuse", step=1, steps=2, take=3, fraction=0.5, eta_seconds=1.5),
    Analysed(
        job_id="job",
        seq=3,
        cues=CUES,
        shots=(Shot(start=1, frames=2, name="a.mov"),),
        curve_rate="30/1",
        confidence=0.5,
        suggestions=("wood",),
        cached=True,
    ),
    Located(job_id="job", seq=4, objects=(LocatedObject(label="car", score=0.5, regions=CUE_REQUEST.regions),)),
    TakeReady(job_id="job", seq=4, take=TAKE),
    Done(job_id="job", seq=5),
    Cancelled(job_id="job", seq=6),
    Failed(job_id="job", seq=7, code=ErrorCode.INTERNAL, message="No.", detail="Traceback", retryable=True),
)


def lines() -> bytes:
    """The first frame once, then the second frame of each example, a line each."""
    frames = [wire.encode(example) for example in EXAMPLES]
    return b"\n".join([frames[0][0], *(frame[1] for frame in frames), b""])


def schema() -> bytes:
    """All that a message may hold, with its limits."""
    _, parts = msgspec.json.schema_components([Request, Event, ErrorCode])
    return msgspec.json.format(msgspec.json.encode(_bare(parts), order="sorted"), indent=1) + b"\n"


def _bare(part: object) -> object:
    """A schema without its descriptions: better words are no new protocol."""
    if isinstance(part, dict):
        said = {key: _bare(value) for key, value in part.items()}
        return {key: value for key, value in said.items() if key != "description" or not isinstance(value, str)}
    return [_bare(item) for item in part] if isinstance(part, list) else part


def versions() -> list[str]:
    return sorted(path.name.removesuffix(".messages") for path in HERE.glob("*.messages"))


def test_every_message_has_an_example():
    said = {*typing.get_args(Request), *typing.get_args(Event)}
    assert {type(example) for example in EXAMPLES} == said


def test_the_bytes_of_this_version_are_as_fixed():
    assert lines() == (HERE / f"{CURRENT}.messages").read_bytes()


def test_no_struct_changed_without_a_new_version():
    assert schema() == (HERE / f"{CURRENT}.schema.json").read_bytes()


@pytest.mark.parametrize("version", versions())
def test_messages_of_every_version_of_this_major_are_understood(version: str):
    if not version.startswith(f"{PROTOCOL_MAJOR}."):
        pytest.skip("another major version")
    head, *bodies = (HERE / f"{version}.messages").read_bytes().splitlines()
    asked = {request.__name__.lower() for request in typing.get_args(Request)}
    understood: list[Message] = []
    for body in bodies:
        decode = wire.decode_request if msgspec.json.decode(body)["type"] in asked else wire.decode_event
        understood.append(decode([head, body])[0])
    if version == CURRENT:
        assert tuple(understood) == EXAMPLES


def write() -> None:
    """Fix the bytes of a version that has none yet."""
    for name, content in ((f"{CURRENT}.messages", lines()), (f"{CURRENT}.schema.json", schema())):
        if (HERE / name).exists():
            sys.exit(f"{name} exists: raise the protocol's version first.")
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    write()
