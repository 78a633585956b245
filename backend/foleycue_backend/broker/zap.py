# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may connect over TCP: answers libzmq's question for each handshake (ZAP 1.0, rfc.zeromq.org/spec/27)."""

import zmq
from zmq.utils import z85

ZAP_ADDRESS = "inproc://zeromq.zap.01"


class Gate:
    """Lets in clients whose CURVE key `allowed` gives; lives in the broker's loop, `socket` is to be polled there."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        self.socket: zmq.Socket[bytes] = context.socket(zmq.REP)
        self.socket.bind(ZAP_ADDRESS)

    def answer(self, allowed: frozenset[str]) -> None:
        """Answer one waiting handshake."""
        frames = self.socket.recv_multipart(zmq.NOBLOCK)
        request_id = frames[1] if len(frames) > 1 else b""
        accepted = (
            len(frames) == 7
            and frames[5] == b"CURVE"
            and len(frames[6]) == 32
            and z85.encode(frames[6]).decode("ascii") in allowed
        )
        status = [b"200", b"OK"] if accepted else [b"400", b"This client is not on the list."]
        self.socket.send_multipart([b"1.0", request_id, *status, b"", b""])

    def close(self) -> None:
        """Stop answering: from now on libzmq refuses nobody by itself, so close the door first."""
        self.socket.close(linger=0)
