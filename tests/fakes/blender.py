# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a real Blender with our add-on for a test, and talks with it as the panel does."""

import contextlib
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from foleycue_plugin.bridge.server import Editor, open_bridge
from foleycue_plugin.hosts.blender.build import build_extension
from foleycue_plugin.hosts.blender.live import BlenderHost
from foleycue_shared import places

INSIDE = Path(__file__).with_name("inside_blender.py")
START_SECONDS = 90.0


def blender_command() -> list[str]:
    """How Blender is started here: FOLEYCUE_TEST_BPY names a Python that has bpy, else the blender of the system."""
    python = os.environ.get("FOLEYCUE_TEST_BPY")
    if python:
        return [python]
    found = shutil.which("blender")
    if found is None:
        pytest.skip("no blender on this machine: apt-get install blender, or make test-bpy")
    return [found, "-b", "--factory-startup", "--python-exit-code", "3", "-P"]


class RealBlender:
    """One Blender process; as a context manager it is ended whatever happens."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.host = BlenderHost()
        open_bridge(places.home())

    def __enter__(self) -> "RealBlender":
        archive = build_extension(self._folder / "foleycue.zip")
        environment = {**os.environ, "BLENDER_USER_RESOURCES": str(self._folder), "PYTHONPATH": ""}
        for name in ("CONFIG", "SCRIPTS", "EXTENSIONS", "DATAFILES"):
            (self._folder / "blender" / name.lower()).mkdir(parents=True, exist_ok=True)
            environment[f"BLENDER_USER_{name}"] = str(self._folder / "blender" / name.lower())
        dashes = [] if self._command[-1] != "-P" else ["--"]
        log = (self._folder / "blender.log").open("wb")
        # A group of its own, so that a virtual screen ends with it.
        self._process = subprocess.Popen(
            [*self._command, str(INSIDE), *dashes, str(archive)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.editor = self._connected()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(20)

    @property
    def running(self):
        """As the panel sees it."""
        return self.host.probe()[0]

    def do(self, code: str) -> dict:
        """Run lines inside Blender; they may leave a dictionary in `result`."""
        return self.editor.call("do", {"code": code}, 120)

    def mix(self) -> np.ndarray:
        """Blender's own mix of the scene at 48 kHz, float -1 … 1 (n, 2), from the scene's first frame on."""
        path = self._folder / "mix.wav"
        self.do(f"""
bpy.context.scene.render.ffmpeg.audio_mixrate, bpy.context.scene.render.ffmpeg.audio_channels = 48000, "STEREO"
bpy.ops.sound.mixdown(filepath={str(path)!r}, container="WAV", codec="PCM", format="S24", check_existing=False)
""")
        data = path.read_bytes()
        assert struct.unpack_from("<HI", data, data.index(b"fmt ") + 10) == (2, 48_000)
        at = data.index(b"data")
        size = struct.unpack_from("<I", data, at + 4)[0] // 6 * 6
        whole = np.zeros((size // 3, 4), np.uint8)
        whole[:, 1:] = np.frombuffer(data, np.uint8, size, at + 8).reshape(-1, 3)
        return whole.view("<i4").reshape(-1, 2) / 2**31

    def leave(self) -> int:
        """Let it end by itself; its exit status."""
        assert self._process is not None
        self.editor.call("leave", {})
        return self._process.wait(30)

    def _connected(self) -> Editor:
        assert self._process is not None
        bridge, end = open_bridge(places.home()), time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if editors := bridge.editors("blender"):
                return editors[0]
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        text = (self._folder / "blender.log").read_text(errors="replace")
        self.__exit__()
        raise AssertionError(f"Blender did not connect:\n{text[-3000:]}")


def virtual_screen() -> list[str]:
    """What goes before a command that needs a window."""
    if sys.platform != "linux" or shutil.which("xvfb-run") is None:
        pytest.skip("no xvfb-run on this machine: apt-get install xvfb xauth")
    return ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24"]
