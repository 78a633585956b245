# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the panel. Slow imports (the client, timelines, media) come after the first paint."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.places import Places, home
from foleycue_shared.version import PRODUCT_VERSION
from foleycue_ui.control.bridge import ClientFactory, ClientLike, OnEvent, OnState
from foleycue_ui.look import theme
from foleycue_ui.panel import Panel


def client_factory(places: Places) -> ClientFactory:
    """Makes the real client when it is first needed."""

    def make(on_event: OnEvent, on_state: OnState) -> ClientLike:
        from foleycue_plugin.client import Client

        return Client(places, on_event, on_state, keep_session=True)

    return make


def application(argv: Sequence[str]) -> QApplication:
    """The dressed application; the one that runs already, if there is one."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(list(argv))
    app.setApplicationName("FoleyCue")
    app.setApplicationDisplayName("FoleyCue")
    app.setDesktopFileName("foleycue")
    app.setApplicationVersion(PRODUCT_VERSION)
    theme.apply(app)
    return app


def show_panel(places: Places, source: Path | None) -> Panel:
    """A panel on screen that begins its work once it has been painted."""
    panel = Panel(places, client_factory(places))

    def begin() -> None:
        panel.controller.start()
        if source is not None:
            panel.controller.open(source)

    panel.first_painted.connect(begin)
    panel.show()
    return panel


def main(argv: Sequence[str] | None = None) -> int:
    """Run the panel until it is closed."""
    parser = argparse.ArgumentParser(prog="foleycue panel", description="Foley for a marked range of a timeline.")
    parser.add_argument("source", nargs="?", type=Path, help="a timeline, or a media file")
    options = parser.parse_args(argv)
    app = application(sys.argv[:1])
    # Qt's loop does not look at Python's signals: Ctrl+C in the terminal should simply end it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        places = home()
    except FoleyCueError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    panel = show_panel(places, options.source)
    status = app.exec()
    panel.close()
    return status
