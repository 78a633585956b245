# SPDX-License-Identifier: GPL-3.0-or-later
"""What broker and worker say to each other: length-prefixed msgpack over the worker's standard input and output."""

from typing import BinaryIO

import msgspec

from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import Analysed, JobRequest, Located, Take

_LENGTH_BYTES = 8


class Word(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Root of everything said on the pipe."""


class Run(Word, frozen=True, kw_only=True):
    """Do a job. indexes are the numbers of the takes that its seeds make: some may be finished from before."""

    request: JobRequest
    document: bytes
    indexes: tuple[int, ...] = ()


class Abort(Word, frozen=True, kw_only=True):
    """End a job at its next report."""

    job_id: str


class LoadEngine(Word, frozen=True, kw_only=True):
    """Get an engine into memory."""

    engine: str


class Step(Word, frozen=True, kw_only=True):
    """How far the running job is; see Report.progress."""

    job_id: str
    phase: str
    step: int
    steps: int
    take: int


class CuesFound(Word, frozen=True, kw_only=True):
    """The analysis of a job."""

    event: Analysed
    curve: bytes


class ObjectsFound(Word, frozen=True, kw_only=True):
    """Where a job saw its objects."""

    event: Located


class TakeMade(Word, frozen=True, kw_only=True):
    """A take lies in the outbox."""

    take: Take


class Ended(Word, frozen=True, kw_only=True):
    """A job is over. code is None when it is done; CANCELLED when it was aborted."""

    job_id: str
    code: ErrorCode | None = None
    message: str = ""
    detail: str = ""
    device: str = "cpu"


class Loaded(Word, frozen=True, kw_only=True):
    """An engine is in memory, or code and message say why not."""

    engine: str
    code: ErrorCode | None = None
    message: str = ""
    device: str = "cpu"


Order = Run | Abort | LoadEngine
Report = Step | CuesFound | ObjectsFound | TakeMade | Ended | Loaded

_encoder = msgspec.msgpack.Encoder()
orders = msgspec.msgpack.Decoder(Order)
reports = msgspec.msgpack.Decoder(Report)


def pack(word: Word) -> bytes:
    """One frame: the length in 8 bytes, then the word."""
    body = _encoder.encode(word)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


def read_frame(pipe: BinaryIO) -> bytes | None:
    """The next word's bytes; None once the other side is gone."""
    head = pipe.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    size = int.from_bytes(head, "big")
    body = pipe.read(size)
    return body if len(body) == size else None
