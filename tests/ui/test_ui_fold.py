# SPDX-License-Identifier: GPL-3.0-or-later
"""On a small screen: notices move nothing that is pointed at, and new takes come into sight unless the user is busy."""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.waiting import until
from foleycue_ui.model.state import Notice
from foleycue_ui.panel import Panel

LEFT = Qt.MouseButton.LeftButton
TEXT = "The sound engine stopped while it worked: try again, or look into the log for what it said last."


@pytest.fixture
def small(opened: Panel, qtbot: QtBot) -> Panel:
    opened.resize(440, 900)
    until(qtbot, lambda: opened.height() == 900)
    return opened


def generate(panel: Panel, qtbot: QtBot, prompt: str) -> None:
    panel.ask_section.prompt.prompt.setPlainText(prompt)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: panel.state.job.active)


def in_sight(panel: Panel, widget: QWidget) -> bool:
    """Whether all of a widget can be seen."""
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def test_notices_move_nothing_above_them(small: Panel, qtbot: QtBot):
    watched = (small.lane_section.cue_lane, small.picture_section, small.ask_section.prompt.prompt)

    def places() -> list[tuple[QPoint, int]]:
        return [(widget.mapTo(small, QPoint()), widget.height()) for widget in watched]

    QTest.qWait(50)
    before = places()
    for number in range(3):
        small.state.notices.post(Notice("error", TEXT, detail="x", key=f"n{number}", action="Again", run=lambda: None))
        until(qtbot, lambda number=number: len(small.notices.frames) == number + 1)
        QTest.qWait(50)
        assert places() == before
    newest = small.notices.frames[0]
    assert newest.notice.key == "n2"
    assert in_sight(small, newest)
    assert small.notices.height() < 0.25 * small.height()
    for frame in list(small.notices.frames):
        QTest.mouseClick(frame.close_button, LEFT)
    until(qtbot, small.notices.isHidden)
    assert places() == before


def test_a_new_round_comes_into_sight(small: Panel, qtbot: QtBot):
    takes = small.takes_section.takes
    for prompt in ("one", "two"):
        generate(small, qtbot, prompt)
        until(qtbot, lambda: not small.state.job.active)
        until(qtbot, lambda: in_sight(small, takes.cards[0]))
        assert takes.cards[0].prompt.whole() == prompt
        assert in_sight(small, takes.cards[1])
        small.columns.below.verticalScrollBar().setValue(0)


@pytest.mark.parametrize("busy", ["scrolls", "writes"])
def test_nothing_moves_under_a_user_who_scrolls_or_writes(small: Panel, backend: FakeBackend, qtbot: QtBot, busy: str):
    backend.script = Script(hold_at="vocode")
    generate(small, qtbot, "one")
    below = small.columns.below
    if busy == "scrolls":
        middle = QPointF(below.viewport().rect().center())
        no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        turned, phase = QPoint(0, -120), Qt.ScrollPhase.NoScrollPhase
        to = below.viewport().mapToGlobal(middle)
        wheel = QWheelEvent(middle, to, QPoint(), turned, no_button, no_key, phase, False)
        QApplication.sendEvent(below.viewport(), wheel)
        assert below.verticalScrollBar().value() > 0
    else:
        QTest.keyClicks(small.ask_section.prompt.prompt, " more")
    before = below.verticalScrollBar().value()
    backend.release()
    until(qtbot, lambda: not small.state.job.active)
    QTest.qWait(50)
    assert below.verticalScrollBar().value() == before
