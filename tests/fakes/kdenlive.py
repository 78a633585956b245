# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Kdenlives on a virtual desktop of their own: screen, window manager, session bus, home."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from foleycue_plugin.hosts.kdenlive.bus import Kdenlive, running
from foleycue_shared.errors import FoleyCueError

#: A folder with another Debian, whose newer Kdenlive is to be driven instead (see make test-kdenlive-new).
ROOT = os.environ.get("FOLEYCUE_TEST_KDENLIVE_ROOT", "")
VERSION = "24.12.3" if ROOT else "22.12.3"
#: The kind of project that this version saves, so that it opens it without questions (see mlt_projects).
FLAVOUR = "kdenlive-2" if ROOT else "kdenlive-1"
NEEDED = (*(("chroot", "xdotool") if ROOT else ("kdenlive",)), "melt", "Xvfb", "openbox", "dbus-daemon", "xclip")
START_SECONDS = 60.0


def require_kdenlive() -> None:
    """Skip the test on a machine that cannot run it."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)} (Debian: kdenlive frei0r-plugins melt xvfb openbox …)")


class Desktop:
    """Use as a context manager; environment holds what programs need to appear on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "Desktop":
        (self.folder / "home" / ".config").mkdir(parents=True)
        # Sockets lie there, whose paths must be short. And Kdenlive notes there that it starts: one that was killed
        # meanwhile makes the next one ask questions.
        own = tempfile.mkdtemp(prefix="fc-")
        # With this version on record Kdenlive asks no questions at its first start.
        rc = self.folder / "home" / ".config" / "kdenliverc"
        rc.write_text(f"[version]\nversion={VERSION}\n")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("QT_", "XDG_", "PYTEST"))},
            "HOME": str(self.folder / "home"),
            "XDG_RUNTIME_DIR": own,
            "TMPDIR": own,
            "QT_QPA_PLATFORM": "xcb",
            "SDL_AUDIODRIVER": "dummy",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        self.environment["DISPLAY"] = f":{self._told(['Xvfb', '-displayfd', '1', '-screen', '0', '1600x1000x24'])}"
        bus = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._told(bus)
        self._start(["openbox"])
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        shutil.rmtree(self.environment["TMPDIR"], ignore_errors=True)

    @contextmanager
    def kdenlive(self, project: Path) -> Iterator["RealKdenlive"]:
        """A Kdenlive with a project, up and answering; ended afterwards."""
        process = self._start([*(["chroot", ROOT] if ROOT else []), "kdenlive", str(project)])
        try:
            yield RealKdenlive(self, process)
        finally:
            process.kill()
            process.wait()

    def photograph(self, path: Path) -> None:
        """A picture of the whole screen, where ImageMagick is."""
        if shutil.which("import"):
            subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=False, timeout=20)

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{command[0]}-{len(self._processes)}.log").open("wb")
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        log.close()
        self._processes.append(process)
        return process

    def _told(self, command: list[str]) -> str:
        """Start a program, and read the one line that it says."""
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=False
        )
        self._processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline().decode().strip()


class RealKdenlive:
    """One running Kdenlive, driven over the same bus as by us."""

    def __init__(self, desktop: Desktop, process: "subprocess.Popen[bytes]") -> None:
        self.desktop, self.process = desktop, process
        self.id = f"org.kde.kdenlive-{process.pid}"
        self._wait()
        if ROOT:
            # It tells once that it keeps a copy of a project that another version wrote.
            time.sleep(4)
            with ThreadPoolExecutor(1) as pool:
                saving = pool.submit(self.save)
                while not saving.done():
                    self._agree("^Information")
                    time.sleep(0.2)

    def save(self) -> None:
        """Have the project saved, changed or not."""
        with contextlib.suppress(FoleyCueError), Kdenlive(self.id) as line:
            line.activate_always("file_save")

    def _agree(self, title: str) -> None:
        """Press Return in a dialog."""
        press = ["xdotool", "search", "--name", title, "windowactivate", "key", "Return"]
        subprocess.run(press, env=self.desktop.environment, capture_output=True, check=False, timeout=10)

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, "Kdenlive ended"
            with contextlib.suppress(FoleyCueError):
                if self.id in running():
                    with Kdenlive(self.id) as line:
                        # The window bears the project's name once that is loaded.
                        if "/" in line.title() and line.enabled("edit_paste"):
                            return
            if ROOT:
                # At its first start it complains about a folder without a name.
                self._agree("^Error")
            time.sleep(0.2)
        self.desktop.photograph(self.desktop.folder / "start.png")
        raise AssertionError(f"Kdenlive did not come up: see {self.desktop.folder}")

    def do(self, *actions: str) -> None:
        """Choose actions one after the other."""
        with Kdenlive(self.id) as line:
            for action in actions:
                line.activate(action)

    def mark(self, start: int, end: int, rate: int) -> None:
        """Mark a zone as a user would, with the playhead, which stays at its end. rate: frames of its second step."""
        self.do("seek_start", *self._steps(start, rate), "mark_in", *self._steps(end - start, rate), "mark_out")

    @staticmethod
    def _steps(frames: int, rate: int) -> list[str]:
        seconds, rest = divmod(frames, rate)
        forward = "monitor_seek_forward-one-"
        return [f"{forward}second"] * seconds + [f"{forward}frame"] * rest


class XClipboard:
    """The desktop's clipboard by way of xclip: a host's Clipboard for tests without a window of ours."""

    def __init__(self, desktop: Desktop) -> None:
        self._environment = desktop.environment

    @contextmanager
    def holding(self, text: str) -> Iterator[None]:
        """As the protocol says."""
        before = self.text()
        self.put(text)
        yield
        self.put(before)

    def text(self) -> str:
        """What is there."""
        command = ["xclip", "-selection", "clipboard", "-o"]
        done = subprocess.run(command, env=self._environment, capture_output=True, check=False, timeout=10)
        return done.stdout.decode() if done.returncode == 0 else ""

    def put(self, text: str) -> None:
        """Own the clipboard with a text; xclip may come back before it does."""
        command = ["xclip", "-selection", "clipboard", "-i"]
        subprocess.run(
            command, env=self._environment, input=text.encode(), check=True, timeout=10,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 10
        while self.text() != text:
            assert time.monotonic() < until, "the clipboard does not take the text"
            time.sleep(0.02)
