# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames: what goes in comes out, and whatever else comes in is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foleycue_shared import wire
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Generate, Ping, Pong, Progress, Scope

PING = wire.encode(Ping(nonce=7))


def refusal(frames: list[bytes]) -> FoleyCueError:
    with pytest.raises(FoleyCueError) as refused:
        wire.decode_request(frames)
    return refused.value


def test_a_message_and_its_binary_parts_come_out_as_they_went_in():
    request = Generate(job_id="a", scope=Scope(rate="24000/1001", frames=5), seeds=(1, 2), prompt="Schläge „auf“ Holz")
    frames = wire.encode(request, [b"document", b""])
    assert frames[0] == b"FCUE\x01" and len(frames) == 4
    assert wire.decode_request(frames) == (request, [b"document", b""])
    assert wire.decode_event(wire.encode(Pong(nonce=1))) == (Pong(nonce=1), [])


def test_unknown_fields_are_ignored_and_missing_ones_take_their_defaults():
    frames = [PING[0], b'{"type":"progress","job_id":"a","phase":"decode","newer":{"x":[1]}}']
    assert wire.decode_event(frames)[0] == Progress(job_id="a", phase="decode")


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([], ErrorCode.PROTOCOL),
        ([PING[0]], ErrorCode.PROTOCOL),
        ([b"FCUE", PING[1]], ErrorCode.PROTOCOL),
        ([b"HTTP\x01", PING[1]], ErrorCode.PROTOCOL),
        ([b"FCUE\x02", PING[1]], ErrorCode.VERSION),
        ([PING[0], b""], ErrorCode.PROTOCOL),
        ([PING[0], b"\xff\xfe"], ErrorCode.PROTOCOL),
        ([PING[0], b"null"], ErrorCode.PROTOCOL),
        ([PING[0], b'{"type":"pong","nonce":1}'], ErrorCode.PROTOCOL),
        ([PING[0], b'{"type":"ping","nonce":"x"}'], ErrorCode.PROTOCOL),
        ([PING[0], b"[" * 100_000], ErrorCode.PROTOCOL),
        ([PING[0], b" " * (wire.MAX_ENVELOPE + 1)], ErrorCode.LIMIT),
        ([*PING, *[b""] * (wire.MAX_BLOBS + 1)], ErrorCode.LIMIT),
        ([*PING, bytes(wire.MAX_BLOB + 1)], ErrorCode.LIMIT),
    ],
)
def test_what_is_no_message_is_refused(frames: list[bytes], code: ErrorCode):
    error = refusal(frames)
    assert error.code is code and error.message.endswith(".")


def test_what_is_too_large_is_not_sent():
    with pytest.raises(FoleyCueError) as refused:
        wire.encode(Ping(nonce=1), [b""] * 5)
    assert refused.value.code is ErrorCode.LIMIT


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_noise_raises_nothing_but_our_errors(frames: list[bytes]):
    for head in ([], [PING[0]]):
        for decode in (wire.decode_request, wire.decode_event):
            try:
                decode([*head, *frames])
            except FoleyCueError as error:
                assert error.message
