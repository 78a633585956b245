# SPDX-License-Identifier: GPL-3.0-or-later
"""Switching takes while they play: gap in the sound, time until the switch is heard, picture against sound.

    python benchmarks/playback_switch.py [--seconds N] [--every MS]

The panel's player plays a numbered film at 24000/1001 through its real pull device into a null device, which takes
10 ms each 10 ms out of an 80 ms buffer, as a card would. Each take's level says its own number and millisecond, so the
recording alone tells how long it was silent and which frame was heard when a picture was shown; the pictures spell
their own numbers. Needs no sound card and no screen.
"""

import argparse
import os
import platform
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The null device, the film and the coded sounds are the tests' own.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from fakes.null_output import NullOutput
from fakes.numbered_film import RATE, write_numbered
from fakes.playback_probe import SyncProbe, coded_take, longest_gap, take_in
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.audio_clock import AudioClock
from foleycue_ui.playback.player import Player

FRAMES = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--every", type=int, default=150, help="milliseconds between two switches")
    given = parser.parse_args()
    app = QApplication(sys.argv[:1])
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    output = NullOutput()
    player = Player(make_clock=lambda tape: AudioClock(tape, output))
    with tempfile.TemporaryDirectory() as folder:
        film = write_numbered(Path(folder) / "film.mp4", frames=FRAMES)
        player.load([Piece(start=0, frames=FRAMES, media=str(film), name="film")], RATE, FRAMES)
        run_for(500)
        switched = play(player, output, given.seconds, given.every)
        player.close()
    report(output, switched)
    app.processEvents()
    return 0


def play(player: Player, output: NullOutput, seconds: float, every: int) -> list[tuple[float, int]]:
    """Switch through three takes at a steady pace, in a loop; the moments of the orders, and the takes."""
    takes = [coded_take(number, player.samples) for number in range(3)]
    probe = SyncProbe(player, output)
    player.set_take(takes[0])
    player.set_loop(True)
    player.play()
    switched = []
    for count in range(1, int(1000 * seconds / every)):
        run_for(every)
        player.set_take(takes[count % 3])
        switched.append((player.now(), count % 3))
    run_for(every)
    player.pause()
    errors = np.array(probe.errors())
    print(f"picture against sound: {len(errors)} pictures, within one frame {np.mean(abs(errors) <= 1):.1%}, ", end="")
    print(f"mean {errors.mean():+.2f} frames, from {errors.min():+d} to {errors.max():+d}")
    return switched


def report(output: NullOutput, switched: list[tuple[float, int]]) -> None:
    """What the recording says."""
    sound = output.sound
    print(f"sound: {len(sound) / CUE_RATE:.1f} s, {len(switched)} switches, longest gap {longest_gap(sound):.2f} ms")
    print(f"longest time between two pulls: {1000 * output.longest_pull:.0f} ms (the buffer holds 80 ms)")
    heard = []
    for (moment, number), (following, _) in pairwise(switched):
        first, last = output.sample_at(moment), output.sample_at(following)
        there = np.flatnonzero(take_in(sound[first:last]) == number)
        if len(there):
            heard.append(1000 * there[0] / CUE_RATE)
    p50, p95 = np.percentile(heard, [50, 95])
    print(f"from the order to the ear: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(heard):.0f} ms")


def run_for(milliseconds: int) -> None:
    """Let Qt work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
