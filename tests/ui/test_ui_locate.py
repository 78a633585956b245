# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding objects: by name, by a click, what is found and undone, and where nothing can be found."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from fakes.backend import FakeBackend, Script
from fakes.waiting import until
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import Cancel, EngineList, FinderInfo, Locate, LocatedObject, RegionKey
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.find_row import FindRow

LEFT = Qt.MouseButton.LeftButton
KEYS = tuple(RegionKey(frame=frame, x=0.1, y=0.2, width=0.2, height=0.3) for frame in (0, 24))
DOG = LocatedObject(label="dog", score=0.9, regions=KEYS)


@pytest.fixture
def row(opened: Panel, backend: FakeBackend, qtbot: QtBot) -> FindRow:
    """The row of a panel whose backend finds a dog."""
    backend.script = Script(located=(DOG,))
    say(backend, FinderInfo(available=True))
    until(qtbot, lambda: opened.controller.locating.finder is not None)
    QTest.mouseClick(opened.picture_section.transport.region, LEFT)
    return opened.picture_section.object_bar.search


def say(backend: FakeBackend, finder: FinderInfo) -> None:
    """What the backend says of finding, now and whenever it is asked."""
    backend.finder = finder
    backend.send(EngineList(engines=backend.engines, finder=finder))


def searches(backend: FakeBackend) -> list[Locate]:
    return [request for request, _ in backend.requests if isinstance(request, Locate)]


def test_a_backend_that_knows_no_finding_offers_none_and_one_that_lacks_something_says_what(
    opened: Panel, backend: FakeBackend, qtbot: QtBot
):
    QTest.mouseClick(opened.picture_section.transport.region, LEFT)
    row = opened.picture_section.object_bar.search
    assert not row.isVisible()
    say(backend, FinderInfo(available=False, reason="Pull its weights first."))
    until(qtbot, row.isVisible)
    assert not row.button.isEnabled()
    assert row.button.toolTip() == "Pull its weights first."
    QTest.mouseClick(opened.picture_section.region, LEFT)
    assert not searches(backend)
    assert not any("objects" in info.listens for info in opened.state.request.engines), "no engine is needed"
    say(backend, FinderInfo(available=True))
    until(qtbot, row.words.isEnabled)


def test_by_name(opened: Panel, backend: FakeBackend, row: FindRow, qtbot: QtBot):
    assert not row.button.isEnabled()
    QTest.keyClicks(row.words, "dog")
    QTest.keyClick(row.words, Qt.Key.Key_Return)
    regions = opened.state.regions
    until(qtbot, lambda: len(regions.objects) == 1)
    (asked,) = searches(backend)
    assert (asked.words, asked.point) == ("dog", None)
    assert (regions.objects[0].label, regions.keys) == ("dog", KEYS)
    until(qtbot, lambda: row.button.text() == "Find")
    QTest.mouseClick(row.button, LEFT)
    until(qtbot, lambda: len(searches(backend)) == 2 and row.button.text() == "Find")
    assert len(regions.objects) == 1, "the same name is the same object"
    notice = next(n for n in opened.state.notices.notices if n.key == "locate")
    assert "dog" in notice.text


def test_by_a_click_and_back(opened: Panel, backend: FakeBackend, row: FindRow, qtbot: QtBot):
    overlay = opened.picture_section.region
    QTest.mouseClick(overlay, LEFT, pos=opened.picture_section.picture.picture_rect().center().toPoint())
    until(qtbot, lambda: len(opened.state.regions.objects) == 1)
    point = searches(backend)[0].point
    assert point is not None
    assert (point.x, point.y) == pytest.approx((0.5, 0.5), abs=0.01)
    notice = next(n for n in opened.state.notices.notices if n.key == "locate")
    assert notice.run is not None
    notice.run()
    assert opened.state.regions.objects == ()
    backend.script = Script()
    opened.controller.locating.find("cat")
    until(qtbot, lambda: any("Nothing was found" in notice.text for notice in opened.state.notices.notices))


def test_it_can_be_cancelled_and_may_fail(opened: Panel, backend: FakeBackend, row: FindRow, qtbot: QtBot):
    backend.script = Script(hold_at="decode")
    QTest.keyClicks(row.words, "dog")
    QTest.mouseClick(row.button, LEFT)
    until(qtbot, lambda: len(searches(backend)) == 1)
    assert row.button.text() == "Cancel"
    QTest.mouseClick(row.button, LEFT)
    assert row.button.text() == "Find"
    assert isinstance(backend.wait_for(Cancel), Cancel)
    backend.script = Script(fail=(ErrorCode.INTERNAL, "The finder stumbled."), fail_at="analyse")
    QTest.mouseClick(row.button, LEFT)
    until(qtbot, lambda: any("stumbled" in notice.text for notice in opened.state.notices.notices))
    backend.release()
