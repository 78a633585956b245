# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the panel. Slow imports (the client, timelines, media) come after the first paint, beside the GUI thread."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from foleycue_shared.errors import FoleyCueError
from foleycue_shared.places import Places, home
from foleycue_shared.version import PRODUCT_VERSION
from foleycue_ui.control.bridge import ClientFactory, ClientLike, OnEvent, OnState
from foleycue_ui.libraries import read_libraries
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

    # A moment later, so that whoever waits for the first paint is told before the work begins.
    panel.first_painted.connect(lambda: QTimer.singleShot(0, lambda: panel.controller.prepare(_load_client, begin)))
    panel.show()
    return panel


def _load_client() -> None:
    read_libraries()
    import_module("foleycue_plugin.client")


class Desktop:
    """Keeps one panel on screen, and makes it anew when it asks for that: another language takes new widgets."""

    def __init__(self, app: QApplication, places: Places, source: Path | None) -> None:
        self._app, self._places = app, places
        self.panel = self._show(source)

    def _show(self, source: Path | None) -> Panel:
        panel = show_panel(self._places, source)
        # A moment later, since the click that asks comes from the panel that goes.
        panel.reopen_asked.connect(lambda: QTimer.singleShot(0, self._reopen))
        return panel

    def _reopen(self) -> None:
        """What was open comes back by the panel's own memory."""
        self._app.setQuitOnLastWindowClosed(False)
        self.panel.close()
        self.panel.deleteLater()
        self.panel = self._show(None)
        self._app.setQuitOnLastWindowClosed(True)


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
    desktop = Desktop(app, places, options.source)
    status = app.exec()
    desktop.panel.close()
    return status
