# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to frames and back: [magic and major][JSON envelope][binary frame …]. No sockets here."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Event, Message, Request
from foleycue_shared.version import PROTOCOL_MAJOR

MAGIC = b"FCUE"
MAX_ENVELOPE = 1 << 20
MAX_BLOB = 32 << 20
MAX_BLOBS = 4

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_requests = msgspec.json.Decoder(Request)
_events = msgspec.json.Decoder(Event)


def encode(message: Message, blobs: Sequence[bytes] = ()) -> list[bytes]:
    """Frames of a message, without routing identity. Raises LIMIT when a part is too large."""
    frames = [MAGIC + bytes([PROTOCOL_MAJOR]), _encoder.encode(message), *blobs]
    _check_sizes(frames)
    return frames


def decode_request(frames: Sequence[bytes]) -> tuple[Request, list[bytes]]:
    """What a panel said. Raises PROTOCOL, VERSION or LIMIT with a sentence."""
    return _decode(frames, _requests)


def decode_event(frames: Sequence[bytes]) -> tuple[Event, list[bytes]]:
    """What the backend said. Raises PROTOCOL, VERSION or LIMIT with a sentence."""
    return _decode(frames, _events)


def _decode(frames: Sequence[bytes], decoder: "msgspec.json.Decoder[T]") -> tuple[T, list[bytes]]:
    if len(frames) < 2 or len(frames[0]) != len(MAGIC) + 1 or frames[0][: len(MAGIC)] != MAGIC:
        raise FoleyCueError(ErrorCode.PROTOCOL, "The message is not in FoleyCue's protocol.")
    if frames[0][-1] != PROTOCOL_MAJOR:
        raise FoleyCueError(
            ErrorCode.VERSION,
            f"The message speaks protocol {frames[0][-1]}, this side speaks {PROTOCOL_MAJOR}: "
            "install the same FoleyCue version for panel and backend.",
        )
    _check_sizes(frames)
    try:
        message = decoder.decode(frames[1])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FoleyCueError(ErrorCode.PROTOCOL, f"The message cannot be understood: {error}.") from error
    return message, list(frames[2:])


def _check_sizes(frames: Sequence[bytes]) -> None:
    if len(frames) > 2 + MAX_BLOBS:
        raise FoleyCueError(ErrorCode.LIMIT, f"The message has more than {MAX_BLOBS} binary parts.")
    if len(frames[1]) > MAX_ENVELOPE:
        raise FoleyCueError(ErrorCode.LIMIT, f"The message is larger than {MAX_ENVELOPE} bytes.")
    if any(len(blob) > MAX_BLOB for blob in frames[2:]):
        raise FoleyCueError(ErrorCode.LIMIT, f"A binary part of the message is larger than {MAX_BLOB} bytes.")
