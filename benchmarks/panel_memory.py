# SPDX-License-Identifier: GPL-3.0-or-later
"""What two hundred rounds of generate and discard leave behind in the panel: memory, threads, timers, widgets.

    python benchmarks/panel_memory.py [--rounds 200] [--each 50]

A real panel with a film open, driven through its buttons, against the tests' scripted backend in a process of its own.
The memory is what is resident, with the C library's heap as it comes; its slope is that of a straight line through
every round of the last half. Exits with 1 where anything but memory grew after the first stop, or memory by more than
3 %.
"""

import argparse
import gc
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
# The scripted backend, the film and the waiting are the tests' own.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtWidgets import QApplication

from fakes.backend import FakeBackend
from fakes.numbered_film import write_numbered
from foleycue_shared.places import home
from foleycue_ui.app import application, client_factory
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player

PATIENCE = 30.0
GROWTH = 1.03


@dataclass(frozen=True)
class Count:
    """What is there after a round."""

    megabytes: float
    threads: int
    timers: int
    widgets: int

    @classmethod
    def now(cls, app: QApplication) -> "Count":
        """Once all that was to be deleted is gone."""
        for _ in range(3):
            let_run(app)
        gc.collect()
        timers = [found for found in gc.get_objects() if type(found) is QTimer and not sip.isdeleted(found)]
        return cls(resident() / 1e6, threading.active_count(), len(timers), len(app.allWidgets()))


def resident() -> int:
    """Bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def let_run(app: QApplication) -> None:
    """What the event loop does in a turn. Outside of one Qt keeps what was to be deleted: the cards of discarded takes
    with their sounds, which then look like a leak.
    """
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(app: QApplication, what: str, ready: Callable[[], object]) -> None:
    """Let the panel run until something is so."""
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"{what} never came"
        let_run(app)
        time.sleep(0.002)


def live(folder: Path, film: Path, rounds: int, each: int) -> list[Count]:
    """Generate and discard in turn; the counts at every stop."""
    app, places = application(sys.argv[:1]), home(folder)
    panel = Panel(places, client_factory(places), Player(make_clock=SilentClock))
    panel.show()
    panel.controller.start()
    state, counts, bytes_then = panel.state, list[Count](), list[int]()
    try:
        until(app, "The backend", lambda: state.link.state == "connected")
        panel.controller.open(film)
        until(app, "The cues", lambda: state.range.selection and state.cues.known and not state.job.analysing)
        panel.ask_section.prompt.prompt.setPlainText("a hammer hits wood")
        panel.ask_section.options.takes.setValue(1)
        for number in range(1, rounds + 1):
            panel.ask_section.generate_bar.generate.click()
            until(app, "The take", lambda: state.takes.entries and not state.job.active)
            panel.takes_section.takes.cards[0].discard.click()
            until(app, "The discarding", lambda: not panel.takes_section.takes.cards)
            bytes_then.append(resident())
            if number % each == 0:
                counts.append(Count.now(app))
                print(f"{number:5d} rounds: {counts[-1]}", flush=True)
    finally:
        panel.close()
        panel.deleteLater()
        Count.now(app)
    half = range(rounds // 2, rounds)
    slope = statistics.linear_regression(half, [bytes_then[number] for number in half]).slope
    print(f"rounds {half.start + 1} to {half.stop}: {slope / 1e3:+.1f} kB a round")
    return counts


def serve(folder: Path) -> None:
    """The scripted backend, until standard input closes."""
    with FakeBackend(folder):
        print("ready", flush=True)
        sys.stdin.read()


def run(rounds: int, each: int) -> bool:
    """Whether everything stayed flat."""
    with tempfile.TemporaryDirectory() as temporary:
        film, folder = write_numbered(Path(temporary) / "film.mp4"), Path(temporary) / "home"
        command = [sys.executable, __file__, "--serve", str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as backend:
            assert backend.stdout is not None and backend.stdout.readline()
            counts = live(folder, film, rounds, each)
            backend.communicate()
    first, last = counts[0], counts[-1]
    grew = last.threads > first.threads or last.timers > first.timers or last.widgets > first.widgets
    return not grew and last.megabytes <= GROWTH * first.megabytes


def main() -> int:
    """Measure, and say on what machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--each", type=int, default=50, help="rounds from one stop to the next")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve)
        return 0
    if given.rounds < max(4, 2 * given.each):
        parser.error("it takes two stops to see growth: ask for at least twice as many rounds as --each")
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    return 0 if run(given.rounds, given.each) else 1


if __name__ == "__main__":
    sys.exit(main())
