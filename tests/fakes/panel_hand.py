# SPDX-License-Identifier: GPL-3.0-or-later
"""A panel in a process of its own, on a real screen, and a hand that presses its buttons: one JSON line in, one out.

Run as a program. Words: open (the offered editor), open_file (path, frames), add_cue, point_at (name, box), ask
(prompt), generate (prompt, takes, stereo), insert (number), insert_stems, undo, look, quit.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_shared.places import home
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.app import application, client_factory
from foleycue_ui.control.generation import takes_asked
from foleycue_ui.model.seen_object import Box
from foleycue_ui.model.state import Notice
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 240.0


class Hand:
    """Does what it is told, through widgets only."""

    def __init__(self, panel: Panel) -> None:
        self._panel, self._state = panel, panel.state

    def open(self) -> dict[str, object]:
        """Press the button that the panel offers by itself."""
        _until(lambda: self._notice("editor ") is not None)
        frames = self._panel.notices.frames
        offer = next(frame for frame in frames if frame.notice is self._notice("editor "))
        assert offer.action is not None
        QTest.mouseClick(offer.action, LEFT)
        state = self._state
        _until(lambda: state.range.selection is not None and state.cues.known and not state.job.analysing)
        marked = state.range.marked
        return {"text": offer.notice.text, "start": marked.start, "frames": marked.frames, "rate": str(marked.rate)}

    def point_at(self, name: str, box: tuple[float, float, float, float]) -> dict[str, object]:
        """Draw an object on the first frame, and name it."""
        regions = self._state.regions
        regions.add(0, Box(*box))
        regions.describe(regions.objects[-1].number, label=name)
        return self.look()

    def generate(self, prompt: str, takes: int, stereo: bool = False) -> dict[str, object]:
        """Press Generate, and wait for the takes; so many of each object where objects are drawn."""
        asking = self._panel.ask_section
        asking.prompt.prompt.setPlainText(prompt)
        asking.options.takes.setValue(takes)
        if stereo != asking.spread.stereo.isChecked():
            QTest.mouseClick(asking.spread.stereo, LEFT)
        wanted = len(self._state.takes.entries) + takes_asked(self._state)
        QTest.mouseClick(asking.generate_bar.generate, LEFT)
        _until(lambda: not self._state.job.active and len(self._state.takes.entries) == wanted)
        return {"takes": [str(card.entry.path) for card in self._panel.takes_section.takes.cards]}

    def open_file(self, path: str, frames: int) -> dict[str, object]:
        """Open a timeline and mark its first frames."""
        state = self._state
        self._panel.controller.open(Path(path))
        _until(lambda: state.range.open)
        field = self._panel.picture_section.range_strip.out_field
        field.setText(f"{frames}f")
        QTest.keyClick(field, Qt.Key.Key_Return)
        _until(lambda: state.range.selection is not None and state.cues.known and not state.job.analysing)
        return self.look()

    def add_cue(self) -> dict[str, object]:
        """Add a cue where there is none, so that the cues are the user's own."""
        marked = self._state.range.marked
        self._state.cues.add(marked.samples(CUE_RATE) - 4_801)
        return self.look()

    def ask(self, prompt: str) -> dict[str, object]:
        """Press Generate for one take, and wait for nothing."""
        self._panel.ask_section.prompt.prompt.setPlainText(prompt)
        self._panel.ask_section.options.takes.setValue(1)
        QTest.mouseClick(self._panel.ask_section.generate_bar.generate, LEFT)
        _until(lambda: all(item.plan is not None for item in self._state.queue.items))
        return self.look()

    def look(self) -> dict[str, object]:
        """What is there now."""
        for _ in range(10):
            QApplication.processEvents()
            time.sleep(0.01)
        state = self._state
        return {
            "path": str(state.range.path),
            "range": [state.range.start, state.range.end],
            "read": state.range.selection is not None,
            "cues": [cue.sample for cue in state.cues.cues],
            "prompt": self._panel.ask_section.prompt.prompt.toPlainText(),
            "queue": [item.prompt for item in state.queue.items],
            "job": state.job.state,
            "link": state.link.state,
            "takes": sorted(entry.take.prompt for entry in state.takes.entries),
            "notices": [notice.text for notice in state.notices.notices],
        }

    def insert(self, number: int) -> dict[str, object]:
        """Press a take's Insert button, and wait for what the panel says."""
        return self._inserting(self._panel.takes_section.takes.cards[number].insert)

    def insert_stems(self) -> dict[str, object]:
        """Press the newest round's button that inserts its stems, and wait for what the panel says."""
        return self._inserting(self._panel.takes_section.takes.rounds[0].insert_stems)

    def undo(self) -> dict[str, object]:
        """Press the key that takes the last insertion back, and wait for what the panel says."""
        self._panel.activateWindow()
        _until(self._panel.isActiveWindow)
        return self._said(lambda: QTest.keyClick(self._panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))

    def _inserting(self, button: QWidget) -> dict[str, object]:
        return self._said(lambda: QTest.mouseClick(button, LEFT))

    def _said(self, deed: Callable[[], None]) -> dict[str, object]:
        """What the panel says about an insertion after something was done."""
        self._state.notices.clear("insert")
        deed()
        _until(lambda: self._notice("insert") is not None)
        notice = self._notice("insert")
        assert notice is not None
        return {"kind": notice.kind, "text": notice.text, "detail": notice.detail}

    def told(self) -> list[tuple[str, str]]:
        """What the panel says now."""
        return [(notice.text, notice.detail) for notice in self._state.notices.notices]

    def _notice(self, key: str) -> Notice | None:
        return next((notice for notice in self._state.notices.notices if notice.key.startswith(key)), None)


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "nothing happened"
        QApplication.processEvents()
        time.sleep(0.01)


def main() -> None:
    """Serve until quit."""
    app = application(sys.argv[:1])
    places = home()
    panel = Panel(places, client_factory(places), Player(make_clock=SilentClock))
    panel.resize(420, 940)
    panel.move(QPoint(1170, 10))
    panel.show()
    panel.controller.start()
    hand = Hand(panel)
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        word = order.pop("word")
        if word == "quit":
            break
        try:
            answer = getattr(hand, word)(**order)
        except AssertionError as error:
            answer = {"failed": f"{word}: {error}", "told": hand.told()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    panel.close()
    app.processEvents()


if __name__ == "__main__":
    main()
