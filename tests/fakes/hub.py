# SPDX-License-Identifier: GPL-3.0-or-later
"""A model hub on loopback: listings with sizes and checksums, downloads with ranges, and faults on demand."""

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_CHUNK = 16_384


@dataclass
class FakeHub:
    """Repositories of bytes by path. As on the real one, big files have a SHA-256, small ones git's name of them."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    #: Path -> bytes after which the connection breaks, as often as there are entries.
    breaks: dict[str, list[int]] = field(default_factory=dict)
    #: Paths that are listed but answered with 404, or with other bytes of the same length.
    gone: set[str] = field(default_factory=set)
    corrupt: set[str] = field(default_factory=set)
    ignores_ranges: bool = False
    #: Seconds between chunks.
    pause: float = 0.0
    big: int = 2_000
    #: (method, path, Range header) of everything that was asked.
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, repository: str, path: str, content: bytes | Path) -> None:
        """Publish a file."""
        data = content.read_bytes() if isinstance(content, Path) else content
        self.repositories.setdefault(repository, {})[path] = data

    def downloads(self, path: str) -> list[str]:
        """The Range headers of all downloads of a path, "" where there was none."""
        return [span for method, asked, span in self.asked if method == "GET" and asked.endswith(f"/{path}")]

    def listing(self, repository: str) -> dict[str, object]:
        """What the hub's interface says of a repository."""
        licence = self.licences.get(repository)
        siblings = [_sibling(path, data, self.big) for path, data in self.repositories[repository].items()]
        return {
            "id": repository,
            "modelId": repository,
            "sha": COMMIT,
            "private": False,
            "tags": [f"license:{licence}"] if licence else [],
            "siblings": siblings,
        }

    def __enter__(self) -> "FakeHub":
        hub = self

        class Handler(_Handler):
            fake = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _sibling(path: str, data: bytes, big: int) -> dict[str, object]:
    entry: dict[str, object] = {"rfilename": path, "size": len(data)}
    if len(data) >= big:
        lfs = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return {**entry, "blobId": "f" * 40, "lfs": lfs}
    return {**entry, "blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}


class _Handler(BaseHTTPRequestHandler):
    fake: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """Answer a listing or a download."""
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.fake.asked.append((self.command, path, self.headers.get("Range", "")))
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"] and len(parts) >= 4:
            self._listing("/".join(parts[2:4]))
        elif len(parts) >= 5 and parts[2] == "resolve":
            self._download("/".join(parts[:2]), "/".join(parts[4:]), body)
        else:
            self._refuse("RepoNotFound")

    def _listing(self, repository: str) -> None:
        if repository not in self.fake.repositories:
            self._refuse("RepoNotFound")
            return
        content = json.dumps(self.fake.listing(repository)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _download(self, repository: str, path: str, body: bool) -> None:
        data = self.fake.repositories.get(repository, {}).get(path)
        if data is None or path in self.fake.gone:
            self._refuse("EntryNotFound" if repository in self.fake.repositories else "RepoNotFound")
            return
        if path in self.fake.corrupt:
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = self._start()
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if body:
            self._send(path, data[start:])

    def _start(self) -> int:
        span = self.headers.get("Range", "")
        return 0 if self.fake.ignores_ranges or not span else int(span.removeprefix("bytes=").split("-")[0])

    def _send(self, path: str, data: bytes) -> None:
        breaks = self.fake.breaks.get(path)
        stop = breaks.pop(0) if breaks else len(data)
        try:
            for at in range(0, min(stop, len(data)), _CHUNK):
                self.wfile.write(data[at : min(at + _CHUNK, stop)])
                time.sleep(self.fake.pause)
        except OSError:
            self.close_connection = True
        if stop < len(data):
            self.close_connection = True

    def _refuse(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()
