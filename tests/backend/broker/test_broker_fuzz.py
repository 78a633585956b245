# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten thousand random and damaged messages: the broker answers after them as before."""

import random
from pathlib import Path

from fakes.line import Line, broker_thread, generate
from foleycue_shared import wire
from foleycue_shared.messages import (
    Acknowledge,
    Attach,
    Cancel,
    Done,
    Hello,
    ListEngines,
    Load,
    Ping,
    Pong,
    Refused,
    Understand,
)

MESSAGES = 10_000
SEEDS = (
    Hello(major=1, minor=0, product="0", session="fuzz"),
    Ping(nonce=1),
    generate(engine="nonsense"),
    Cancel(job_id="job"),
    Attach(job_id="job"),
    Acknowledge(take_id="job-0"),
    ListEngines(),
    Understand(prompt="knock"),
    Load(engine="nonsense"),
)


def damaged(random_: random.Random) -> list[bytes]:
    """Frames that are anything from pure noise to a message with one wrong byte."""
    frames = wire.encode(random_.choice(SEEDS), [b"{}"])
    match random_.randrange(7):
        case 0:
            return [random_.randbytes(random_.randrange(40)) for _ in range(random_.randrange(1, 8))]
        case 1:
            frames[0] = random_.randbytes(len(frames[0]))
        case 2:
            frames[0] = frames[0][:-1] + bytes([random_.randrange(256)])
        case 3:
            envelope = bytearray(frames[1])
            for _ in range(random_.randrange(1, 4)):
                envelope[random_.randrange(len(envelope))] = random_.randrange(256)
            frames[1] = bytes(envelope)
        case 4:
            frames[1] = frames[1][: random_.randrange(len(frames[1]))]
        case 5:
            frames[1] = b"[" * random_.randrange(100_000)
        case 6:
            frames += [b"x"] * random_.randrange(10)
    return frames


def test_no_message_harms_the_broker(tmp_path: Path):
    random_ = random.Random(20_251_121)
    with broker_thread(tmp_path) as places, Line(places) as victim, Line(places) as fuzzer:
        for number in range(MESSAGES):
            fuzzer.send_raw(damaged(random_))
            if number % 500 == 0:
                victim.send(Ping(nonce=number))
                assert victim.wait_for(Pong).nonce == number
            while fuzzer.connection.receive(0) is not None:
                pass
        victim.send(generate("after"), b"{}")
        assert victim.wait_for(Done).job_id == "after"
        assert not victim.of(Refused)


def test_what_is_too_large_cuts_its_own_line_only(tmp_path: Path):
    with broker_thread(tmp_path) as places, Line(places) as line:
        with Line(places) as large:
            large.send_raw([*wire.encode(generate()), bytes(wire.MAX_BLOB + 1)])
            assert large.connection.socket.poll(500) == 0 or large.heard == []
        with Line(places) as envelope:
            envelope.send_raw([wire.encode(Ping(nonce=1))[0], b" " * (wire.MAX_ENVELOPE + 1)])
            assert "larger" in envelope.wait_for(Refused).message
        line.send(Ping(nonce=1))
        line.wait_for(Pong)
