# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting in Qt's event loop for what a panel should come to."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from foleycue_ui.panel import Panel


def wait_ready(panel: Panel, qtbot: QtBot) -> None:
    """Wait for range and cues."""
    state = panel.state
    until(qtbot, lambda: state.range.selection is not None and state.cues.known and not state.job.analysing)


def until(qtbot: QtBot, ready: Callable[[], bool], timeout: int = 15_000) -> None:
    """Wait for something."""
    qtbot.waitUntil(ready, timeout=timeout)
