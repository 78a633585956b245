# SPDX-License-Identifier: GPL-3.0-or-later
"""A panel on screen, with the silent clock and the backend of its places."""

from collections.abc import Iterator
from contextlib import contextmanager

from foleycue_shared.places import Places
from foleycue_ui.app import client_factory
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player


@contextmanager
def panel_at(places: Places) -> Iterator[Panel]:
    """A panel that starts the backend where none runs; closed afterwards, whatever happens."""
    shown = Panel(places, client_factory(places), Player(make_clock=SilentClock))
    shown.show()
    shown.controller.start()
    try:
        yield shown
    finally:
        shown.close()
        shown.deleteLater()
