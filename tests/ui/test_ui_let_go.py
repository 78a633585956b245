# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel lets go of: a take that cannot be brought back from the notice any more."""

import weakref

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.waiting import until
from foleycue_ui.model.takes import Sound
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.take_card import TakeCard


def discarded(panel: Panel, qtbot: QtBot) -> "weakref.ref[Sound]":
    """A take that was generated and discarded: its sound, if that is still there."""
    panel.ask_section.prompt.prompt.setPlainText("a hammer hits wood")
    panel.ask_section.options.takes.setValue(1)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: not panel.state.job.active and len(panel.state.takes.entries) == 1)
    sound = weakref.ref(panel.state.takes.entries[0].sound)
    QTest.mouseClick(panel.takes_section.takes.cards[0].discard, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: not panel.findChildren(TakeCard))
    return sound


def test_of_discarded_takes_only_the_one_that_can_come_back_stays_in_memory(opened: Panel, qtbot: QtBot):
    first = discarded(opened, qtbot)
    assert first() is not None
    second = discarded(opened, qtbot)
    until(qtbot, lambda: first() is None)
    assert second() is not None
