# SPDX-License-Identifier: GPL-3.0-or-later
"""Taps with known latency and jitter, calibrated and performed: how far the cues lie from the demo's known events.

    python benchmarks/performed_taps.py [--people N] [--jitter MS]

Each simulated person has a latency of their own (40 to 250 ms: keyboard, device and hand together) and taps evenly
within ± jitter of it; a third of the keys find the panel busy for 40 ms. Key events, the perform bar and the player are
the real ones; only the clock is turned by hand, so that minutes take seconds.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The hand-turned clock and the finger are the tests' own.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from fakes.tapping import Finger, HandTime
from foleycue_plugin import demo
from foleycue_plugin.usecases import mark, open_source
from foleycue_shared.timing import CUE_RATE, frames_to_samples
from foleycue_ui.control.calibration import COUNTED, GAP, LEAD
from foleycue_ui.model.settings import PERFORM_LATENCY, Settings
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.player import Player
from foleycue_ui.widgets.perform_bar import PerformBar

BEAT = GAP / CUE_RATE
BUSY = 0.04


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--jitter", type=float, default=12.0)
    given = parser.parse_args()
    app = QApplication(sys.argv[:1])
    print(f"{given.people} people, jitter ± {given.jitter:g} ms, 10 events, Python {sys.version.split()[0]}")
    for speed, name in ((0, "1"), (1, "1/2"), (2, "1/4")):
        measured, errors, raw = [], [], []
        for person in range(given.people):
            latency = 0.04 + 0.21 * random.Random(person).random()
            found, distances = perform(latency, given.jitter / 1000, speed, person)
            measured.append(found - 1000 * latency)
            errors += distances
            raw.append(1000 * latency)
        size = np.abs(errors)
        print(f"speed {name}: latency found within {np.max(np.abs(measured)):.1f} ms of the truth")
        print(f"  cues off by mean {np.mean(errors):+.1f} ms, median {np.median(size):.1f}, ", end="")
        print(f"p95 {np.percentile(size, 95):.1f}, max {size.max():.1f}; within 20 ms {np.mean(size <= 20):.1%}")
        print(f"  (uncorrected the taps are {np.mean(raw):.0f} ms late on average)")
    app.processEvents()
    return 0


def perform(latency: float, jitter: float, speed: int, seed: int) -> tuple[float, list[float]]:
    """The latency that calibration found, in ms, and the distance of each performed cue from its event, in ms."""
    hand = HandTime()
    player = Player(make_clock=hand.clock, now=hand)
    state = PanelState()
    project = open_source(demo.TIMELINE)
    selection = mark(project)
    state.range.set_project(project)
    state.range.set_selection(selection)
    player.load((), selection.range.rate, selection.range.frames)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder))
        bar = PerformBar(state, player, settings)
        bar.count_in.setChecked(False)
        bar.speeds[speed].click()
        finger = Finger(hand, latency, jitter, BUSY, seed)
        began = hand.seconds
        bar.calibrate()
        for beat in range(LEAD, LEAD + COUNTED):
            finger.tap(finger.when(began + BEAT * (beat + 1)), bar, run_for)
        hand.go_to(began + BEAT * (LEAD + COUNTED + 2), run_for)
        slow = 2**speed
        began = hand.seconds
        bar.toggle()
        for event in events():
            finger.tap(finger.when(began + slow * event / CUE_RATE), bar, run_for)
        hand.go_to(began + slow * player.samples / CUE_RATE + 1, run_for)
        while bar.performance.active:
            run_for(20)
        player.close()
        found = [cue.sample for cue in state.cues.cues]
        distances = [1000 * (cue - event) / CUE_RATE for cue, event in zip(found, events(), strict=True)]
        return settings.value(PERFORM_LATENCY, 0.0), distances


def events() -> list[int]:
    """Where things hit each other in the demo, in samples."""
    said = json.loads(demo.EVENTS.read_text())
    return [frames_to_samples(event["frame"], Fraction(said["rate"]), CUE_RATE) for event in said["events"]]


def run_for(milliseconds: int) -> None:
    """Let Qt work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
