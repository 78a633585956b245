# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded session with the panel: from the demo to an inserted take and back, and how late the event loop answers.

    python benchmarks/panel_session.py [--out FOLDER]

Starts a screen of its own (Xvfb), a home of its own with the real backend, and the panel on it; moves the pointer,
presses, drags and types through the widgets; keeps a picture of each step, a film (session.mp4, session.gif: waiting is
shown twelve times as fast) and prints how late the event loop answered. Exits with 1 where the panel breaks its promise
(99 of 100 answers within 16 ms, none later than 50 ms, without the time in which other processes had the cores).
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from screen_recorder import Recorder, Span, make_films

WIDTH, HEIGHT = 440, 1300


@contextmanager
def screen() -> Iterator[str]:
    """A screen just as large as the panel; its display."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    try:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        raise SystemExit("Xvfb is not installed: install the package xvfb, then try again.") from None
    assert server.stdout is not None
    try:
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


def live(home_folder: Path, display: str, out: Path) -> bool:
    """The session, its pictures and its film; whether the panel kept its promise."""
    os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb", LC_ALL="C.UTF-8", LANGUAGE="")
    from loop_watch import LoopWatch
    from session_hand import Hand
    from session_story import tell

    from foleycue_plugin.backend_process import stop_backend
    from foleycue_shared.places import home
    from foleycue_ui.app import application, show_panel

    app, places = application(sys.argv[:1]), home(home_folder)
    raw, waits = home_folder / "raw.mkv", list[Span]()
    with ExitStack() as stack:
        stack.callback(stop_backend, places, force=True)
        recorder = Recorder(display, f"{WIDTH}x{HEIGHT}", raw)
        stack.callback(recorder.stop)
        watch = LoopWatch()
        panel = show_panel(places, None)
        panel.first_painted.connect(watch.start)
        stack.callback(app.processEvents)
        stack.callback(panel.close)
        panel.setGeometry(0, 0, WIDTH, HEIGHT)
        panel.activateWindow()  # no window manager does
        started = time.monotonic()
        tell(Hand(panel, watch, out, waits), home_folder / "demo-foley.otio")
        watch.stop()
        print(f"{time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
    text, kept = watch.report()
    print(text, flush=True)
    make_films(raw, waits, out)
    return kept


def main() -> int:
    """Run the session once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/session"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with screen() as display, tempfile.TemporaryDirectory() as folder:
        kept = live(Path(folder), display, given.out)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
