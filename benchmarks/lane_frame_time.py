# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the cue lane needs for a frame of zooming, scrolling and dragging: an hour, 5,000 cues, both waveforms.

A frame is what a hand does (one event) and the repaint that follows it, in a real lane on the offscreen platform. At 60
frames a second 16.7 ms are there for both.

    python benchmarks/lane_frame_time.py [--scale 2] [--width 420] [--seconds 3600] [--cues 5000]
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.messages import Shot, Take
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.app import application
from foleycue_ui.model.state import PanelState
from foleycue_ui.model.takes import Sound, TakeEntry, peaks_of
from foleycue_ui.widgets.lane.lane import CueLane

RATE = Fraction(25)
FRAMES = 300
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


def parse() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="2", help="device pixels a pixel")
    parser.add_argument("--width", type=int, default=420)
    parser.add_argument("--seconds", type=int, default=3_600)
    parser.add_argument("--cues", type=int, default=5_000)
    return parser.parse_args()


def long_sound(samples: int) -> NDArray[np.float32]:
    """Noise that swells, in a nameless file."""
    with TemporaryFile() as file:
        file.truncate(4 * samples)
        sound = np.memmap(file, np.float32, "r+", shape=(samples,))
    block = np.random.default_rng(1).normal(0, 0.2, 1 << 20).astype(np.float32)
    for start in range(0, samples, len(block)):
        part = sound[start : start + len(block)]
        part[:] = block[: len(part)] * (0.2 + 0.8 * abs(np.sin(start / 3e7)))
    return sound


def make_lane(options: argparse.Namespace) -> CueLane:
    """A lane with everything that it can show."""
    random, samples = Random(3), options.seconds * CUE_RATE
    state = PanelState()
    lane = CueLane(state)
    project = SimpleNamespace(
        source=Path("edit.otio"), rate=RATE, drop_frame=False, start_frame=0, frames=int(options.seconds * RATE)
    )
    state.range.set_project(project)  # type: ignore[arg-type]
    places = sorted(random.sample(range(samples - CUE_RATE), options.cues))
    cues = tuple(Cue(place, random.uniform(0.1, 1), random.choice(list(CueSource))) for place in places)
    curve = np.abs(np.random.default_rng(2).normal(0, 0.2, options.seconds * 25)).astype(np.float32)
    shots = tuple(Shot(start=k * 100, frames=100, name=f"shot {k}") for k in range(int(options.seconds * RATE) // 100))
    state.cues.set_picture(cues, curve, 25.0, shots)
    noise = long_sound(samples)
    sound = Sound(noise, CUE_RATE, peaks_of(noise[: 1 << 20]))
    take = Take(
        take_id="t", job_id="j", index=0, seed=1, engine="mini", prompt="", negative="", path="", sha256="",
        sample_rate=CUE_RATE, samples=samples, cues=cues, cue_error_ms=None,
        onsets=tuple(place + random.randint(-1_500, 1_500) for place in places if random.random() < 0.9),
    )  # fmt: skip
    state.takes.add(TakeEntry(SimpleNamespace(take=take, path=Path("t.wav"), name=""), sound))  # type: ignore[arg-type]
    state.takes.choose("t")
    state.guide.set("ready", sound)
    lane.resize(options.width, 184)
    lane.show()
    return lane


def wheel(lane: CueLane, place: QPoint, notches: int) -> None:
    """Zoom a notch."""
    event = QWheelEvent(
        QPointF(place),
        QPointF(lane.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(lane, event)


def mouse(lane: CueLane, kind: QEvent.Type, place: QPoint) -> None:
    """Press, move or release the left button."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    button, held = (none if kind is MOVE else left), (none if kind is RELEASE else left)
    at, on_screen = QPointF(place), QPointF(lane.mapToGlobal(place))
    QApplication.sendEvent(lane, QMouseEvent(kind, at, on_screen, button, held, Qt.KeyboardModifier.NoModifier))


def gestures(lane: CueLane) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Name, and what happens in frame k."""
    centre = QPoint(lane.width() // 2, 60)
    yield "zoom in and out", lambda k: wheel(lane, centre, 1 if k % 60 < 30 else -1)
    lane.show_all()
    lane.show_view(lane.view.zoomed(0.05, 100))
    yield "scroll", lambda k: lane.show_view(lane.view.scrolled(12 if k % 200 < 100 else -12))
    lane.show_all()
    yield "playhead", lambda k: lane.set_playhead(k * 9_000)
    cues = lane.state.cues
    for count in (1, 500, len(cues.cues)):
        cues.select(range(count))
        cue = cues.cues[count // 2]
        start = QPoint(round(lane.view.x(cue.sample)), round(lane.view.y(cue.strength)) + 1)
        mouse(lane, PRESS, start)
        yield f"drag {count}", lambda k, start=start: mouse(lane, MOVE, start + QPoint(3 + k % 90, 0))
        mouse(lane, RELEASE, start)
        cues.undo()


def main() -> None:
    """Measure and print."""
    options = parse()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = options.scale
    app = application(sys.argv[:1])
    lane = make_lane(options)
    app.processEvents()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{options.seconds} s, {options.cues} cues, {options.width} px at {options.scale}x; ms a frame")
    for name, act in gestures(lane):
        times, busy = [], time.process_time()
        for k in range(FRAMES):
            begun = time.perf_counter()
            act(k)
            lane.repaint()
            times.append((time.perf_counter() - begun) * 1000)
        p50, p99 = np.percentile(times, (50, 99))
        mean = (time.process_time() - busy) * 1000 / FRAMES
        print(f"{name:18} p50 {p50:6.2f}  p99 {p99:6.2f}  max {max(times):6.2f}  processor time {mean:6.2f}")


if __name__ == "__main__":
    main()
