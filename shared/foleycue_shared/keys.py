# SPDX-License-Identifier: GPL-3.0-or-later
"""CURVE keys for TCP endpoints: the client's own pair, and the list of clients that a broker lets in.

The broker makes a new pair at each start and publishes the public half in the connection file. A client of the same
user finds its pair in the keys directory; the public half stands in the allow-list, one Z85 key a line.
"""

from pathlib import Path

import msgspec
import zmq

from foleycue_shared.endpoint import InstanceLock, write_private


class KeyPair(msgspec.Struct, frozen=True, kw_only=True):
    """A CURVE key pair in Z85 text, 40 characters each."""

    public: str
    secret: str

    def __repr__(self) -> str:
        """The public half only: the secret must not reach a log."""
        return f"KeyPair(public={self.public!r})"


def new_pair() -> KeyPair:
    """A fresh random pair."""
    public, secret = zmq.curve_keypair()
    return KeyPair(public=public.decode(), secret=secret.decode())


def client_pair(directory: Path) -> KeyPair:
    """This user's client key from the directory, made and put on the allow-list at first use.

    Raises OUTPUT_UNWRITABLE when it cannot be stored.
    """
    path = directory / "client.json"
    with InstanceLock(directory / "keys.lock") as lock:
        lock.acquire(timeout=10.0)
        try:
            pair = msgspec.json.decode(path.read_bytes(), type=KeyPair)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            pair = new_pair()
            write_private(path, msgspec.json.encode(pair))
        if pair.public not in allowed_clients(directory):
            _allow(directory, pair.public)
    return pair


def allowed_clients(directory: Path) -> frozenset[str]:
    """Public keys of the clients that may connect."""
    try:
        return frozenset((directory / "allowed").read_text("ascii").split())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _allow(directory: Path, public: str) -> None:
    lines = sorted(allowed_clients(directory) | {public})
    write_private(directory / "allowed", "".join(f"{line}\n" for line in lines).encode("ascii"))


def secure_server(socket: zmq.Socket[bytes], pair: KeyPair) -> None:
    """Make a socket take encrypted connections only; set before bind."""
    socket.curve_server = True
    socket.curve_secretkey = pair.secret.encode()
    socket.curve_publickey = pair.public.encode()


def secure_client(socket: zmq.Socket[bytes], pair: KeyPair, server_key: str) -> None:
    """Make a socket encrypt what it says to the server of that key; set before connect."""
    socket.curve_serverkey = server_key.encode()
    socket.curve_secretkey = pair.secret.encode()
    socket.curve_publickey = pair.public.encode()
