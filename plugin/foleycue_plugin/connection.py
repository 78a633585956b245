# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to the broker: a DEALER socket that speaks messages. Belongs to the thread that made it."""

import time
from collections.abc import Sequence
from types import TracebackType

import zmq

from foleycue_shared import wire
from foleycue_shared.endpoint import ConnectionInfo
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.keys import client_pair, secure_client
from foleycue_shared.messages import Event, Hello, Refused, Request, Welcome
from foleycue_shared.places import Places
from foleycue_shared.version import PRODUCT_VERSION, PROTOCOL_MAJOR, PROTOCOL_MINOR

Answer = tuple[Event, list[bytes]]


class Connection:
    """A fresh socket to the broker that info names. Use as a context manager, or close()."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", places: Places, info: ConnectionInfo) -> None:
        self.socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.maxmsgsize = wire.MAX_BLOB
        if info.server_key is not None:
            secure_client(self.socket, client_pair(places.keys), info.server_key)
        self.socket.connect(info.endpoint)

    def send(self, message: Request, blobs: Sequence[bytes] = ()) -> None:
        """Say one message. Raises LIMIT when it is too large, BACKEND_UNREACHABLE when nobody takes it."""
        self.send_frames(wire.encode(message, blobs))

    def send_frames(self, frames: Sequence[bytes]) -> None:
        """Say one encoded message; raises BACKEND_UNREACHABLE when the outgoing queue is full."""
        try:
            self.socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again as error:
            raise FoleyCueError(
                ErrorCode.BACKEND_UNREACHABLE, "The backend takes no messages: restart it with “foleycue backend stop”."
            ) from error

    def receive(self, timeout: float) -> Answer | None:
        """The next event, None when there is none within timeout seconds.

        Raises PROTOCOL or VERSION when it cannot be understood.
        """
        if not self.socket.poll(max(0, int(timeout * 1000)), zmq.POLLIN):
            return None
        return wire.decode_event(self.socket.recv_multipart(zmq.NOBLOCK))

    def hello(self, session: str, timeout: float) -> Welcome:
        """Introduce ourselves. Raises the backend's refusal, or BACKEND_UNREACHABLE after timeout seconds."""
        self.send(Hello(major=PROTOCOL_MAJOR, minor=PROTOCOL_MINOR, product=PRODUCT_VERSION, session=session))
        deadline = time.monotonic() + timeout
        while (remaining := deadline - time.monotonic()) > 0:
            answer = self.receive(remaining)
            if answer is None:
                break
            if isinstance(answer[0], Welcome):
                return answer[0]
            if isinstance(answer[0], Refused):
                raise FoleyCueError(answer[0].code, answer[0].message)
        raise FoleyCueError(ErrorCode.BACKEND_UNREACHABLE, "The backend does not answer: stop it and try again.")

    def close(self, linger_ms: int = 0) -> None:
        """Drop the connection; what was not sent yet has linger_ms to leave once the context ends."""
        self.socket.close(linger=linger_ms)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
