# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m foleycue_ui.screenshot SOURCE --out PNG: the real panel does the main job by itself and is photographed."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from foleycue_shared.errors import ErrorCode, FoleyCueError

if TYPE_CHECKING:
    from foleycue_ui.panel import Panel

WIDTH = 440
_RATIO = "2"


class _Driver:
    """Uses the panel as a person would, with a deadline for everything together."""

    def __init__(self, panel: "Panel", seconds: float) -> None:
        self._panel = panel
        self._end = monotonic() + seconds

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Let the panel run until something is so. Raises the panel's own error notice, or names what never came."""
        while not ready():
            notice = next((n for n in self._panel.state.notices.notices if n.kind == "error"), None)
            if notice is not None:
                raise FoleyCueError(ErrorCode.INTERNAL, notice.text, notice.detail)
            if monotonic() > self._end:
                raise FoleyCueError(
                    ErrorCode.INTERNAL, f"{what} did not come in time: try again with a longer --timeout."
                )
            _run_for(20)

    def work(self, prompt: str, takes: int) -> None:
        """From the open timeline to a chosen take, standing on an event."""
        panel, state = self._panel, self._panel.state
        self.wait("The range", lambda: state.range.selection is not None)
        self.wait("The cues", lambda: state.cues.known and not state.job.analysing)
        before = len(state.takes.entries)
        panel.ask_section.prompt.prompt.setPlainText(prompt)
        panel.ask_section.options.takes.setValue(takes)
        panel.ask_section.generate_bar.generate.click()
        self.wait("The takes", lambda: not state.job.active and len(state.takes.entries) >= before + takes)
        state.takes.choose_number(1)
        cues = state.cues.cues
        strongest = max(cues, key=lambda cue: cue.strength, default=None)
        panel.player.seek(strongest.sample if strongest else panel.player.samples // 2)
        self.wait("The picture", lambda: panel.player.picture_frame == panel.player.frame)

    def photograph(self, out: Path) -> None:
        """Save the whole column, high enough for everything in it. Raises OUTPUT_UNWRITABLE."""
        panel = self._panel
        content = panel.columns.content_height()
        panel.resize(WIDTH, max(900, min(1600, content + panel.height() - panel.columns.height())))
        _run_for(150)
        out.parent.mkdir(parents=True, exist_ok=True)
        if not panel.grab().save(str(out), "PNG"):
            raise FoleyCueError(ErrorCode.OUTPUT_UNWRITABLE, f"{out} cannot be written: choose another place.")


def _run_for(milliseconds: int) -> None:
    """Let events happen for a while."""
    from PyQt6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _drop_noise() -> None:
    """Keep what the offscreen platform says about abilities that nobody needs here off stderr."""
    from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    def handle(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        if text and not text.startswith("This plugin does not support"):
            sys.stderr.write(f"{text}\n")

    qInstallMessageHandler(handle)


def main(argv: Sequence[str] | None = None) -> int:
    """Take the picture; 0 when it lies at --out, else 1 with one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="foleycue_ui.screenshot")
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prompt", default="a hammer hits wood")
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=120.0)
    options = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", _RATIO)
    from foleycue_shared.places import home
    from foleycue_ui.app import application, show_panel

    _drop_noise()
    app = application(sys.argv[:1])
    try:
        panel = show_panel(home(), options.source)
        try:
            driver = _Driver(panel, options.timeout)
            driver.work(options.prompt, options.takes)
            driver.photograph(options.out)
        finally:
            panel.close()
    except (FoleyCueError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'message', error)}\n")
        return 1
    # The application must outlive the panel, and what the panel left to be deleted goes now.
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
