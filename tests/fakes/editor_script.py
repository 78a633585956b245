# SPDX-License-Identifier: GPL-3.0-or-later
"""A script in an editor, played by a thread: speaks the real bridge, keeps a list of sounds instead of a timeline."""

import contextlib
import threading
from pathlib import Path

from foleycue_plugin.bridge.line import Line, LineError, connect

CLOCK = ["24", "1.001", "1"]


class EditorScript:
    """Pretends to be a Blender with one movie strip; as a context manager it hangs up at the end."""

    def __init__(self, bridge_file: Path, movie: Path, frames: int, marked: tuple[int, int] | None) -> None:
        self._movie, self._frames, self._marked = movie, frames, marked
        self.sounds: dict[str, dict] = {}
        self.error: dict | None = None
        about = {"host": "blender", "pid": 4242, "title": "scene.blend", "project": str(movie.with_suffix(".blend"))}
        self.line: Line = connect(bridge_file, about)
        self._thread = threading.Thread(target=self._serve, name="editor script", daemon=True)
        self._thread.start()

    def __enter__(self) -> "EditorScript":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        self._thread.join(5)

    def ask(self, name: str, arguments: dict) -> None:
        """A click in the editor."""
        self.line.send({"ask": name, "arguments": arguments})

    def _serve(self) -> None:
        with contextlib.suppress(LineError):
            while True:
                call = self.line.receive()
                answer = {"error": self.error} if self.error else {"result": self._answer(**call["arguments"], **call)}
                self.line.send({"id": call["id"], **answer})

    def _answer(self, call: str, **given: object) -> dict:
        return getattr(self, f"_{call}")(given)

    def _state(self, _: dict) -> dict:
        strip = {
            "name": "shot", "kind": "movie", "path": str(self._movie), "channels": [1], "start": 0, "end": self._frames,
            "source": 0.0,
        }  # fmt: skip
        return {
            "clock": CLOCK, "fps": 24, "fps_base": 1.001, "frames": self._frames, "file": "", "scene": "Scene",
            "marked": self._marked, "strips": [strip],
        }  # fmt: skip

    def _insert(self, given: dict) -> dict:
        assert given["clock"] == CLOCK
        handle = f"sound {len(self.sounds)}"
        self.sounds[handle] = dict(given)
        return self._placed(handle)

    def _find(self, given: dict) -> dict:
        wanted = given["start"], given["frames"]
        there = [handle for handle, sound in self.sounds.items() if (sound["start"], sound["frames"]) == wanted]
        return self._placed(there[-1]) if there else {}

    def _replace(self, given: dict) -> dict:
        self.sounds[given["handle"]].update(path=given["path"], recipe=given["recipe"])
        return self._placed(given["handle"])

    def _remove(self, given: dict) -> dict:
        del self.sounds[given["handle"]]
        return {}

    def _placed(self, handle: str) -> dict:
        sound = self.sounds[handle]
        return {
            "handle": handle, "track": "Channel 2", "start": sound["start"], "frames": sound["frames"],
            "path": sound["path"],
        }  # fmt: skip
