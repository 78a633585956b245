# SPDX-License-Identifier: GPL-3.0-or-later
"""Real panels on the offscreen platform, against a scripted backend, and a guard that finds what they leave behind."""

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")  # the panel's words are English here, whatever the developer speaks

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend
from fakes.numbered_film import write_numbered
from fakes.waiting import wait_ready
from foleycue_ui.app import client_factory
from foleycue_ui.look import theme
from foleycue_ui.panel import Panel
from foleycue_ui.playback.clock import SilentClock
from foleycue_ui.playback.player import Player


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds at 24000/1001."""
    return write_numbered(tmp_path_factory.mktemp("media") / "numbers.mp4")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        theme.apply(qapp)


@pytest.fixture(autouse=True)
def leak_guard(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a running timer or a window behind."""
    threads = set(threading.enumerate())
    windows = set(map(id, qapp.topLevelWidgets()))
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    assert not left, f"threads left running: {left}"
    if "qtbot" not in request.fixturenames:
        return
    for _ in range(3):
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    open_ = [type(w).__name__ for w in qapp.topLevelWidgets() if id(w) not in windows]
    assert not open_, f"windows left: {open_}"
    timers = [found for found in gc.get_objects() if type(found) is QTimer and _active(found)]
    assert not timers, f"timers left running: {[t.parent() for t in timers]}"


def _active(timer: QTimer) -> bool:
    # A timer whose C++ half is gone already does not run.
    return not sip.isdeleted(timer) and timer.isActive()


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[FakeBackend]:
    with FakeBackend(tmp_path / "home") as fake:
        yield fake


@pytest.fixture
def panel(qtbot: QtBot, backend: FakeBackend) -> Iterator[Panel]:
    """A panel on screen, connected to the fake backend, with the silent clock."""
    shown = Panel(backend.places, client_factory(backend.places), Player(make_clock=SilentClock))
    shown.show()
    qtbot.waitUntil(shown.isVisible)
    shown.controller.start()
    qtbot.waitUntil(lambda: shown.state.link.state == "connected", timeout=10_000)
    yield shown
    shown.close()
    shown.deleteLater()


@pytest.fixture
def opened(panel: Panel, clip: Path, qtbot: QtBot) -> Panel:
    """The panel with the clip open, its range read and its cues there."""
    panel.controller.open(clip)
    wait_ready(panel, qtbot)
    return panel
