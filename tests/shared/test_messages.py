# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages: limits that hold at the border, and what every struct promises."""

import typing

import msgspec
import pytest

from foleycue_shared import messages
from foleycue_shared.messages import (
    MAX_PROMPT,
    MAX_STEPS,
    MAX_TAKES,
    TERMINAL_EVENTS,
    Event,
    Generate,
    JobEvent,
    Message,
    Request,
    Scope,
)

BASE = {"type": "generate", "job_id": "a", "scope": {"rate": "25/1", "frames": 1}, "seeds": [1]}
STRUCTS = [
    kind
    for kind in vars(messages).values()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct
]


def test_the_least_request_has_sensible_defaults():
    request = msgspec.convert(BASE, Request)
    assert request == Generate(job_id="a", scope=Scope(rate="25/1", frames=1), seeds=(1,))
    assert (request.sample_rate, request.engine, request.cue_sheet) == (48_000, "mini", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("job_id", ""),
        ("job_id", "x" * 65),
        ("job_id", "../x"),
        ("scope", {"rate": "25", "frames": 1}),
        ("scope", {"rate": "25/1", "frames": 0}),
        ("seeds", []),
        ("seeds", [1] * (MAX_TAKES + 1)),
        ("seeds", [-1]),
        ("seeds", [2**53]),
        ("prompt", "x" * (MAX_PROMPT + 1)),
        ("steps", 0),
        ("steps", MAX_STEPS + 1),
        ("guidance", {"text": 51}),
        ("cues", {"sensitivity": 1.1}),
        ("sample_rate", 1),
        ("loudness", 0),
        ("cue_sheet", [[0, 1.0, "nobody"]]),
    ],
)
def test_what_lies_outside_the_limits_is_refused(field: str, value: object):
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert({**BASE, field: value}, Request)


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
def test_every_struct_is_frozen_and_named_by_keyword(kind: type[msgspec.Struct]):
    config = kind.__struct_config__
    assert config.frozen
    if kind.__name__ != "Cue":
        assert not any(field.required and field.name == "" for field in msgspec.structs.fields(kind))
        assert config.tag is None or config.tag == kind.__name__.lower()


def test_every_message_belongs_to_one_direction():
    said = set(typing.get_args(Request)) | set(typing.get_args(Event))
    assert not set(typing.get_args(Request)) & set(typing.get_args(Event))
    assert {kind for kind in STRUCTS if issubclass(kind, Message)} - said == {Message, JobEvent}
    assert all(issubclass(kind, JobEvent) for kind in TERMINAL_EVENTS)
